"""A working: what went in, line by line what became of it, what came out; data, and plain text for any printer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bnpl_plugin.errors import InvalidInput
from bnpl_plugin.money import Money

Fact = tuple[str, str]
"""A name (an English msgid) and its value as it is to be read."""


@dataclass(frozen=True, slots=True)
class Working:
    """One computation laid open.

    Args:
        title: what was computed.
        facts: inputs and conventions, in the order in which they are needed.
        columns: the headings of the table.
        rows: one tuple of texts a line, each as long as `columns`.
        results: what follows from the rows.

    Raises:
        InvalidInput: a row of another length.
    """

    title: str
    facts: tuple[Fact, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    results: tuple[Fact, ...]

    def __post_init__(self) -> None:
        width = len(self.columns)
        for place, row in enumerate(self.rows, start=1):
            if len(row) != width:
                raise InvalidInput(field="rows", fault=f"row {place} has {len(row)} texts", accepted=f"{width}")

    def to_text(self) -> str:
        """Return the working as lines of text, columns aligned, figures to the right."""
        parts = [self.title, "", *_pairs(self.facts), ""]
        widths = [max(map(len, column)) for column in zip(self.columns, *self.rows, strict=True)]
        lines = [self.columns, tuple("-" * width for width in widths), *self.rows]
        parts += ["  ".join(map(str.rjust, line, widths)).rstrip() for line in lines]
        return "\n".join([*parts, "", *_pairs(self.results)])

    def to_json(self) -> dict[str, Any]:
        """Return the working as plain values."""
        return {
            "title": self.title,
            "facts": [list(fact) for fact in self.facts],
            "columns": list(self.columns),
            "rows": [list(row) for row in self.rows],
            "results": [list(result) for result in self.results],
        }


def _pairs(facts: tuple[Fact, ...]) -> list[str]:
    width = max((len(name) for name, _ in facts), default=0)
    return [f"{name.ljust(width)}  {value}" for name, value in facts]


def amount(minor: int, *, currency: str) -> str:
    """Return an amount as a working prints it: major units, the currency's decimals, no grouping.

    >>> amount(-123456, currency="EUR")
    '-1234.56'
    """
    return str(Money(minor, currency).decimal)
