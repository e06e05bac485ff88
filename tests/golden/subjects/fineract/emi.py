"""A Fineract interest-bearing loan with level instalments as a loan account of ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from bnpl_plugin.credit import DayCount, LoanTerms, Method, Period, PeriodUnit, Schedule, build_schedule
from bnpl_plugin.credit.servicing.interest.terms import InterestTerms, InterestUntil
from bnpl_plugin.credit.servicing.policy import (
    PENALTY_FEE_PRINCIPAL_INTEREST,
    AllocationRule,
    FutureRule,
    ServicingPolicy,
)
from bnpl_plugin.credit.servicing.position.transaction import Source
from bnpl_plugin.money import Money, Rounding
from tests.golden.subjects.fineract.loan import minor, overdue_of

_UNITS = {"day": PeriodUnit.DAY, "week": PeriodUnit.WEEK, "month": PeriodUnit.MONTH}
_FUTURE = {
    "next_instalment": FutureRule.NEXT,
    "last_instalment": FutureRule.LAST,
    "reamortization": FutureRule.SPREAD,
    "re_amortization": FutureRule.SPREAD,
}


def day_count_of(words: str) -> DayCount:
    """Return the day count that a case names."""
    told = words.upper()
    if told.startswith("30/360"):
        return DayCount.THIRTY_360_MONTHLY
    if told.startswith(("ACT/ACT", "ACTUAL/ACTUAL")):
        return DayCount.FINERACT_ACT_ACT
    if told.startswith("ACT/360"):
        return DayCount.ACT_360
    if "364" in told:
        return DayCount.WEEKS_364
    return DayCount.ACT_365F


def period_of(inputs: Mapping[str, Any]) -> Period:
    """Return the time between due dates; monthly unless the case says otherwise."""
    return Period(_UNITS[str(inputs.get("unit", "month")).lower().rstrip("s")], int(inputs.get("every", 1)))


def agreed(inputs: Mapping[str, Any], *, count: int) -> Schedule:
    """Return the schedule agreed for the first drawdown."""
    first = inputs["disbursements"][0]
    on = date.fromisoformat(first["date"])
    periods = inputs.get("periods") or ()
    dues = [date.fromisoformat(period["due_date"]) for period in periods]
    period = period_of(inputs)
    terms = LoanTerms(
        principal=Money(minor(first["amount"]), inputs.get("currency", "EUR")),
        count=len(dues) or count,
        period=period,
        drawdown_on=on,
        first_due_on=dues[0] if dues else _after(on, period),
        anchor_date=on,
        method=Method.EQUAL_INSTALMENTS if Decimal(inputs["annual_rate"]) else Method.INTEREST_FREE,
        nominal_rate=Decimal(inputs["annual_rate"]),
        rounding=Rounding.HALF_EVEN,
        day_count=day_count_of(inputs["day_count"]),
    )
    return build_schedule(terms)


def policy_of(inputs: Mapping[str, Any], *, refund_allocation: str = "next_instalment") -> ServicingPolicy:
    """Return the servicing policy: interest follows the balance, payments in advance pay ahead."""
    till_rest = "rest" in str(inputs.get("pre_closure", "")).lower()
    interest = InterestTerms(
        annual_rate=Decimal(inputs["annual_rate"]),
        day_count=day_count_of(inputs["day_count"]),
        until=InterestUntil.DUE_DATE if till_rest else InterestUntil.DAY_PAID,
        overdue=overdue_of(inputs.get("interest_recalculation_rest")),
    )
    future = _FUTURE[refund_allocation]
    refunds = (Source.MERCHANT_REFUND, Source.PAYOUT_REFUND, Source.GOODWILL_CREDIT)
    rule = AllocationRule(
        components=PENALTY_FEE_PRINCIPAL_INTEREST, future_by_source=tuple((source, future) for source in refunds)
    )
    return ServicingPolicy(allocation=rule, interest=interest, period=period_of(inputs))


def _after(on: date, period: Period) -> date:
    from bnpl_plugin.credit.calendar import due_date

    return due_date(on, period=period, periods=1)


__all__: Sequence[str] = ("agreed", "day_count_of", "period_of", "policy_of")
