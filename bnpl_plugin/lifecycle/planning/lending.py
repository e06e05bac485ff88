"""The target spread over days and plans, and what comes back of it by the plans' own schedules."""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from bnpl_plugin.credit.amortisation import build_schedule
from bnpl_plugin.errors import InvalidInput
from bnpl_plugin.lifecycle.planning.inputs import WHOLE_BPS, PlanInputs
from bnpl_plugin.money.amount import Money
from bnpl_plugin.money.rounding import allocate
from bnpl_plugin.ports.plan import Plan

_ONE_DAY = timedelta(days=1)


class Day(NamedTuple):
    """One day of the book, in minor units.

    ``highest_minor`` is what is outstanding when the day's loans are made and its receipts are not yet in: the order in
    which capital is held and given back. ``outstanding_minor`` is what is left at the day's end.
    """

    on: date
    lent_minor: int
    repaid_minor: int
    written_off_minor: int
    highest_minor: int
    outstanding_minor: int


def lent_by_day(inputs: PlanInputs) -> Mapping[date, int]:
    """Return the target by days, exactly: a month's share even over its days, a flash sale's on its own day."""
    weights = [inputs.seasonality[month.month - 1] for month in inputs.months]
    weights += [sale.percent for sale in inputs.flash_sales]
    shares = iter(allocate(inputs.target.minor, weights=weights))
    lent: defaultdict[date, int] = defaultdict(int)
    for month in inputs.months:
        length = monthrange(month.year, month.month)[1]
        for step, minor in enumerate(allocate(next(shares), weights=[1] * length)):
            lent[month + timedelta(days=step)] += minor
    for sale in inputs.flash_sales:
        lent[sale.on] += next(shares)
    return lent


def days(inputs: PlanInputs) -> Iterator[Day]:
    """Yield every day from the first month's first until nothing is outstanding, the months after the last included."""
    lent = lent_by_day(inputs)
    last = max(lent)
    due: defaultdict[date, int] = defaultdict(int)
    outstanding = fallen_due = lost = 0
    on = inputs.first
    while on <= last or outstanding:
        made = lent.get(on, 0)
        if made:
            _expect(due, inputs=inputs, on=on, lent_minor=made)
        highest = outstanding + made
        today = due.pop(on, 0)
        fallen_due += today
        # the whole loss so far less what was told before: days that round down do not lose it
        written_off = fallen_due * inputs.loss_bps // WHOLE_BPS - lost
        lost += written_off
        early = 0
        if inputs.early_bps and (on + _ONE_DAY).day == 1:
            early = _pay_ahead(due, early_bps=inputs.early_bps)
        outstanding = highest - today - early
        yield Day(on, made, today - written_off + early, written_off, highest, outstanding)
        on += _ONE_DAY


def _expect(due: defaultdict[date, int], *, inputs: PlanInputs, on: date, lent_minor: int) -> None:
    """Enter when a day's loans fall due: each plan's share by its schedule's own principal column."""
    shares = allocate(lent_minor, weights=[one.share_bps for one in inputs.mix])
    for one, share in zip(inputs.mix, shares, strict=True):
        if share:
            dates, column = _principal_column(one.plan, currency=inputs.currency, on=on)
            for day, minor in zip(dates, allocate(share, weights=column), strict=True):
                due[max(day, on)] += minor


def _principal_column(plan: Plan, *, currency: str, on: date) -> tuple[list[date], list[int]]:
    """Return due dates and principal of the dearest and largest loan of a plan: it comes back last and rounds least."""
    largest = Money(plan.limits[currency][1], currency)
    schedule = build_schedule(plan.terms(principal=largest, start_on=on, rating=None))
    column = [row.principal_minor for row in schedule.instalments]
    if min(column) < 0:
        raise InvalidInput(
            field=f"mix.{plan.code}", fault="has instalments that add to the principal", accepted="plans that repay it"
        )
    return [row.due_on for row in schedule.instalments], column


def _pay_ahead(due: defaultdict[date, int], *, early_bps: int) -> int:
    """Take the part that is paid ahead out of every later day, and return it."""
    whole = 0
    for day, minor in due.items():
        early = minor * early_bps // WHOLE_BPS
        due[day] = minor - early
        whole += early
    return whole
