"""The three columns that every method fills, and how they become whole minor units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from bnpl_plugin.credit.amortisation.charges import Charges
from bnpl_plugin.credit.amortisation.level import earned
from bnpl_plugin.credit.terms import Carry, LoanTerms
from bnpl_plugin.money import Remainder, Rounding, divide, split

_EXACT_SCALE = 10**20
"""Where nothing is rounded, sums are carried in parts of a minor unit as small as this."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The instalments' principals and interests, the interest earned in their periods, and fees; one entry each.

    Earned and paid differ while interest is put off, or an instalment does not cover it. No fees: an empty column.
    """

    principals: Sequence[int]
    interests: Sequence[int]
    earnings: Sequence[int]
    fees: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Task:
    """What a method is asked for.

    Args:
        terms: what was agreed.
        charges: of all periods, with all rates.
        amount: the financed sum in parts of `scale` to the minor unit.
        scale: 1 where whole minor units are carried.
    """

    terms: LoanTerms
    charges: Charges
    amount: int
    scale: int

    @property
    def balloon(self) -> int:
        """The balloon on the task's scale."""
        return self.terms.shape.balloon_minor * self.scale

    @property
    def multiple(self) -> int:
        """What an instalment is a whole multiple of, on the task's scale; 1 where it is not rounded."""
        if self.terms.accrual.carry is Carry.EXACT:
            return 1
        return self.terms.shape.multiple_minor * self.scale

    @property
    def interest_multiple(self) -> int:
        """What a period's interest is a whole multiple of; where it is carried exactly, the smallest part."""
        return self.terms.accrual.multiple_minor

    def earned(self, principal: int, *, charge: int) -> int:
        """Return the interest of a sum for one period."""
        accrual = self.terms.accrual
        return earned(
            principal,
            charge=charge,
            unit=self.charges.unit,
            rounding=accrual.rounding,
            multiple=self.interest_multiple,
        )


def scale_of(terms: LoanTerms) -> int:
    """Return into how many parts a minor unit is divided while the schedule is made."""
    return 1 if terms.accrual.carry is Carry.MINOR_UNITS else _EXACT_SCALE


def in_minor_units(column: Sequence[int], *, scale: int) -> list[int]:
    """Return a column in minor units: differences of the rounded running totals, so that no sum of them drifts.

    >>> in_minor_units([333, 333, 334], scale=100)
    [3, 4, 3]
    """
    if scale == 1:
        return list(column)
    totals = [divide(total, by=scale) for total in accumulate(column, initial=0)]
    return [after - before for before, after in pairwise(totals)]


def under_whole_instalments(principals: Sequence[int], *, interests: Sequence[int], scale: int) -> list[int]:
    """Return the principals in minor units where principal and interest together are whole.

    Two columns that are rounded apart could miss their instalment by one; here the instalment stands, the interest is
    rounded, and principal is the difference. It still sums to what was drawn, and none is negative.

    >>> in_minor_units([1050, 1050], scale=100), in_minor_units([450, 450], scale=100)
    ([11, 10], [5, 4])
    >>> under_whole_instalments([1050, 1050], interests=[450, 450], scale=100)
    [10, 11]
    """
    instalments = [principal + interest for principal, interest in zip(principals, interests, strict=True)]
    shown = zip(in_minor_units(instalments, scale=scale), in_minor_units(interests, scale=scale), strict=True)
    return [instalment - interest for instalment, interest in shown]


def even_split(total: int, *, parts: int, remainder: Remainder, rounding: Rounding, multiple: int) -> list[int]:
    """Split a sum into equal parts that are whole multiples; one named part takes what is left, never below zero.

    >>> even_split(562_00, parts=3, remainder=Remainder.LAST, rounding=Rounding.HALF_UP, multiple=100)
    [18700, 18700, 18800]
    """
    if multiple == 1:
        return list(split(total, parts=parts, remainder=remainder, rounding=rounding))
    equal = divide(total, by=parts * multiple, rounding=rounding) * multiple
    if equal * (parts - 1) >= total:
        equal = divide(total, by=parts * multiple, rounding=Rounding.DOWN) * multiple
    odd = total - equal * (parts - 1)
    equals = [equal] * (parts - 1)
    return [odd, *equals] if remainder is Remainder.FIRST else [*equals, odd]


def put_off(column: Sequence[int], *, periods: int) -> list[int]:
    """Return a column whose first entries are asked for with the one after them.

    >>> put_off([5, 4, 3], periods=1)
    [0, 9, 3]
    """
    return [*(0,) * periods, sum(column[: periods + 1]), *column[periods + 1 :]]
