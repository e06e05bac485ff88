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
        expected, got: numbers (compared within the tolerance) or anything else (compared for equality).
        tolerance: the largest difference that is allowed.
    """

    field: str
    expected: Any
    got: Any
    tolerance: Decimal = Decimal(0)

    @property
    def holds(self) -> bool:
        """Whether the figure is the published one."""
        if isinstance(self.expected, Decimal) and isinstance(self.got, Decimal | int):
            return bool((self.expected - self.got).is_finite() and abs(self.expected - self.got) <= self.tolerance)
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
        return Decimal(str(self.tolerance.get(name, "0")))

    def number(self, name: str, got: Decimal) -> Check:
        """Return the check of one expected number."""
        return Check(name, Decimal(self.expected[name]), got, self.within(name))


Subject = Callable[[Case], Iterable[Check]]
"""Computes a case by the product's own functions and yields every figure beside the published one."""


class Unreadable(Exception):
    """A file that is not a golden file, or one that nobody here can compute; the message says which and why."""


def read(file: Path) -> tuple[str, list[Case]]:
    """Return a file's collection and its cases; keys that we do not know are left alone.

    Raises:
        Unreadable: no such file, not JSON, another schema, no case, or a case without what every case has.
    """
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise Unreadable(f"{file}: cannot be read ({error.strerror})") from None
    except ValueError as error:
        raise Unreadable(f"{file}: is not JSON ({error})") from None
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        raise Unreadable(f"{file}: is not of the schema {SCHEMA}")
    collection, raws = data.get("collection"), data.get("cases")
    if not isinstance(collection, str) or not isinstance(raws, list) or not raws:
        raise Unreadable(f"{file}: names no collection or holds no case")
    return collection, [_case(raw, place=place, file=file) for place, raw in enumerate(raws, start=1)]


def _case(raw: Any, *, place: int, file: Path) -> Case:
    try:
        return Case(
            id=raw["id"],
            kind=raw["kind"],
            subkind=raw.get("subkind"),
            inputs=raw["inputs"],
            expected=raw["expected"],
            tolerance=raw.get("tolerance") or {},
            verified=raw.get("verified") is True,
            notes=raw.get("notes") or "",
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise Unreadable(f"{file}: case {place} lacks what every case has ({error})") from None
