"""The level instalment over explicit period charges, and the running down of a principal by it.

Everything here is whole numbers. A *charge* is what one unit of principal earns in a period, as a numerator over the
common `unit` (1 % a month is the charge 1 over the unit 100), so that thirds of a year stay exact. What is rounded is
rounded where its name says, and nowhere else. The schedule at signature and every re-computed one use these functions.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, repeat
from typing import NamedTuple

from bnpl_plugin.credit.terms.conventions import Shortfall
from bnpl_plugin.errors import InvalidInput
from bnpl_plugin.money import Rounding, divide

Columns = tuple[Sequence[int], Sequence[int]]
"""The principals and the interests of the instalments, both in order."""

_HALF_UP = Rounding.HALF_UP


class Inflow(NamedTuple):
    """Principal that is drawn inside a period.

    Attributes:
        place: of the period, from 0.
        minor: the sum.
        charge: what one unit of it earns from its day to the end of the period; the whole period's charge for a sum
            that is drawn on the period's first day.
    """

    place: int
    minor: int
    charge: int


def earned(principal: int, *, charge: int, unit: int, rounding: Rounding = Rounding.HALF_UP, multiple: int = 1) -> int:
    """Return the interest of a principal in one period, or in a part of one.

    Args:
        principal: what is owed, 0 or more.
        charge: what one unit earns, over `unit`.
        unit: the charges' common denominator, 1 or more.
        rounding: where a fraction goes.
        multiple: the interest is a whole multiple of this.

    >>> earned(1000_00, charge=1, unit=120)
    833
    """
    return divide(principal * charge, by=unit * multiple, rounding=rounding) * multiple


def exact_instalment(
    principal: int,
    *,
    charges: Sequence[int],
    unit: int,
    inflows: Sequence[Inflow] = (),
    balloon: int = 0,
    weights: Sequence[int] | None = None,
) -> tuple[int, int]:
    """Return the exact level instalment as (numerator, denominator).

    From B(k) = B(k-1) * (1 + i(k)) - A * w(k) and B(n) = balloon follows
    A = (P * prod(1 + i) - balloon) / sum over k of w(k) * prod over j > k of (1 + i(j)); a sum drawn inside a period
    adds what it has grown to by that period's end.

    Args:
        principal: owed at the start of the first period.
        charges: one for each instalment.
        unit: their common denominator.
        inflows: what is drawn later, in order of place.
        balloon: what is left owing beside the last instalment.
        weights: how many times A each instalment is; 1 throughout when not given.

    >>> exact_instalment(1000_00, charges=[0, 0, 0], unit=1)
    (100000, 3)
    """
    if weights is None and not inflows and not balloon:
        return _plain_instalment(principal, charges=charges, unit=unit)
    grown = {place: sum(d.minor * (unit + d.charge) for d in group) for place, group in _by_place(inflows).items()}
    owed, weight, power = principal, 0, 1
    for place, (charge, times) in enumerate(zip(charges, weights or repeat(1, len(charges)), strict=True)):
        owed = owed * (unit + charge) + grown.get(place, 0) * power
        power *= unit
        weight = weight * (unit + charge) + times * power
    return owed - balloon * power, weight


def _plain_instalment(principal: int, *, charges: Sequence[int], unit: int) -> tuple[int, int]:
    regular, count = charges[-1], len(charges)
    alike = charges.count(regular) if regular else 0
    if alike == count:
        grown = (unit + regular) ** count
        return principal * grown * regular, unit * (grown - unit**count)
    if alike == count - 1 and charges[0] != regular and regular:
        grown = (unit + regular) ** (count - 1)
        product = grown * (unit + charges[0]) * regular
        return principal * product, unit * (grown * (unit + regular) - unit ** len(charges))
    product, weight, power = 1, 0, 1
    for charge in charges:
        growth = unit + charge
        power *= unit
        product *= growth
        weight = weight * growth + power
    return principal * product, weight


def level_instalment(
    principal: int,
    *,
    charges: Sequence[int],
    unit: int,
    rounding: Rounding = Rounding.HALF_UP,
    multiple: int = 1,
    inflows: Sequence[Inflow] = (),
    balloon: int = 0,
) -> int:
    """Return the level instalment, rounded.

    Args:
        principal: owed at the start of the first period.
        charges: one for each instalment.
        unit: their common denominator.
        rounding: where a fraction goes.
        multiple: the instalment is a whole multiple of this, 1 or more.
        inflows: what is drawn later.
        balloon: what is left owing beside the last instalment.

    >>> level_instalment(1000_00, charges=[1] * 6, unit=100)
    17255
    >>> level_instalment(250_000_00, charges=[92] * 18, unit=12_000, rounding=Rounding.UP, multiple=100)
    1492300
    """
    over, under = exact_instalment(principal, charges=charges, unit=unit, inflows=inflows, balloon=balloon)
    return divide(over, by=under * multiple, rounding=rounding) * multiple


def adjusted_instalment(
    principal: int,
    *,
    instalment: int,
    charges: Sequence[int],
    unit: int,
    rounding: Rounding = Rounding.HALF_EVEN,
    multiple: int = 1,
    inflows: Sequence[Inflow] = (),
    balloon: int = 0,
) -> int:
    """Return the instalment moved so that the last one comes closer to the others; Apache Fineract's rule.

    With n instalments and d = last - instalment: if the size of d is more than n / 2 (rounded down) minor units, the
    instalment plus d / n is tried, and kept only when that brings the last one closer.

    Args:
        principal: owed at the start of the first period.
        instalment: as `level_instalment` rounds it.
        charges: one for each instalment.
        unit: their common denominator.
        rounding: of the interest, and of the step.
        multiple: the step is a whole multiple of this.
        inflows: what is drawn later.
        balloon: what the last one bears on top.

    >>> adjusted_instalment(75_00, instalment=15_46, charges=[123] * 5, unit=12_000)
    1547
    """
    count = len(charges)

    def gap(tried: int) -> int:
        principals, interests = run_down(
            principal, instalment=tried, charges=charges, unit=unit, rounding=rounding, inflows=inflows
        )
        return principals[-1] + interests[-1] - balloon - tried

    missed = gap(instalment)
    if abs(missed) <= count // 2:
        return instalment
    tried = instalment + divide(missed, by=count * multiple, rounding=rounding) * multiple
    return tried if abs(gap(tried)) < abs(missed) else instalment


def run_down(
    principal: int,
    *,
    instalment: int,
    charges: Sequence[int],
    unit: int,
    rounding: Rounding = Rounding.HALF_UP,
    multiple: int = 1,
    inflows: Sequence[Inflow] = (),
    shortfall: Shortfall = Shortfall.CARRIED,
) -> Columns:
    """Return the principals and the interests of equal instalments; the last one takes all that is left.

    Principals sum to what was drawn, exactly, and no part is negative. Interest that an instalment does not cover is
    paid by the next ones, as `shortfall` says; an instalment never pays more principal than is owed.

    Args:
        principal: owed at the start of the first period, 0 or more.
        instalment: every one but the last, 0 or more.
        charges: one for each instalment.
        unit: their common denominator.
        rounding: of the interest.
        multiple: the interest is a whole multiple of this.
        inflows: what is drawn later, in order; a period is then split where something is drawn, the interest of each
            part is rounded by itself and the parts are summed.
        shortfall: what becomes of interest that an instalment does not cover.

    >>> run_down(300, instalment=101, charges=[1, 1, 1], unit=100)
    ([98, 99, 103], [3, 2, 1])
    """
    if rounding is _HALF_UP and multiple == 1 and not inflows:
        if unit % 2:
            charges, unit = [2 * charge for charge in charges], 2 * unit
        left, half = principal, unit // 2
        principals, interests = [], []
        for charge in charges[:-1]:
            interest = (left * charge + half) // unit
            repaid = instalment - interest
            left -= repaid
            principals.append(repaid)
            interests.append(interest)
        if left >= 0 and (not principals or min(principals) >= 0):
            principals.append(left)
            interests.append((left * charges[-1] + half) // unit)
            return principals, interests
    principals, interests, _ = run_down_by(
        principal,
        instalments=[instalment] * (len(charges) - 1),
        charges=charges,
        unit=unit,
        rounding=rounding,
        multiple=multiple,
        inflows=inflows,
        shortfall=shortfall,
    )
    return principals, interests


def run_down_by(
    principal: int,
    *,
    instalments: Sequence[int],
    charges: Sequence[int],
    unit: int,
    rounding: Rounding = Rounding.HALF_UP,
    multiple: int = 1,
    inflows: Sequence[Inflow] = (),
    shortfall: Shortfall = Shortfall.CARRIED,
) -> tuple[list[int], list[int], list[int]]:
    """Do what `run_down` does where every instalment has its own size, and return a third column: interest earned.

    Interest paid and earned differ only while an instalment does not cover its interest.

    Args:
        principal: owed at the start of the first period.
        instalments: all but the last one, which takes what is left.
        charges: one for each instalment, the last one included.
        unit: their common denominator.
        rounding: of the interest.
        multiple: the interest is a whole multiple of this.
        inflows: what is drawn later, in order.
        shortfall: what becomes of interest that an instalment does not cover.
    """
    if len(instalments) != len(charges) - 1:
        raise InvalidInput(field="instalments", fault=f"are {len(instalments)}", accepted=f"{len(charges) - 1}")
    drawn = _by_place(inflows)
    principals: list[int] = []
    interests: list[int] = []
    earnings: list[int] = []
    left, carried = principal, 0
    for place, charge in enumerate(charges):
        base = left + carried if shortfall is Shortfall.CAPITALISED else left
        new, start = 0, charge
        for inflow in drawn.get(place, ()):
            new += earned(base, charge=start - inflow.charge, unit=unit, rounding=rounding, multiple=multiple)
            left, base, start = left + inflow.minor, base + inflow.minor, inflow.charge
        new += earned(base, charge=start, unit=unit, rounding=rounding, multiple=multiple)
        last = place == len(instalments)
        interest = carried + new if last else min(carried + new, instalments[place])
        repaid = left if last else min(instalments[place] - interest, left)
        carried += new - interest
        left -= repaid
        principals.append(repaid)
        interests.append(interest)
        earnings.append(new)
    return principals, interests, earnings


def count_to_repay(principal: int, *, instalment: int, charge: int, unit: int, most: int = 600) -> int:
    """Return how many instalments of a given size repay a principal, the last one being what is left.

    Args:
        principal: 1 or more.
        instalment: of each period, 1 or more.
        charge: what one unit earns in every period.
        unit: the charge's denominator.
        most: the longest loan.

    Raises:
        InvalidInput: the instalment does not repay the principal in that many periods.

    >>> count_to_repay(280_000_00, instalment=14_000_00, charge=7, unit=1000)
    22
    """
    left, unit_power = principal, 1
    for number in range(1, most + 1):
        left = left * (unit + charge) - instalment * unit * unit_power
        unit_power *= unit
        if left <= 0:
            return number
    raise InvalidInput(field="instalment", fault=f"is {instalment}", accepted=f"enough to repay in {most} periods")


def _by_place(inflows: Sequence[Inflow]) -> dict[int, list[Inflow]]:
    return {place: list(group) for place, group in groupby(inflows, key=lambda inflow: inflow.place)}
