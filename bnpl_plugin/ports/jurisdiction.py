"""A country's law as dated values: each with its unit, source and how sure we are. Implemented by the leaves in ``countries/``.

A value that is missing, expired or unsure (``C``) does not exist: ``Country.pick`` raises ``LawMissing`` and no offer is made.
An operator may supply values through ``Bnpl(law=...)``; the demo's are marked ``sample`` and every page that uses one says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from bnpl_plugin.errors import LawMissing


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
class Country:
    """One jurisdiction. ``values`` maps a name to its dated values; ``texts`` maps (name, language) likewise.

    ``required`` names every value, and ``required_texts`` every text, without which nothing is offered here (P9).
    ``apr_method`` is a method name of ``credit`` ("eu", "us", "cn"); ``scopes`` names the plan kinds that its law here covers.
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

    def pick(self, name: str, *, day: date) -> Value:
        """Return the value in force. Raises ``LawMissing``."""
        return self._only(self.values.get(name, ()), name, day)

    def text(self, name: str, *, language: str, day: date) -> Value:
        """Return a mandatory text in a language, falling back to the country's first language. Raises ``LawMissing``."""
        for tongue in (language, *self.languages):
            found = self.texts.get((name, tongue), ())
            if any(value.holds_on(day) for value in found):
                return self._only(found, name, day)
        raise LawMissing(country=self.code, value=name)

    def missing(self, *, day: date, language: str) -> tuple[str, ...]:
        """Name the required values and texts that are not to be had that day; empty means that offers may be made."""
        names = [name for name in self.required if not self._has(self.values.get(name, ()), day)]
        for name in self.required_texts:
            try:
                self.text(name, language=language, day=day)
            except LawMissing:
                names.append(name)
        return tuple(names)

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

    @staticmethod
    def _has(found: tuple[Value, ...], day: date) -> bool:
        return any(value.holds_on(day) for value in found)

    def _only(self, found: tuple[Value, ...], name: str, day: date) -> Value:
        for value in found:
            if value.holds_on(day):
                return value
        raise LawMissing(country=self.code, value=name)
