"""A case with other numbers of the same kind: every amount larger or smaller, every date later, optional keys gone."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from tests.golden.case import Case

_AMOUNTS = frozenset({
    "amount", "principal", "interest", "fees", "penalties", "due", "paid", "outstanding", "overpayment", "balance",
    "fee", "fee_upfront", "fee_per_period", "principal_per_period", "payment", "advance", "purchase", "instalment",
    "instalments", "payments", "down_payment", "fixed_amount", "fixed_instalment", "prepaid_finance_charge",
    "pv", "fv", "pmt", "cash_flows", "opening", "capital", "closing", "cash_flow", "present_value", "cost",
    "total", "total_cost", "total_payable", "total_payments", "total_of_payments", "total_interest", "finance_charge",
    "extra_cost", "interest_refund", "total_due", "total_outstanding", "pay_off_amount", "money", "split",
})  # fmt: skip
"""Keys whose numbers are sums of money, wherever they stand; what lies below such a key is one too."""

_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def scaled(case: Case, factor: str, *, places: int | None = None) -> Case:
    """Return the case with every sum of money a multiple, in inputs, expectations and tolerances alike.

    Args:
        case: any.
        factor: a decimal number.
        places: decimals that the sums are rounded to; None for all that there are.
    """

    def grown(told: str) -> str:
        number = Decimal(told) * Decimal(factor)
        return str(number if places is None else number.quantize(Decimal(1).scaleb(-places)))

    def walk(value: Any, *, money: bool) -> Any:
        if isinstance(value, Mapping):
            return {key: walk(each, money=key in _AMOUNTS) for key, each in value.items()}
        if isinstance(value, list):
            return [walk(each, money=money and not isinstance(each, Mapping)) for each in value]
        if not money or not isinstance(value, str):
            return value
        if _NUMBER.fullmatch(value):
            return grown(value)
        return _NUMBER.sub(lambda found: grown(found[0]), value, count=1) if value[:1].isdigit() else value

    inputs, expected, tolerance = (walk(part, money=False) for part in (case.inputs, case.expected, case.tolerance))
    return replace(case, inputs=inputs, expected=expected, tolerance=tolerance)


def dated(case: Case, move: Callable[[date], date]) -> Case:
    """Return the case with every date moved, in inputs and expectations alike."""

    def walk(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {key: walk(each) for key, each in value.items()}
        if isinstance(value, list):
            return [walk(each) for each in value]
        if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            return move(date.fromisoformat(value)).isoformat()
        return value

    return replace(case, inputs=walk(case.inputs), expected=walk(case.expected))


def given(case: Case, **changes: Any) -> Case:
    """Return the case with other inputs; None takes one away."""
    inputs = {**case.inputs, **changes}
    return replace(case, inputs={key: value for key, value in inputs.items() if value is not None})


def expecting(case: Case, **changes: Any) -> Case:
    """Return the case with other expectations; None takes one away."""
    expected = {**case.expected, **changes}
    return replace(case, expected={key: value for key, value in expected.items() if value is not None})
