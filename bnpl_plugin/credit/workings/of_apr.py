"""The working of an APR: its law's equation, each flow with its exact time and present value, and what is left over."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

from bnpl_plugin.credit.apr import Apr, cn, eu, uk, us
from bnpl_plugin.credit.apr.result import total_minor
from bnpl_plugin.credit.apr.working import residual, working
from bnpl_plugin.credit.workings.table import Working, amount
from bnpl_plugin.money.currency import currency as iso_currency

LAWS: Mapping[str, tuple[str, str]] = MappingProxyType({
    eu.METHOD: (
        "Directive (EU) 2023/2225, Annex III, part I",
        "sum of drawdowns C(k) * (1 + X)^-t(k) = sum of payments D(l) * (1 + X)^-s(l), t and s in years",
    ),
    uk.METHOD: (
        "FCA Handbook, CONC App 1.2",
        "sum of advances A(k) / (1 + i)^t(k) = sum of payments P(l) / (1 + i)^t(l), t in years",
    ),
    us.METHOD: (
        "Regulation Z, 12 CFR 1026, Appendix J",
        "sum of A / ((1 + f i) (1 + i)^t) = sum of P / ((1 + f i) (1 + i)^t); APR = i * unit-periods a year",
    ),
    cn.METHOD: (
        "PBoC Announcement [2021] No. 3, simple form",
        "sum of flows * (1 + i)^-t = 0, t in months; annualised rate = 12 * i",
    ),
    cn.COMPOUND_METHOD: (
        "PBoC Announcement [2021] No. 3, compound form",
        "sum of flows * (1 + i)^-t = 0, t in months; annualised rate = (1 + i)^12 - 1",
    ),
})  # fmt: skip
"""Each method's law and its equation in one line."""

_RATE_PERCENT = Decimal("1e-10")
_UNITS = MappingProxyType({
    eu.METHOD: "years",
    uk.METHOD: "years",
    us.METHOD: "unit-periods",
    cn.METHOD: "months",
    cn.COMPOUND_METHOD: "months",
})  # fmt: skip


def apr_working(apr: Apr, *, currency: str) -> Working:
    """Return the working of an APR.

    Args:
        apr: as a law computed it.
        currency: ISO 4217 code of its flows.

    Raises:
        InvalidInput: a method that no law here has.
        UnknownCurrency: not a currency.

    >>> from datetime import date
    >>> found = eu.apr([(date(2026, 1, 1), 1000_00)], repayments=[(date(2027, 1, 1), 1100_00)])
    >>> print(apr_working(found, currency="EUR").to_text().splitlines()[-1])
    Printed as                           10.0 %
    """
    rows = working(apr)
    law, equation = LAWS[apr.method]
    lent, paid = total_minor(apr.drawdowns), total_minor(apr.repayments)
    return Working(
        title="Annual percentage rate",
        facts=(
            ("Law", law),
            ("Equation", equation),
            ("Time is measured as", apr.convention),
            ("Drawn", f"{amount(lent, currency=currency)} {currency}"),
            ("To pay in all", f"{amount(paid, currency=currency)} {currency}"),
            ("Cost of the credit", f"{amount(paid - lent, currency=currency)} {currency}"),
        ),
        columns=("Day", "Flow", f"Time ({_UNITS[apr.method]})", "Present value"),
        rows=tuple(
            (row.day.isoformat(), amount(row.minor, currency=currency), row.time, _major(row.present_value, currency))
            for row in rows
        ),
        results=(
            ("Rate that makes the two sides equal", f"{(apr.rate * 100).quantize(_RATE_PERCENT):f} %"),
            ("Left over at that rate", _major(residual(apr), currency)),
            ("Left over at the printed rate", _major(residual(apr, rate=apr.percent / 100), currency)),
            ("Printed as", f"{apr.percent} %"),
        ),
    )


def _major(minor: Decimal, code: str) -> str:
    """Return minor units with their decimals as major units."""
    return _plain(minor.scaleb(-(iso_currency(code).minor_units or 0)))


def _plain(number: Decimal) -> str:
    return f"{abs(number):f}" if not number else f"{number:f}"
