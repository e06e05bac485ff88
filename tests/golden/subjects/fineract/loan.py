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
from bnpl_plugin.credit.servicing.interest.terms import InterestTerms, InterestUntil, OverdueInterest, Prepayment
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

_UNITS = {"DAYS": PeriodUnit.DAY, "WEEKS": PeriodUnit.WEEK, "MONTHS": PeriodUnit.MONTH}
_FUTURE = {
    "NEXT_INSTALLMENT": FutureRule.NEXT,
    "LAST_INSTALLMENT": FutureRule.LAST,
    "REAMORTIZATION": FutureRule.SPREAD,
}
_SOURCES = {
    "GOODWILL_CREDIT": Source.GOODWILL_CREDIT,
    "MERCHANT_ISSUED_REFUND": Source.MERCHANT_REFUND,
    "PAYOUT_REFUND": Source.PAYOUT_REFUND,
    "DOWN_PAYMENT": Source.DOWN_PAYMENT,
    "REPAYMENT": Source.REPAYMENT,
    "CHARGE_ADJUSTMENT": Source.CHARGE_ADJUSTMENT,
    "INTEREST_REFUND": Source.INTEREST_REFUND,
}
_PREPAYMENTS = {
    "REDUCE_EMI_AMOUNT": Prepayment.LOWERS_INSTALMENT,
    "REDUCE_NUMBER_OF_INSTALLMENTS": Prepayment.SHORTENS_TERM,
    "RESCHEDULE_NEXT_REPAYMENTS": Prepayment.SPARES_NEXT,
}
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
        late_charge=LateCharge(rate=Decimal(late["pct"]) / 100, of=_late_of(late["of"])) if late else None,
        chargeback_order=_PENALTY_FIRST if credit else (),
        interest=interest_of(loan),
        fixed_rate=Decimal(loan["annual_rate"]) or None,
    )


def allocation_of(loan: Mapping[str, Any]) -> AllocationRule:
    """Return the allocation rule of a product."""
    match loan["allocation_strategy"]:
        case "PENALTIES_FEES_INTEREST_PRINCIPAL_ORDER":
            return AllocationRule(components=PENALTY_FEE_INTEREST_PRINCIPAL)
        case "DUE_PENALTY_FEE_INTEREST_PRINCIPAL_IN_ADVANCE_PRINCIPAL_PENALTY_FEE_INTEREST":
            return AllocationRule(components=PENALTY_FEE_INTEREST_PRINCIPAL, due_charges_first=True)
        case "DUE_PENALTY_INTEREST_PRINCIPAL_FEE_IN_ADVANCE_PENALTY_INTEREST_PRINCIPAL_FEE":
            return AllocationRule(components=PENALTY_INTEREST_PRINCIPAL_FEE, due_charges_first=True)
    rules = loan.get("future_instalment_rule") or {}
    vertical = loan.get("processing") == "VERTICAL"
    return AllocationRule(
        components=PENALTY_FEE_PRINCIPAL_INTEREST,
        processing=Processing.COMPONENT_BY_COMPONENT if vertical else Processing.ROW_BY_ROW,
        future=_FUTURE[rules.get("DEFAULT", "NEXT_INSTALLMENT")],
        future_by_source=tuple((_SOURCES[k], _FUTURE[v]) for k, v in rules.items() if k in _SOURCES),
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
    answer = _PREPAYMENTS[loan.get("advance_payment_adjustment") or "RESCHEDULE_NEXT_REPAYMENTS"]
    rest = loan.get("pre_closure") == "TILL_REST_FREQUENCY_DATE"
    return InterestTerms(
        annual_rate=Decimal(loan["annual_rate"]),
        day_count=day_count_of(loan),
        prepayment=Prepayment.PAYS_AHEAD if progressive else answer,
        until=InterestUntil.DUE_DATE if rest else InterestUntil.DAY_PAID,
        overdue=overdue_of(loan.get("recalculation_rest")),
    )


def overdue_of(rest: str | None) -> OverdueInterest:
    """Return how long overdue principal earns, from the frequency at which interest is recalculated."""
    daily = (rest or "daily").lower() == "daily"
    return OverdueInterest.UNTIL_PAID if daily else OverdueInterest.WHOLE_PERIODS


def day_count_of(loan: Mapping[str, Any]) -> DayCount:
    """Return the day count of a product."""
    told = str(loan.get("day_count") or "").upper()
    if told.startswith("ACT/365"):
        return DayCount.ACT_365F
    if told.startswith("ACT/360"):
        return DayCount.ACT_360
    if told.startswith("ACT/ACT"):
        return DayCount.FINERACT_ACT_ACT
    return DayCount.THIRTY_360_MONTHLY


def _method(loan: Mapping[str, Any]) -> Method:
    if not Decimal(loan["annual_rate"]):
        return Method.INTEREST_FREE
    if loan.get("interest_type") == "FLAT":
        return Method.FLAT
    equal = loan.get("amortization") == "EQUAL_PRINCIPAL_PAYMENTS"
    return Method.EQUAL_PRINCIPAL if equal else Method.EQUAL_INSTALMENTS


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
    return Period(_UNITS[loan["every_unit"]], loan["every"])


def _late_of(of: str) -> tuple[Component, ...]:
    return (Component.PRINCIPAL, Component.INTEREST) if "interest" in of else (Component.PRINCIPAL,)


__all__ = ["PRINCIPAL_FIRST", "agreed", "allocation_of", "cents", "minor", "policy_of"]
