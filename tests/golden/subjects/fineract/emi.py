"""A Fineract interest-bearing loan with level instalments as a loan account of ours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import product
from typing import Any

from bnpl_plugin.credit import DayCount, LoanTerms, Method, Period, PeriodUnit, Schedule, build_schedule
from bnpl_plugin.credit.calendar import MonthEnd, due_date, due_dates
from bnpl_plugin.credit.servicing.interest.terms import InterestTerms, InterestUntil
from bnpl_plugin.credit.servicing.policy import (
    PENALTY_FEE_PRINCIPAL_INTEREST,
    AllocationRule,
    FutureRule,
    ServicingPolicy,
)
from bnpl_plugin.credit.servicing.position.transaction import Source
from bnpl_plugin.credit.terms import Accrual, Levelling, OddDays, Shape
from bnpl_plugin.money import Money, Rounding
from tests.golden.subjects.fineract.loan import day_count_named, overdue_of
from tests.golden.subjects.reading import NotUnderstood, named

_UNITS = {
    "day": PeriodUnit.DAY,
    "days": PeriodUnit.DAY,
    "week": PeriodUnit.WEEK,
    "weeks": PeriodUnit.WEEK,
    "month": PeriodUnit.MONTH,
    "months": PeriodUnit.MONTH,
    "year": PeriodUnit.YEAR,
    "years": PeriodUnit.YEAR,
}
_FUTURE = {
    "next instalment": FutureRule.NEXT,
    "next installment": FutureRule.NEXT,
    "last instalment": FutureRule.LAST,
    "last installment": FutureRule.LAST,
    "reamortization": FutureRule.SPREAD,
    "re amortization": FutureRule.SPREAD,
}


def period_of(inputs: Mapping[str, Any]) -> Period:
    """Return the time between due dates; monthly unless the case says otherwise."""
    return Period(named("unit", inputs.get("unit", "month"), among=_UNITS), int(inputs.get("every", 1)))


def drawn_by_day(inputs: Mapping[str, Any]) -> list[tuple[date, int]]:
    """Return what was drawn on each day, rising."""
    drawn: Counter[date] = Counter()
    for each in inputs["disbursements"]:
        drawn[date.fromisoformat(each["date"])] += Money.of(each["amount"], inputs.get("currency", "EUR")).minor
    return sorted(drawn.items())


def on_rhythm(
    inputs: Mapping[str, Any], principal: Money, *, drawdown_on: date, dates: Sequence[date], shape: Shape
) -> LoanTerms:
    """Return the terms whose rhythm has the published dates: from the drawdown or the first date, either month end."""
    regular = period_of(inputs)
    day_count, rate = day_count_named(inputs["day_count"]), Decimal(inputs["annual_rate"])
    by_month = day_count is DayCount.THIRTY_360_MONTHLY and regular.months is not None
    for anchor, month_end in product((drawdown_on, None), MonthEnd):
        if month_end is MonthEnd.LAST and regular.months is None:
            continue
        period = replace(regular, month_end=month_end)
        if anchor is not None and due_date(anchor, period=period, periods=1) != dates[0]:
            continue
        terms = LoanTerms(
            principal,
            len(dates),
            period,
            drawdown_on,
            dates[0],
            method=Method.EQUAL_INSTALMENTS if rate else Method.INTEREST_FREE,
            nominal_rate=rate,
            rounding=Rounding.HALF_EVEN,
            day_count=day_count,
            anchor_date=anchor,
            shape=shape,
            accrual=Accrual(
                rounding=Rounding.HALF_EVEN, odd_days=OddDays.OVER_OWN_MONTH if by_month else OddDays.OVER_360
            ),
        )
        if list(terms.due_dates) == list(dates):
            return terms
    raise NotUnderstood(f"periods have the dates {[str(day) for day in dates]}; understood is one rhythm throughout")


def agreed(inputs: Mapping[str, Any], *, count: int) -> Schedule:
    """Return the schedule agreed for the first drawdown."""
    on, amount_minor = drawn_by_day(inputs)[0]
    dates = [date.fromisoformat(period["due_date"]) for period in inputs.get("periods") or ()]
    if not dates:
        dates = list(due_dates(on, period=period_of(inputs), count=count, skip=1))
    principal = Money(amount_minor, inputs.get("currency", "EUR"))
    shape = Shape(levelling=Levelling.ADJUSTED)
    return build_schedule(on_rhythm(inputs, principal, drawdown_on=on, dates=dates, shape=shape))


def policy_of(inputs: Mapping[str, Any], *, refund_allocation: str = "next_instalment") -> ServicingPolicy:
    """Return the servicing policy: interest follows the balance, payments in advance pay ahead."""
    till_rest = "rest" in str(inputs.get("pre_closure", "")).lower()
    interest = InterestTerms(
        annual_rate=Decimal(inputs["annual_rate"]),
        day_count=day_count_named(inputs["day_count"]),
        until=InterestUntil.DUE_DATE if till_rest else InterestUntil.DAY_PAID,
        overdue=overdue_of(inputs.get("interest_recalculation_rest")),
    )
    future = named("refunds.allocation", refund_allocation, among=_FUTURE)
    refunds = (Source.MERCHANT_REFUND, Source.PAYOUT_REFUND, Source.GOODWILL_CREDIT, Source.INTEREST_REFUND)
    rule = AllocationRule(
        components=PENALTY_FEE_PRINCIPAL_INTEREST, future_by_source=tuple((source, future) for source in refunds)
    )
    return ServicingPolicy(allocation=rule, interest=interest, period=period_of(inputs))


__all__: Sequence[str] = ("agreed", "drawn_by_day", "on_rhythm", "period_of", "policy_of")
