"""Methods that fix the instalment: level, agreed, computed anew on the way, or growing by the year."""

from __future__ import annotations

from collections.abc import Sequence

from bnpl_plugin.credit.amortisation.charges import Charges
from bnpl_plugin.credit.amortisation.columns import Columns, Task
from bnpl_plugin.credit.amortisation.even_principal import equal_principal
from bnpl_plugin.credit.amortisation.level import Inflow, adjusted_instalment, exact_instalment, run_down_by
from bnpl_plugin.credit.calendar import Period, PeriodUnit
from bnpl_plugin.credit.terms import Levelling
from bnpl_plugin.errors import InvalidInput
from bnpl_plugin.money import Rounding, divide


def equal_instalments(task: Task, *, known: Sequence[tuple[int, Charges]]) -> Columns:
    """Return equal instalments and what they are made of.

    Args:
        task: what is asked for.
        known: the places, rising from 0, at which the instalment is computed, each with the charges known there.
    """
    shape = task.terms.shape
    if shape.instalment_minor is not None:
        return _run_down(task, [shape.instalment_minor * task.scale] * (task.terms.count - 1))
    if shape.levelling is Levelling.ALL_EQUAL:
        return _all_equal(task)
    if not any(any(charges.periods) for _, charges in known) and not task.charges.inflows:
        return equal_principal(task)
    grace = shape.principal_grace
    instalments = [task.earned(task.amount, charge=charge) for charge in task.charges.periods[:grace]]
    for start, charges in known:
        place = max(start, grace)
        done = _run_down(task, instalments, until=place) if place else Columns([], [], [])
        left = task.amount - sum(done.principals[:place]) + _drawn_before(task, place)
        instalment = _level(task, left, charges=charges, place=place, rounding=task.terms.rounding)
        instalments[place:] = [instalment] * (task.terms.count - 1 - place)
    columns = _run_down(task, instalments)
    if columns.principals[-1] == 0 and len(known) == 1 and instalments:
        instalment = _level(task, task.amount, charges=task.charges, place=grace, rounding=Rounding.DOWN)
        columns = _run_down(task, [*instalments[:grace], *[instalment] * (task.terms.count - 1 - grace)])
    return columns


def _all_equal(task: Task) -> Columns:
    """Return instalments that are all the same sum; what the last takes above principal and interest is a fee.

    Raises:
        InvalidInput: fewer such instalments repay the loan, so that the last would be nothing but a fee.
    """
    count, multiple = task.terms.count, task.multiple
    instalment = _level(task, task.amount, charges=task.charges, place=0, rounding=task.terms.rounding)
    columns = _run_down(task, [instalment] * (count - 1))
    while (missing := columns.principals[-1] + columns.interests[-1] - instalment) > 0:
        # each period's interest was rounded too, and up
        instalment += divide(missing, by=count * multiple, rounding=Rounding.UP) * multiple
        columns = _run_down(task, [instalment] * (count - 1))
    if not columns.principals[-1]:
        fault = f"takes {instalment} {count} times where fewer repay the loan"
        raise InvalidInput(field="shape.levelling", fault=fault, accepted="a larger sum, or a smaller multiple")
    paid = zip(columns.principals, columns.interests, strict=True)
    fees = [instalment - principal - interest for principal, interest in paid]
    return Columns(columns.principals, columns.interests, columns.earnings, fees)


def graduated(task: Task) -> Columns:
    """Return instalments that grow by the agreed fraction with every year of the loan."""
    over, under = (1 + task.terms.shape.yearly_growth).as_integer_ratio()
    years = [_year(task.terms.period, place) for place in range(task.terms.count)]
    weights = [over**year * under ** (years[-1] - year) for year in years]
    charges = task.charges
    exact = exact_instalment(
        task.amount, charges=charges.periods, unit=charges.unit, balloon=task.balloon, weights=weights
    )
    multiple = task.multiple
    instalments = [
        divide(exact[0] * weight, by=exact[1] * multiple, rounding=task.terms.rounding) * multiple
        for weight in weights[:-1]
    ]
    return _run_down(task, instalments)


def _level(task: Task, left: int, *, charges: Charges, place: int, rounding: Rounding) -> int:
    terms = task.terms
    ahead = charges.periods[place:]
    inflows = [Inflow(each.place - place, each.minor * task.scale, each.charge)
               for each in charges.inflows if each.place == place]  # fmt: skip
    over, under = exact_instalment(left, charges=ahead, unit=charges.unit, inflows=inflows, balloon=task.balloon)
    instalment = divide(over, by=under * task.multiple, rounding=rounding) * task.multiple
    if terms.shape.levelling is not Levelling.ADJUSTED:
        return instalment
    return adjusted_instalment(
        left,
        instalment=instalment,
        charges=ahead,
        unit=charges.unit,
        rounding=terms.accrual.rounding,
        multiple=task.multiple,
        inflows=inflows,
        balloon=task.balloon,
    )


def _run_down(task: Task, instalments: Sequence[int], *, until: int | None = None) -> Columns:
    """Run the amount down by the instalments, all but the last; or only `until` a place, one row more than asked."""
    charges = task.charges
    columns = run_down_by(
        task.amount,
        instalments=instalments[:until],
        charges=charges.periods if until is None else charges.periods[: until + 1],
        unit=charges.unit,
        rounding=task.terms.accrual.rounding,
        multiple=task.interest_multiple,
        inflows=[each for each in charges.inflows if until is None or each.place < until],
        shortfall=task.terms.accrual.shortfall,
    )
    return Columns(*columns)


def _drawn_before(task: Task, place: int) -> int:
    return sum(each.minor for each in task.charges.inflows if each.place < place)


def _year(period: Period, place: int) -> int:
    """Return in which year of the loan an instalment lies, from 0."""
    units_a_year = {
        PeriodUnit.DAY: 365,
        PeriodUnit.WEEK: 52,
        PeriodUnit.HALF_MONTH: 24,
        PeriodUnit.MONTH: 12,
        PeriodUnit.YEAR: 1,
    }
    return place * period.every // units_a_year[period.unit]
