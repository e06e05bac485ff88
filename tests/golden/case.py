"""A case of a golden file, one compared figure, and the two ways of not answering."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

SCHEMA = "bnpl-golden/1"


class NotCompared(Exception):
    """The case was not compared; it counts as neither passed nor failed and is listed with the reason."""


class Refused(NotCompared):
    """The product could, and will not: a quirk that no lender should copy."""


class OutOfScope(NotCompared):
    """The product has no such function."""


@dataclass(frozen=True, slots=True)
class Check:
    """One figure beside what was published.

    Attributes:
        field: what it is, for example "rows[3].interest".
        expected, got: both Decimal (compared within the tolerance) or anything else (compared for equality).
        tolerance: the largest difference that is allowed.
    """

    field: str
    expected: Any
    got: Any
    tolerance: Decimal = Decimal(0)

    @property
    def holds(self) -> bool:
        """Whether the figure is the published one."""
        if isinstance(self.expected, Decimal) and isinstance(self.got, Decimal):
            return abs(self.expected - self.got) <= self.tolerance
        return bool(self.expected == self.got)


@dataclass(frozen=True, slots=True)
class Case:
    """One published example.

    Attributes:
        id, kind, subkind: its names in the file.
        inputs, expected: as published; money, rates and times are strings.
        tolerance: absolute, by expected field.
        verified: whether the file's makers could compute it again; only such cases count.
        notes: theirs.
    """

    id: str
    kind: str
    subkind: str | None
    inputs: Mapping[str, Any]
    expected: Mapping[str, Any]
    tolerance: Mapping[str, str]
    verified: bool
    notes: str

    def within(self, name: str) -> Decimal:
        """Return the tolerance of an expected field: none named is none allowed."""
        return Decimal(self.tolerance.get(name, "0"))

    def number(self, name: str, got: Decimal) -> Check:
        """Return the check of one expected number."""
        return Check(name, Decimal(self.expected[name]), got, self.within(name))


Subject = Callable[[Case], Iterable[Check]]
"""Computes a case by the product's own functions and yields every figure beside the published one."""


def read(file: Path) -> tuple[str, list[Case]]:
    """Return a file's collection and its cases.

    Raises:
        ValueError: not a golden file.
    """
    data = json.loads(file.read_text(encoding="utf-8"))
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        raise ValueError(f"{file}: is not of the schema {SCHEMA}")
    cases = [
        Case(
            id=raw["id"],
            kind=raw["kind"],
            subkind=raw.get("subkind"),
            inputs=raw["inputs"],
            expected=raw["expected"],
            tolerance=raw.get("tolerance", {}),
            verified=raw["verified"],
            notes=raw.get("notes", ""),
        )
        for raw in data["cases"]
    ]
    return data["collection"], cases
