"""What a credit decision may look at, and the shape of a rule and a policy.

Leaves: ``rules/`` (constants ``RULE``, ``POLICY``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
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

    def __post_init__(self) -> None:
        object.__setattr__(self, "segments", tuple(self.segments))  # a list, once it has been JSON

    def to_json(self) -> dict[str, Any]:
        """Return the recorded form."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule's objection: a stable reason code (rendered to the shopper in words) and what it rests on."""

    code: str
    verdict: Verdict
    details: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Rule:
    """One question to the evidence. ``order`` fixes the place; ``reason`` is the shopper's text (English msgid)."""

    code: str
    order: int
    reason: str
    check: Callable[[Evidence], Finding | None]


@dataclass(frozen=True, slots=True)
class Policy:
    """A version of the lender's appetite.

    Which rules, how evidence becomes a rating, and each rating's share of the cap.

    ``points`` gives a score, ``ratings`` maps the lowest score to a rating (descending), ``limit_bps`` a rating's
    share of the product cap in basis points. ``caps_minor`` maps currency to the product cap per shopper.
    """

    version: str
    rules: tuple[str, ...]
    points: Callable[[Evidence], int]
    ratings: tuple[tuple[int, str], ...]
    limit_bps: Mapping[str, int]
    caps_minor: Mapping[str, int]
