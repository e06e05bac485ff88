"""How Stripe counts money: in the minor units of its own table, which is not ISO 4217's everywhere.

Source: https://docs.stripe.com/currencies, "Zero-decimal currencies", "Three-decimal currencies" and "Special cases".
Króna (ISK) and Ugandan shilling (UGX) have no decimals, yet Stripe wants them with two; the ariary (MGA) has two in the
standard and none at Stripe; amounts with three decimals must end in zero.
"""

from __future__ import annotations

from bnpl_plugin.money.amount import Money
from bnpl_plugin.money.currency import MINOR_UNITS

NO_DECIMALS = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"}
)
THREE_DECIMALS = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})


class Unpayable(Exception):
    """Stripe cannot express this amount."""


def to_stripe(amount: Money) -> int:
    """Return the amount as Stripe counts it.

    Raises:
        Unpayable: finer than Stripe can take (a third decimal that is not zero, a fraction of an ariary).

    >>> to_stripe(Money(500, "JPY")), to_stripe(Money(5, "ISK")), to_stripe(Money(5120, "KWD"))
    (500, 500, 5120)
    """
    shift = _places(amount.currency) - MINOR_UNITS[amount.currency]
    if shift >= 0:
        units = amount.minor * _ten(shift)
    else:
        units, finer = divmod(amount.minor, _ten(-shift))
        if finer:
            raise Unpayable(f"{amount} is finer than Stripe's unit of {amount.currency}")
    if amount.currency in THREE_DECIMALS and units % 10:
        raise Unpayable(f"{amount}: the third decimal must be zero at Stripe")
    return units


def from_stripe(units: int, *, currency: str) -> int:
    """Return an amount of Stripe's in minor units of ISO 4217; ``currency`` in either case.

    >>> from_stripe(500, currency="isk")
    5
    """
    code = currency.upper()
    shift = _places(code) - MINOR_UNITS[code]
    if shift < 0:
        return units * _ten(-shift)
    minor, finer = divmod(units, _ten(shift))
    if finer:
        raise Unpayable(f"{units} of Stripe's units of {code} are finer than the currency")
    return minor


def _ten(power: int) -> int:
    return int(10**power)


def _places(currency: str) -> int:
    if currency in NO_DECIMALS:
        return 0
    return 3 if currency in THREE_DECIMALS else 2
