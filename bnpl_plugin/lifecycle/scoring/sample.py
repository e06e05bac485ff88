"""A CSV's rows as whole numbers, groups and outcomes; a value that cannot be read is told with its row and column."""

from __future__ import annotations

import csv
import hashlib
import io
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from bnpl_plugin.errors import InvalidInput
from bnpl_plugin.lifecycle.scoring.columns import Column, Role, Told, assigned

FEWEST_OF_A_KIND = 20  # bad or good; with fewer no points can be told from chance
_MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "."})
_BAD = frozenset({"1", "bad", "true", "yes", "default", "defaulted"})
_MOST_VALUE = 10**15


@dataclass(frozen=True, slots=True)
class Sample:
    """The rows: each figure's values, each group's names, and whether the loan went bad (empty without a target)."""

    columns: tuple[Column, ...]
    inputs: Mapping[str, Sequence[int | None]]
    groups: Mapping[str, Sequence[str]]
    bad: Sequence[bool]
    rows: int
    sha256: str


def read_sample(path: Path, told: Told, *, needs_target: bool = True) -> Sample:
    """Return a file's rows.

    Raises:
        ForbiddenInput: a column that the law keeps out is to be an input.
        InvalidInput: anything else that cannot be used, with its row and column.
    """
    raw = _bytes(path)
    lines = _lines(_text(raw))
    header = [name.strip() for name in next(lines, (0, []))[1]]
    if len(header) < 2:
        raise InvalidInput(field="file", fault="has no header of two columns or more", accepted="a CSV with a header")
    columns = assigned(header, told, needs_target=needs_target)
    inputs: dict[str, list[int | None]] = {one.label: [] for one in columns if one.role is Role.INPUT}
    groups: dict[str, list[str]] = {one.label: [] for one in columns if one.role is Role.GROUP}
    outcomes: list[str] = []
    rows = 0
    for number, cells in lines:
        if len(cells) != len(columns):
            _refuse(number, "the row", f"has {len(cells)} cells", f"{len(columns)}")
        rows += 1
        for column, cell in zip(columns, cells, strict=True):
            if column.role is Role.INPUT:
                inputs[column.label].append(_value(cell.strip(), column, row=number))
            elif column.role is Role.GROUP:
                groups[column.label].append(_group(cell.strip(), column, row=number))
            elif column.role is Role.TARGET:
                outcomes.append(_outcome(cell.strip(), column, row=number))
    if not rows:
        raise InvalidInput(field="file", fault="has no rows", accepted="rows below the header")
    bad = _bad(outcomes, told.bad) if outcomes else []
    return Sample(columns, inputs, groups, bad, rows, hashlib.sha256(raw).hexdigest())


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as fault:
        raise InvalidInput(field="file", fault=f"cannot be read: {fault.strerror}", accepted="a CSV file") from None


def _text(raw: bytes) -> str:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise InvalidInput(field="file", fault=f"is not UTF-8 at byte {fault.start}", accepted="UTF-8") from None
    if "\0" in text:
        raise InvalidInput(field="file", fault="holds a null character", accepted="text")
    return text


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield (number in the file, cells); the delimiter is the one that parts the header into most columns."""
    try:
        first = text[: text.find("\n") + 1] or text
        delimiter = max(",;\t", key=lambda mark: len(next(csv.reader([first], delimiter=mark), [])))
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        for cells in reader:
            if cells:
                yield reader.line_num, cells
    except csv.Error as fault:
        raise InvalidInput(field="file", fault=f"is no CSV: {fault}", accepted="comma, semicolon or tab") from None


def _value(cell: str, column: Column, *, row: int) -> int | None:
    if cell in column.missing or (cell.lower() in _MISSING and cell not in column.classes):
        return None
    if column.classes:
        if cell not in column.classes:
            _refuse(row, column.name, f"is {cell[:40]!r}", "one of its classes, or one of its missing texts")
        return column.classes[cell]
    try:
        number = Decimal(cell) * column.times
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number) > _MOST_VALUE:
        _refuse(row, column.name, f"is {cell[:40]!r}", "a number, empty when not known, or give its classes")
    if number != number.to_integral_value():
        _refuse(row, column.name, f"is {cell[:40]!r}", "a whole number (times = 100 makes cents of a sum)")
    return int(number)


def _group(cell: str, column: Column, *, row: int) -> str:
    if not column.cuts:
        if column.names and cell not in column.names:
            _refuse(row, column.name, f"is {cell[:40]!r}", "a text that its groups name")
        return column.names.get(cell, cell) or "not known"
    try:
        place = bisect_right(column.cuts, Decimal(cell))
    except InvalidOperation:
        return "not known"
    low, high = ([None, *column.cuts][place], [*column.cuts, None][place])
    return f"below {high}" if low is None else f"from {low}" if high is None else f"{low} to below {high}"


def _outcome(cell: str, column: Column, *, row: int) -> str:
    if cell.lower() in _MISSING:
        _refuse(row, column.name, "is not known", "an outcome in every row")
    return cell


def _bad(outcomes: Sequence[str], told: str | None) -> list[bool]:
    kinds = Counter(outcomes)
    if len(kinds) != 2:
        listed = ", ".join(repr(kind[:40]) for kind, _ in kinds.most_common(5))
        raise InvalidInput(field="target", fault=f"has {len(kinds)} outcomes: {listed}", accepted="two")
    guesses = [told] if told is not None else [kind for kind in kinds if kind.lower() in _BAD]
    if len(guesses) != 1 or guesses[0] not in kinds:
        raise InvalidInput(
            field="bad", fault="is not one of the outcomes", accepted=" or ".join(repr(kind[:40]) for kind in kinds)
        )
    few = min(kinds.values())
    if few < FEWEST_OF_A_KIND:
        raise InvalidInput(field="target", fault=f"has {few} of one outcome", accepted=f"{FEWEST_OF_A_KIND} or more")
    return [outcome == guesses[0] for outcome in outcomes]


def _refuse(row: int, column: str, fault: str, accepted: str) -> None:
    raise InvalidInput(field=f"line {row}, {column[:60]}", fault=fault, accepted=accepted)
