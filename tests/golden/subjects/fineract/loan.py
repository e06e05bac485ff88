"""A Fineract loan product as terms and a servicing policy of ours."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from bnpl_plugin.credit import DayCount, LoanTerms, Method, Schedule, build_schedule
from bnpl_plugin.credit.amortisation.level import level_instalment
from bnpl_plugin.credit.calendar import Period, PeriodUnit, due_date
from bnpl_plugin.credit.day_count import year_fraction
from bnpl_plugin.credit.servicing.interest.terms import (
    InterestTerms,
    InterestUntil,
    OverdueInterest,
    PaymentCounts,
    Prepayment,
)
from bnpl_plugin.credit.servicing.parts import Component
from bnpl_plugin.credit.servicing.policy import (
    PENALTY_FEE_INTEREST_PRINCIPAL,
    PENALTY_FEE_PRINCIPAL_INTEREST,
    PENALTY_INTEREST_PRINCIPAL_FEE,
    PRINCIPAL_FIRST,
    AllocationRule,
    DrawdownSpread,
    FutureRule,
    LateCharge,
    Processing,
    ReplayOrder,
    ServicingPolicy,
)
from bnpl_plugin.credit.servicing.position.transaction import Source
from bnpl_plugin.credit.terms import Accrual, DownPayment, Levelling, Shape
from bnpl_plugin.money import Money, Rounding
from tests.golden.case import Refused
from tests.golden.subjects.reading import NotUnderstood, named

UNITS = {
    "days": PeriodUnit.DAY,
    "weeks": PeriodUnit.WEEK,
    "months": PeriodUnit.MONTH,
    "years": PeriodUnit.YEAR,
}
_FUTURE = {
    "next installment": FutureRule.NEXT,
    "last installment": FutureRule.LAST,
    "reamortization": FutureRule.SPREAD,
}
_SOURCES = {
    "goodwill credit": Source.GOODWILL_CREDIT,
    "merchant issued refund": Source.MERCHANT_REFUND,
    "payout refund": Source.PAYOUT_REFUND,
    "down payment": Source.DOWN_PAYMENT,
    "repayment": Source.REPAYMENT,
    "charge adjustment": Source.CHARGE_ADJUSTMENT,
    "interest refund": Source.INTEREST_REFUND,
}
_PREPAYMENTS = {
    "reduce emi amount": Prepayment.LOWERS_INSTALMENT,
    "reduce number of installments": Prepayment.SHORTENS_TERM,
    "reschedule next repayments": Prepayment.SPARES_NEXT,
}
_UNTIL = {
    "till pre close date": InterestUntil.DAY_PAID,
    "till rest frequency date": InterestUntil.DUE_DATE,
}
_RESTS = {
    "daily": OverdueInterest.UNTIL_PAID,
    "same as repayment": OverdueInterest.WHOLE_PERIODS,
    "same as repayment period": OverdueInterest.WHOLE_PERIODS,
    "weekly": OverdueInterest.WHOLE_PERIODS,
    "monthly": OverdueInterest.WHOLE_PERIODS,
}
_STRATEGIES = {
    "penalties fees interest principal order": AllocationRule(components=PENALTY_FEE_INTEREST_PRINCIPAL),
    "due penalty fee interest principal in advance principal penalty fee interest": AllocationRule(
        components=PENALTY_FEE_INTEREST_PRINCIPAL, due_charges_first=True
    ),
    "due penalty interest principal fee in advance penalty interest principal fee": AllocationRule(
        components=PENALTY_INTEREST_PRINCIPAL_FEE
    ),
    "advanced payment allocation": None,
}
"""Which way each strategy allocates; None where the product's own rules say it."""
_PROCESSING = {"horizontal": Processing.ROW_BY_ROW, "vertical": Processing.COMPONENT_BY_COMPONENT}
_LATE_OF = {
    "amount+interest": (Component.PRINCIPAL, Component.INTEREST),
    "principal+interest": (Component.PRINCIPAL, Component.INTEREST),
    "amount": (Component.PRINCIPAL,),
    "principal": (Component.PRINCIPAL,),
    "interest": (Component.INTEREST,),
}
_METHODS = {"flat": Method.FLAT, "declining balance": Method.EQUAL_INSTALMENTS}
_AMORTISATIONS = {"equal installments": False, "equal principal payments": True}
_PENALTY_FIRST = (Component.PENALTY, Component.FEE, Component.INTEREST, Component.PRINCIPAL)


def minor(amount: str) -> int:
    """Return a published amount in minor units."""
    return Money.of(amount, "EUR").minor


def cents(amount_minor: int) -> Decimal:
    """Return minor units as a published amount."""
    return Money(amount_minor, "EUR").decimal


