"""From terms to a schedule: dates, charges, the method's columns, fees, rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from types import MappingProxyType

from bnpl_plugin.credit.amortisation.charges import Charges, charges_of, usual_charges
from bnpl_plugin.credit.amortisation.columns import (
    Columns,
    Task,
    in_minor_units,
    put_off,
    scale_of,
    under_whole_instalments,
)
from bnpl_plugin.credit.amortisation.even_instalments import equal_instalments, graduated
from bnpl_plugin.credit.amortisation.even_principal import equal_principal, flat, interest_only
from bnpl_plugin.credit.amortisation.level import exact_instalment, run_down
from bnpl_plugin.credit.schedule import Instalment, Schedule
from bnpl_plugin.credit.terms import PLAIN, USUAL, Carry, FeePlacement, Levelling, LoanTerms, Method
from bnpl_plugin.money import Remainder, Rounding, divide, split


def build_schedule(terms: LoanTerms) -> Schedule:
    """Return the schedule of the terms.

    Principal parts sum to what is drawn exactly and no part is negative. With interest, the exact equal instalment is
    rounded as the terms say and the last one absorbs the difference; an instalment so small that rounding it up would
    leave nothing for the last one is rounded down. Interest above the instalment (a long first period) is paid by
    the next ones.

    Args:
        terms: what was agreed.

    Raises:
        InvalidInput: due dates that leave the calendar or, moved to business days, fall together; equal rounded-up
            instalments of which fewer would do.
    """
    dates = terms.due_dates
    if terms.shape is PLAIN and terms.accrual is USUAL and terms.method in _PLAIN_METHODS:
        return _plain_schedule(terms, dates)
    return _assembled(terms, dates, columns_in_minor_units(terms, dates=dates))


def _plain_schedule(terms: LoanTerms, dates: tuple[date, ...]) -> Schedule:
    """Return the schedule of equal instalments by the shortest way; it says the same as the long one."""
    minor, count = terms.principal.minor, terms.count
    if terms.nominal_rate:
        charges, unit = usual_charges(terms, dates=dates)
        over, under = exact_instalment(minor, charges=charges, unit=unit)
        if terms.rounding is _HALF_UP:
            instalment = (2 * over + under) // (2 * under)
        else:
            instalment = divide(over, by=under, rounding=terms.rounding)
        principals, interests = run_down(minor, instalment=instalment, charges=charges, unit=unit)
        if principals[-1] == 0 and count > 1:
            instalment = divide(over, by=under, rounding=Rounding.DOWN)
            principals, interests = run_down(minor, instalment=instalment, charges=charges, unit=unit)
    else:
        principals = split(minor, parts=count, remainder=terms.remainder, rounding=terms.rounding)
        interests = (0,) * count
    if terms.fee_minor:
        return _assembled(terms, dates, Columns(principals, interests, interests))
    return Schedule.of_columns(
        terms.principal.currency,
        drawdown_on=terms.drawdown_on,
        principal_minor=minor,
        dates=dates,
        principals=principals,
        interests=interests,
        fees=(0,) * count,
    )


def columns_in_minor_units(terms: LoanTerms, *, dates: tuple[date, ...]) -> Columns:
    """Return the columns of the instalments, down payment and agreed fee not among them."""
    scale = scale_of(terms)
    charges = charges_of(terms, dates=dates, known_at=terms.count)
    task = Task(terms, charges, terms.financed_minor * scale, scale)
    method = _METHODS.get(terms.method)
    columns = method(task) if method else _equal_instalments(task, dates)
    interests, principals = columns.interests, None
    if terms.shape.interest_grace:
        interests = put_off(interests, periods=terms.shape.interest_grace)
    elif scale > 1 and terms.accrual.carry is Carry.EXACT_INTEREST and terms.method in _WHOLE_METHODS:
        principals = under_whole_instalments(columns.principals, interests=interests, scale=scale)
    return Columns(
        principals or in_minor_units(columns.principals, scale=scale),
        in_minor_units(interests, scale=scale),
        in_minor_units(columns.earnings, scale=scale),
        columns.fees,
    )


def _equal_instalments(task: Task, dates: tuple[date, ...]) -> Columns:
    """Compute the instalment at the start, at each step of the rate, and where more is drawn."""
    shape = task.terms.shape
    places = {0, *(step.from_number - 1 for step in shape.rate_steps), *(each.place for each in task.charges.inflows)}
    known = [(place, _known_at(task, dates, place)) for place in sorted(places)]
    return equal_instalments(task, known=known)


def _known_at(task: Task, dates: tuple[date, ...], place: int) -> Charges:
    if not task.terms.shape.rate_steps:
        return task.charges
    return charges_of(task.terms, dates=dates, known_at=place + 1)


def _assembled(terms: LoanTerms, dates: tuple[date, ...], columns: Columns) -> Schedule:
    fees = _fees(terms, besides=columns.fees)
    rows = list(zip(dates, columns.principals, columns.interests, fees, strict=True))
    paid_down, fee_at_drawdown = terms.down_payment_minor, 0
    if terms.fee_placement is FeePlacement.DRAWDOWN and terms.first_due_on > terms.drawdown_on:
        fee_at_drawdown = terms.fee_minor
    if paid_down or fee_at_drawdown:
        rows.insert(0, (terms.drawdown_on, paid_down, 0, fee_at_drawdown))
    instalments = tuple(Instalment(number, *row) for number, row in enumerate(rows, start=1))
    return Schedule(
        terms.principal.currency,
        terms.drawdown_on,
        terms.drawn_minor,
        instalments,
        tuple((drawdown.on, drawdown.minor) for drawdown in terms.shape.later_drawdowns),
    )


def _fees(terms: LoanTerms, *, besides: Sequence[int]) -> Sequence[int]:
    """Return the instalments' fees: the loan's where it is placed, single rows' own, what equal instalments exceed."""
    count = terms.count
    fees = list(besides) or [0] * count
    for own in terms.shape.row_fees:
        fees[own.number - 1] += own.minor
    if terms.fee_placement is FeePlacement.SPREAD:
        shares = split(terms.fee_minor, parts=count, remainder=Remainder.LAST)
        return [fee + share for fee, share in zip(fees, shares, strict=True)]
    if terms.fee_placement is FeePlacement.FIRST or terms.first_due_on == terms.drawdown_on:
        fees[0] += terms.fee_minor
    return fees


def _interest_free(task: Task) -> Columns:
    if task.terms.shape.levelling is Levelling.ALL_EQUAL:
        return equal_instalments(task, known=[(0, task.charges)])
    return equal_principal(task)


_HALF_UP = Rounding.HALF_UP

_WHOLE_METHODS = (Method.EQUAL_INSTALMENTS, Method.GRADUATED)
"""Whose instalments are rounded, however finely interest is carried."""

_PLAIN_METHODS = (Method.EQUAL_INSTALMENTS, Method.INTEREST_FREE)

_METHODS: Mapping[Method, Callable[[Task], Columns]] = MappingProxyType({
    Method.EQUAL_PRINCIPAL: equal_principal,
    Method.FLAT: flat,
    Method.INTEREST_ONLY: interest_only,
    Method.GRADUATED: graduated,
    Method.INTEREST_FREE: _interest_free,
})  # fmt: skip
"""Every method but equal instalments, which are computed anew on the way."""
