"""What a credit decision may look at, and the shape of a rule. Leaves: ``rules/`` (constant ``RULE``)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Verdict(StrEnum):
    """What a rule says; the worst verdict of all rules is the decision."""

    APPROVE = "approved"
    REFER = "referred"
    DECLINE = "declined"


@dataclass(frozen=True, slots=True)
class Evidence:
    """The allow-list of inputs: nothing else can reach a rule.

    Money in minor units of ``currency``, a month's worth.
    """

    country: str
    currency: str
    age_years: int
    income_minor: int
    outgoings_minor: int
    principal_minor: int  # what is asked now
    first_today_minor: int
    monthly_due_minor: int  # the most that this offer asks for on one later due date (0: nothing later)
    line_limit_minor: int | None  # None: no line yet
    line_used_minor: int  # drawn + held
    product_cap_minor: int
    other_currency_open: bool
    open_loans: int
    instalments_in_arrears: int
    decisions_last_day: int
    loans_settled: int
    ceiling_minor: int | None = None  # the most that law and capital let one shopper owe
    min_age_years: int = 18
    student: bool | None = None  # as declared; None: the law does not ask
    identity_changed: bool = False  # another date of birth than the one known for this phone
    phone_abroad: bool = False  # the number belongs to another country: a fact, no refusal
    segments: tuple[str, ...] = ()  # names of ``BNPL_SEGMENTS`` that the host gave its customer
    reported: Mapping[str, int] = field(default_factory=dict)  # ``policy.allowed.REPORTED`` only; absent: not asked
    sources_answered: tuple[str, ...] = ()  # which sources' answers are in ``reported``

    def __post_init__(self) -> None:
        for name in ("segments", "sources_answered"):  # lists, once they have been JSON
            object.__setattr__(self, name, tuple(getattr(self, name)))

    def to_json(self) -> dict[str, Any]:
        """Return the recorded form; what was not asked is left out."""
        told = {name: getattr(self, name) for name in _ALWAYS}
        told["segments"] = list(self.segments)
        if self.reported or self.sources_answered:
            told["reported"] = dict(self.reported)
            told["sources_answered"] = list(self.sources_answered)
        return told

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Evidence:
        """Rebuild evidence from its recorded form."""
        return cls(**told)


_ALWAYS = tuple(name for name in Evidence.__slots__ if name not in ("segments", "reported", "sources_answered"))


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule's objection: a stable reason code (rendered to the shopper in words) and what it rests on."""

    code: str
    verdict: Verdict
    details: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Rule:
    """One question to the evidence. ``order`` fixes the place; ``reason`` is the shopper's text (English msgid).

    ``params`` are the whole numbers that a policy may set, with their defaults; ``check`` takes them by keyword. A rule
    that ever decided is never edited: a change is a new code.
    """

    code: str
    order: int
    reason: str
    check: Callable[..., Finding | None]
    params: Mapping[str, int] = field(default_factory=dict)