def policy_of(loan: Mapping[str, Any]) -> ServicingPolicy:
    """Return the servicing policy of a product."""
    progressive = loan.get("schedule_type", "CUMULATIVE") == "PROGRESSIVE"
    late = loan.get("overdue_penalty")
    credit = "CREDIT_ALLOCATION" in loan.get("product", "")
    return ServicingPolicy(
        allocation=allocation_of(loan),
        order=ReplayOrder.BY_VALUE_DATE if progressive else ReplayOrder.TERMS_FIRST,
        spread=DrawdownSpread.OVER_LATER_ROWS if progressive else DrawdownSpread.LEVEL_ANEW,
        down_payment_share=Decimal(loan.get("down_payment_percent") or 0) / 100,
        multiple_minor=_multiple(loan),
        period=_period(loan),
        late_charge=LateCharge(rate=Decimal(late["pct"]) / 100, of=_late_of(late)) if late else None,
        chargeback_order=_PENALTY_FIRST if credit else (),
        interest=interest_of(loan),
        fixed_rate=Decimal(loan["annual_rate"]) or None,
    )


def allocation_of(loan: Mapping[str, Any]) -> AllocationRule:
    """Return the allocation rule of a product."""
    fixed = named("allocation_strategy", loan["allocation_strategy"], among=_STRATEGIES)
    if fixed is not None:
        return fixed
    rules = {"DEFAULT": "NEXT_INSTALLMENT", **(loan.get("future_instalment_rule") or {})}
    key = "future_instalment_rule"
    return AllocationRule(
        components=PENALTY_FEE_PRINCIPAL_INTEREST,
        processing=named("processing", loan.get("processing") or "HORIZONTAL", among=_PROCESSING),
        future=named(key, rules.pop("DEFAULT"), among=_FUTURE),
        future_by_source=tuple(
            (named(key, source, among=_SOURCES), named(key, rule, among=_FUTURE)) for source, rule in rules.items()
        ),
    )


def agreed(loan: Mapping[str, Any], *, on: date, amount_minor: int) -> Schedule:
    """Return the schedule agreed for a first drawdown."""
    percent = Decimal(loan.get("down_payment_percent") or 0)
    multiple, period, method = _multiple(loan), _period(loan), _method(loan)
    down = DownPayment(percent=percent, multiple_minor=multiple, rounding=Rounding.HALF_EVEN) if percent else None
    shape = Shape(
        down_payment=down,
        multiple_minor=1 if method is Method.EQUAL_PRINCIPAL else multiple,
        instalment_minor=_level_by_first_period(loan, on=on, amount_minor=amount_minor),
        principal_grace=int(loan.get("grace_principal") or 0),
        interest_grace=int(loan.get("grace_interest") or 0),
        levelling=Levelling.ADJUSTED if _is_level(loan) and multiple == 1 else Levelling.ODD_ONE,
    )
    terms = LoanTerms(
        principal=Money(amount_minor, loan.get("currency", "EUR")),
        count=int(loan["instalments"]),
        period=period,
        drawdown_on=on,
        first_due_on=due_date(on, period=period, periods=1),
        anchor_date=on,
        method=method,
        nominal_rate=Decimal(loan["annual_rate"]),
        rounding=Rounding.HALF_EVEN,
        day_count=day_count_of(loan),
        shape=shape,
        accrual=Accrual(rounding=Rounding.HALF_EVEN),
    )
    return build_schedule(terms)


def interest_of(loan: Mapping[str, Any]) -> InterestTerms | None:
    """Return how a product finds interest anew; None where the schedule's interest stands."""
    if not Decimal(loan["annual_rate"]) or not loan.get("interest_recalculation"):
        return None
    progressive = loan.get("schedule_type", "CUMULATIVE") == "PROGRESSIVE"
    answer = named(
        "advance_payment_adjustment",
        loan.get("advance_payment_adjustment") or "RESCHEDULE_NEXT_REPAYMENTS",
        among=_PREPAYMENTS,
    )
    if str(loan.get("compounding") or "NONE").upper() != "NONE":
        raise Refused(f"interest on interest or fees: compounding is {loan['compounding']!r}")
    resting = not progressive and overdue_of(loan.get("recalculation_rest")) is OverdueInterest.WHOLE_PERIODS
    until = named("pre_closure", loan.get("pre_closure") or "TILL_PRE_CLOSE_DATE", among=_UNTIL)
    return InterestTerms(
        annual_rate=Decimal(loan["annual_rate"]),
        day_count=day_count_of(loan),
        prepayment=Prepayment.PAYS_AHEAD if progressive else answer,
        until=InterestUntil.DUE_DATE if resting else until,
        payment_counts=PaymentCounts.FROM_DUE_DATE if resting else PaymentCounts.AT_ONCE,
        overdue=overdue_of(loan.get("recalculation_rest")),
    )


