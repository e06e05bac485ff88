"""Two worked questions: a lender with 50 M USD that wants 2 bn CNY lent in a half-year, and 75 bn CNY in a year.

The business: a phone maker's lending subsidiary finances flash sales and purchases at other shops, each shopper owing
at most 30,000 CNY. A good third of the money goes to short plans without cost, the rest to plans with interest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from bnpl_plugin.lifecycle.planning.inputs import Exchange
from bnpl_plugin.money.amount import Money


@dataclass(frozen=True, slots=True)
class Example:
    """A question without the shop's plans: the mix names them by code, in hundredths of a percent."""

    target: Money
    first: date
    last: date
    equity: Money
    exchange: Exchange
    mix: Mapping[str, int]


_EQUITY = Money.of(50_000_000, "USD")
_EXCHANGE = Exchange(Decimal("7.10"), date(2026, 11, 25), "planning assumption")
_MIX = MappingProxyType({
    "pay_in_30_days": 1000, "pay_in_3": 2500, "instalments_6": 2500, "instalments_12": 3000, "instalments_24": 1000,
})  # fmt: skip

EXAMPLES: Mapping[str, Example] = MappingProxyType({
    "first-half-year": Example(
        Money.of(2_000_000_000, "CNY"), date(2027, 1, 1), date(2027, 6, 1), _EQUITY, _EXCHANGE, _MIX
    ),
    "third-year": Example(
        Money.of(75_000_000_000, "CNY"), date(2029, 1, 1), date(2029, 12, 1), _EQUITY, _EXCHANGE, _MIX
    ),
})  # fmt: skip
"""By the name that ``flask bnpl capital plan --example`` takes."""
