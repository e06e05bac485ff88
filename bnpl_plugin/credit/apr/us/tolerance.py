"""How far a disclosed rate may lie off the exact one: 12 CFR 1026.22(a)(2) and (3)."""

from __future__ import annotations

from decimal import Decimal

from bnpl_plugin.credit.apr.result import Apr
from bnpl_plugin.credit.apr.us.unit_period import is_even, unit_period_of
from bnpl_plugin.errors import InvalidInput

REGULAR = Decimal("0.00125")
"""One eighth of a percentage point, (a)(2)."""

IRREGULAR = Decimal("0.0025")
"""One quarter of a percentage point, (a)(3)."""


def within_tolerance(disclosed: Decimal, *, exact: Decimal, irregular: bool = False) -> bool:
    """Tell whether a disclosed rate is accurate in law; the bound itself is inside.

    Args:
        disclosed: what was told, a fraction a year (0.15).
        exact: the rate by Appendix J, a fraction a year.
        irregular: the transaction has several advances, or irregular periods or amounts (see `is_irregular`).

    Raises:
        InvalidInput: not a finite number.

    >>> [within_tolerance(Decimal("0.15"), exact=Decimal(exact)) for exact in ("0.14875", "0.1487")]
    [True, False]
    """
    for field, given in (("disclosed", disclosed), ("exact", exact)):
        if type(given) is not Decimal or not given.is_finite():
            raise InvalidInput(field=field, fault=f"is {given!r}", accepted="a finite Decimal")
    return abs(disclosed - exact) <= (IRREGULAR if irregular else REGULAR)


def is_irregular(apr: Apr) -> bool:
    """Tell whether a transaction is irregular, (a)(3): several advances, or irregular payment periods or amounts.

    An irregular first period, first payment or final payment alone does not count.

    Args:
        apr: the rate with its flows.
    """
    if len({day for day, _ in apr.drawdowns}) > 1:
        return True
    if len({minor for _, minor in apr.repayments[1:-1]}) > 1:
        return True
    days = [day for day, _ in apr.repayments]
    if len(days) < 2:
        return False
    return not is_even(days, unit_period=unit_period_of(days[0], due=days[1:]))