def overdue_of(rest: str | None) -> OverdueInterest:
    """Return how long overdue principal earns, from the frequency at which interest is recalculated."""
    return named("recalculation_rest", rest or "daily", among=_RESTS)


def day_count_of(loan: Mapping[str, Any]) -> DayCount:
    """Return the day count of a product."""
    if "day_count" in loan:
        return day_count_named(loan["day_count"])
    cumulative = loan.get("schedule_type", "CUMULATIVE") == "CUMULATIVE"
    year, month = str(loan.get("days_in_year", "ACTUAL")).upper(), str(loan.get("days_in_month", "ACTUAL")).upper()
    by_period = cumulative and loan.get("interest_calculation_period") == "SAME_AS_REPAYMENT_PERIOD"
    if by_period or month == "30":
        return DayCount.THIRTY_360_MONTHLY
    if year == "ACTUAL" and cumulative:
        return DayCount.ACT_365F
    return day_count_named(f"ACT/{year}")


_DAY_COUNTS = (
    ("NONE", DayCount.THIRTY_360_MONTHLY),
    ("30/360", DayCount.THIRTY_360_MONTHLY),
    ("360/30", DayCount.THIRTY_360_MONTHLY),
    ("ACT/ACT", DayCount.FINERACT_ACT_ACT),
    ("ACT/360", DayCount.ACT_360),
    ("ACT/365", DayCount.ACT_365F),
    ("ACT/364", DayCount.WEEKS_364),
    ("364", DayCount.WEEKS_364),
    ("360", DayCount.ACT_360),
    ("365", DayCount.ACT_365F),
)
"""How a published day count begins, and what it is; a bare number of days is the year that days are a part of."""


def day_count_named(words: str) -> DayCount:
    """Return the day count that a case names; none is needed without interest."""
    told = str(words).upper().replace("ACTUAL", "ACT")
    for sign, day_count in _DAY_COUNTS:
        if told.startswith(sign):
            return day_count
    raise NotUnderstood(f"day_count is {words!r}; understood are {', '.join(sign for sign, _ in _DAY_COUNTS)}")


def _method(loan: Mapping[str, Any]) -> Method:
    if not Decimal(loan["annual_rate"]):
        return Method.INTEREST_FREE
    method = named("interest_type", loan.get("interest_type", "DECLINING_BALANCE"), among=_METHODS)
    equal = named("amortization", loan.get("amortization", "EQUAL_INSTALLMENTS"), among=_AMORTISATIONS)
    return Method.EQUAL_PRINCIPAL if equal and method is not Method.FLAT else method


def _level_by_first_period(loan: Mapping[str, Any], *, on: date, amount_minor: int) -> int | None:
    """Return the instalment where a product counts every period as long as the first (cumulative, daily interest)."""
    cumulative = loan.get("schedule_type", "CUMULATIVE") == "CUMULATIVE"
    daily = loan.get("interest_calculation_period") == "DAILY" and day_count_of(loan) is not DayCount.THIRTY_360_MONTHLY
    count, grace = int(loan["instalments"]), int(loan.get("grace_principal") or 0)
    if not (cumulative and daily and _method(loan) is Method.EQUAL_INSTALMENTS) or grace or count < 2:
        return None
    over, under = Decimal(loan["annual_rate"]).as_integer_ratio()
    first = due_date(on, period=_period(loan), periods=1)
    part, whole = year_fraction(day_count_of(loan), start=on, end=first)
    charges, unit = [over * part] * count, under * whole
    multiple = _multiple(loan)
    return level_instalment(amount_minor, charges=charges, unit=unit, rounding=Rounding.HALF_EVEN, multiple=multiple)


def _is_level(loan: Mapping[str, Any]) -> bool:
    return _method(loan) is Method.EQUAL_INSTALMENTS and loan.get("schedule_type", "CUMULATIVE") == "PROGRESSIVE"


def _multiple(loan: Mapping[str, Any]) -> int:
    return minor(loan["instalment_multiple_of"]) if loan.get("instalment_multiple_of") else 1


def _period(loan: Mapping[str, Any]) -> Period:
    return Period(named("every_unit", loan["every_unit"], among=UNITS), int(loan["every"]))


def _late_of(late: Mapping[str, Any]) -> tuple[Component, ...]:
    return named("overdue_penalty.of", str(late.get("of", "amount")).replace(" ", ""), among=_LATE_OF)


__all__ = ["PRINCIPAL_FIRST", "agreed", "allocation_of", "cents", "minor", "policy_of"]
