"""Equal shares of an amount in multiples, alone or as the principal of rows; the last share takes what is left."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bnpl_plugin.credit.servicing.parts import Parts
from bnpl_plugin.credit.servicing.position.row import Row
from bnpl_plugin.money import Rounding, divide


def rounded_to(amount_minor: int, *, multiple_minor: int) -> int:
    """Return the amount rounded half to even to a multiple.

    >>> rounded_to(18750, multiple_minor=100), rounded_to(18750, multiple_minor=1)
    (18800, 18750)
    """
    return divide(amount_minor, by=multiple_minor, rounding=Rounding.HALF_EVEN) * multiple_minor


def shares(total_minor: int, *, count: int, multiple_minor: int = 1) -> tuple[int, ...]:
    """Return equal shares, rounded half to even to the multiple; the last takes what is left, never less than nothing.

    Args:
        total_minor: 0 or more.
        count: 1 or more.
        multiple_minor: 1 or more.

    >>> shares(100000, count=6, multiple_minor=100)
    (16700, 16700, 16700, 16700, 16700, 16500)
    """
    level = divide(total_minor, by=count * multiple_minor, rounding=Rounding.HALF_EVEN) * multiple_minor
    if level * (count - 1) > total_minor:
        level = total_minor // (count * multiple_minor) * multiple_minor
    return (*(level,) * (count - 1), total_minor - level * (count - 1))


def with_principal(rows: Sequence[Row], places: Sequence[int], *, level: int, left: int, on: date) -> list[Row]:
    """Return the rows with a principal shared over some of them: a level share each, the last what is left.

    A row never gets less than what was already paid of it, so that nothing becomes negative.

    Args:
        rows: all rows.
        places: indexes of those that share, rising.
        level: the share of each.
        left: what there is to share, at least what was paid of them.
        on: the day of the change.
    """
    told = list(rows)
    kept = {index: rows[index].due.principal_minor - rows[index].still_open.principal_minor for index in places}
    reserved = sum(kept.values())
    for index in places:
        reserved -= kept[index]
        share = left if index == places[-1] else min(max(level, kept[index]), left - reserved)
        told[index] = told[index].owe(Parts(principal_minor=share - told[index].due.principal_minor), on=on)
        left -= share
    return told
