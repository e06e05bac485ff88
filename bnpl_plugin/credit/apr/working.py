"""An APR's working: every flow with its time and its present value, and what is left over at a rate.

Data only, for a table that a lawyer can read: the present values add up to nothing but the rounding of the rate.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import partial
from types import MappingProxyType
from typing import NamedTuple

from bnpl_plugin.credit.apr import cn, eu, uk, us
from bnpl_plugin.credit.apr.result import CONTEXT, Apr, Reading
from bnpl_plugin.errors import InvalidInput

PRESENT_VALUE_PLACES = Decimal("1e-6")
"""How finely a present value is told, in minor units."""

_READINGS: Mapping[str, Callable[[str], Reading]] = MappingProxyType({
    eu.METHOD: eu.reading,
    uk.METHOD: uk.reading,
    us.METHOD: us.reading,
    cn.METHOD: cn.reading,
    cn.COMPOUND_METHOD: partial(cn.reading, form=cn.Form.COMPOUND),
})  # fmt: skip
"""How each method reads dates and discounts."""


class Row(NamedTuple):
    """One flow of an APR.

    Attributes:
        day: when it happens.
        minor: its amount in minor units, a drawdown below zero.
        time: the exact time since the first drawdown in the law's unit, as text: "2", "67/732", "1 + 13/30".
        present_value: what it is worth at the first drawdown at the APR, in minor units to six decimals.
    """

    day: date
    minor: int
    time: str
    present_value: Decimal


def working(apr: Apr) -> tuple[Row, ...]:
    """Return the flows of an APR in order of day, drawdowns first, each with its time and present value.

    Args:
        apr: as a law computed it.

    Raises:
        InvalidInput: a method or convention that is not here.

    >>> loan = eu.apr([(date(2026, 1, 1), 1000_00)], repayments=[(date(2027, 1, 1), 1100_00)])
    >>> [(row.time, str(row.present_value)) for row in working(loan)]
    [('0', '-100000.000000'), ('1', '100000.000000')]
    """
    return tuple(
        Row(day, minor, _told(time), worth.quantize(PRESENT_VALUE_PLACES, context=CONTEXT))
        for day, minor, time, worth in _discounted(apr, rate=apr.rate)
    )


def residual(apr: Apr, *, rate: Decimal | None = None) -> Decimal:
    """Return the present value of all repayments less that of all drawdowns, in minor units to six decimals.

    Args:
        apr: as a law computed it.
        rate: a fraction a year; by default the exact rate. `apr.percent / 100` gives the residual at the printed one.

    >>> loan = eu.apr([(date(2026, 1, 1), 1000_00)], repayments=[(date(2027, 1, 1), 1100_00)])
    >>> str(residual(loan)), str(residual(loan, rate=Decimal("0.11")))
    ('0.000000', '-900.900901')
    """
    worths = [worth for *_, worth in _discounted(apr, rate=apr.rate if rate is None else rate)]
    with localcontext(CONTEXT):
        return sum(worths, Decimal(0)).quantize(PRESENT_VALUE_PLACES)


def _discounted(apr: Apr, *, rate: Decimal) -> list[tuple[date, int, Fraction, Decimal]]:
    if apr.method not in _READINGS:
        raise InvalidInput(field="apr.method", fault=f"is {apr.method!r}", accepted=", ".join(_READINGS))
    reading = _READINGS[apr.method](apr.convention)
    flows = [*[(day, 0, -minor) for day, minor in apr.drawdowns], *[(day, 1, minor) for day, minor in apr.repayments]]
    start = apr.drawdowns[0][0]
    rows = []
    for day, _, minor in sorted(flows):
        time = reading.time(start, day)
        with localcontext(CONTEXT):
            rows.append((day, minor, time, minor * reading.factor(time, rate)))
    return rows


def _told(time: Fraction) -> str:
    whole, odd = divmod(abs(time), 1)
    text = str(odd) if not whole and odd else f"{whole} + {odd}" if odd else str(whole)
    return text if time >= 0 else f"-({text})" if whole and odd else f"-{text}"
