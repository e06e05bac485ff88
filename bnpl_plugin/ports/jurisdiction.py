"""A country's law as dated values, each with unit, source and how sure we are. Leaves: ``countries/`` (``COUNTRY``).

A value that is missing, expired or unsure (``C``) does not exist: ``Country.pick`` raises ``LawMissing`` and no offer
is made. An operator may supply values through ``Bnpl(law=...)``; the demo's are marked ``sample`` and every page that
uses one says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from bnpl_plugin.credit.servicing.early_settlement import SettlementPolicy
from bnpl_plugin.errors import LawMissing
from bnpl_plugin.ports.plan import PlanKind


@dataclass(frozen=True, slots=True)
class Value:
    """One legal value. ``sure``: T rule text read, S secondary source, C background or conflict (never used).

    ``end`` is the last day on which it holds (None: open). ``sample`` marks a value that is no law.
    """

    value: Any
    unit: str
    start: date
    source: str
    sure: str
    end: date | None = None
    sample: bool = False

    def holds_on(self, day: date) -> bool:
        """Say whether the value may be relied on that day."""
        return self.sure in ("T", "S") and self.start <= day and (self.end is None or day <= self.end)


@dataclass(frozen=True, slots=True)
class CreditFacts:
    """What a country's law judges of one offer. ``apr`` is an exact fraction a year by the country's own method.

    ``count`` counts all instalments, one due at signature included, a down payment not: it is paid before there is a
    debt. ``principal_minor`` is what stays owed after it. ``term_days`` runs from drawdown to the last due
    date.
    """

    day: date
    kind: PlanKind
    count: int
    principal_minor: int
    apr: Decimal
    finance_charge_minor: int
    term_days: int


@dataclass(frozen=True, slots=True)
class Clause:
    """A sentence that the law wants shown before signature. ``head`` is its English heading (a msgid), ``part`` 1 or 2.

    The sentence itself is ``Country.text(name, ...)``.
    """

    name: str
    head: str
    part: int


def allow(country: Country, facts: CreditFacts) -> str | None:  # noqa: ARG001 - a gate's shape
    """Refuse nothing: the gate of a country without one."""
    return None


@dataclass(frozen=True, slots=True)
class Country:
    """One jurisdiction. ``values`` maps a name to its dated values; ``texts`` maps (name, language) likewise.

    ``required`` names every value, and ``required_texts`` every text, without which nothing is offered here (P9).
    ``apr_method`` is a method name of ``credit`` ("eu", "uk", "us", "cn"), ``settlement`` how much of the cost that is
    not yet due an early settlement drops. ``clauses`` puts the texts shown before signature into the law's order.
    ``gate`` judges an offer by the country's values (an operator's included); ask it through ``check``.
    """

    code: str  # ISO 3166 alpha-2
    currency: str
    languages: tuple[str, ...]
    time_zone: str
    apr_method: str
    required: tuple[str, ...]
    required_texts: tuple[str, ...]
    values: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)
    texts: Mapping[tuple[str, str], tuple[Value, ...]] = field(default_factory=dict)
    clauses: tuple[Clause, ...] = ()
    gate: Callable[[Country, CreditFacts], str | None] = allow
    settlement: SettlementPolicy = SettlementPolicy.PRO_RATA_DAYS

    def check(self, facts: CreditFacts) -> str | None:
        """Return why the law forbids an offer (``rate_above_cap``, ``amount_too_high``, ``law_missing``), or None."""
        return self.gate(self, facts)

    def find(self, name: str, *, day: date) -> Value | None:
        """Return the value in force, or None: for what not every law knows (withdrawal days …)."""
        return next((value for value in self.values.get(name, ()) if value.holds_on(day)), None)

    def spoken(self, name: str, *, language: str, day: date) -> tuple[str, Value] | None:
        """Return a mandatory text and the language that it was found in, or None where the law wants no such text.

        ``language`` may be a locale name (``zh_Hans``): its first part is tried next, then the country's own languages.
        """
        for tongue in (language, language.replace("-", "_").partition("_")[0], *self.languages):
            for value in self.texts.get((name, tongue), ()):
                if value.holds_on(day):
                    return tongue, value
        return None

    def pick(self, name: str, *, day: date) -> Value:
        """Return the value in force. Raises ``LawMissing``."""
        found = self.find(name, day=day)
        if found is None:
            raise LawMissing(country=self.code, value=name)
        return found

    def text(self, name: str, *, language: str, day: date) -> Value:
        """Return a mandatory text in a language, else in the country's own (see ``spoken``). Raises ``LawMissing``."""
        found = self.spoken(name, language=language, day=day)
        if found is None:
            raise LawMissing(country=self.code, value=name)
        return found[1]

    def missing(self, *, day: date, language: str) -> tuple[str, ...]:
        """Name the required values and texts that are not to be had that day; empty means that offers may be made."""
        values = [name for name in self.required if self.find(name, day=day) is None]
        texts = [name for name in self.required_texts if self.spoken(name, language=language, day=day) is None]
        return (*values, *texts)

    def uses_samples(self, *, day: date) -> bool:
        """Say whether any value in force that day is a sample and not law: pages then carry the label."""
        every = [*self.values.values(), *self.texts.values()]
        return any(value.sample and value.holds_on(day) for group in every for value in group)

    def with_values(
        self,
        *,
        values: Mapping[str, tuple[Value, ...]] | None = None,
        texts: Mapping[tuple[str, str], tuple[Value, ...]] | None = None,
    ) -> Country:
        """Return this country with an operator's values added (each wins over ours where both hold)."""
        merged = {**self.values, **{k: (*v, *self.values.get(k, ())) for k, v in (values or {}).items()}}
        spoken = {**self.texts, **{k: (*v, *self.texts.get(k, ())) for k, v in (texts or {}).items()}}
        return replace(self, values=merged, texts=spoken)
