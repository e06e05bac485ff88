"""A Fineract loan product as terms and a servicing policy of ours."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from bnpl_plugin.credit.calendar import Period, PeriodUnit, due_dates
from bnpl_plugin.credit.schedule import Instalment, Schedule
from bnpl_plugin.credit.servicing.changes.drawdown import down_payment_minor
from bnpl_plugin.credit.servicing.changes.shares import shares
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
from bnpl_plugin.money import Money

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
_PENALTY_FIRST = (Component.PENALTY, Component.FEE, Component.INTEREST, Component.PRINCIPAL)


def minor(amount: str) -> int:
    """Return a published amount in minor units."""
    return Money.of(amount, "EUR").minor


def cents(amount_minor: int) -> Decimal:
    """Return minor units as a published amount."""
    return Money(amount_minor, "EUR").decimal


def policy_of(loan: Mapping[str, Any]) -> ServicingPolicy:
    """Return the servicing policy of a product."""
    progressive = loan["schedule_type"] == "PROGRESSIVE"
    late = loan.get("overdue_penalty")
    credit = "CREDIT_ALLOCATION" in loan["product"]
    return ServicingPolicy(
        allocation=allocation_of(loan),
        order=ReplayOrder.BY_VALUE_DATE if progressive else ReplayOrder.TERMS_FIRST,
        spread=DrawdownSpread.OVER_LATER_ROWS if progressive else DrawdownSpread.LEVEL_ANEW,
        down_payment_share=Decimal(loan.get("down_payment_percent") or 0) / 100,
        multiple_minor=_multiple(loan),
        period=_period(loan),
        late_charge=LateCharge(rate=Decimal(late["pct"]) / 100, of=_late_of(late["of"])) if late else None,
        chargeback_order=_PENALTY_FIRST if credit else (),
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
    multiple, count = _multiple(loan), loan["instalments"]
    share = Decimal(loan.get("down_payment_percent") or 0) / 100
    down = down_payment_minor(amount_minor, share=share, multiple_minor=multiple)
    days = due_dates(on, period=_period(loan), count=count, skip=1)
    parts = [(on, down)] if down else []
    parts += list(zip(days, shares(amount_minor - down, count=count, multiple_minor=multiple), strict=True))
    rows = tuple(Instalment(number, day, part) for number, (day, part) in enumerate(parts, start=1))
    return Schedule("EUR", on, amount_minor, rows)


def _multiple(loan: Mapping[str, Any]) -> int:
    return minor(loan["instalment_multiple_of"]) if loan.get("instalment_multiple_of") else 1


def _period(loan: Mapping[str, Any]) -> Period:
    return Period(_UNITS[loan["every_unit"]], loan["every"])


def _late_of(of: str) -> tuple[Component, ...]:
    return (Component.PRINCIPAL, Component.INTEREST) if "interest" in of else (Component.PRINCIPAL,)


__all__ = ["PRINCIPAL_FIRST", "agreed", "allocation_of", "cents", "minor", "policy_of"]
