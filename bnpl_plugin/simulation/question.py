"""What a simulation is asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bnpl_plugin.errors import InvalidInput
from bnpl_plugin.money.amount import Money

MAX_SHOPPERS = 10_000_000
MAX_DAYS = 3_660
WHOLE_BPS = 10_000
_YEARS = (2000, 2200)


@dataclass(frozen=True, slots=True)
class Question:
    """One simulation.

    Args:
        shoppers: how many different people look at an offer, 1 to 10,000,000.
        days: how long the business is watched, 1 to 3,660.
        seed: the same seed lives the same life.
        first: the first day, in UTC.
        capital: what each pool starts with; a country without a pool in its currency is not visited.
        buying_bps: the part of those who look that want to buy, in hundredths of a percent, 0 to 10,000.
        sales: flash sales, spread evenly over the days, 0 to one a day.

    Raises:
        InvalidInput: names the field, its fault and what is accepted.
    """

    shoppers: int
    days: int
    seed: int
    first: date
    capital: tuple[Money, ...]
    buying_bps: int = 500
    sales: int = 0

    def __post_init__(self) -> None:
        _within("shoppers", self.shoppers, low=1, high=MAX_SHOPPERS)
        _within("days", self.days, low=1, high=MAX_DAYS)
        _within("buying_bps", self.buying_bps, low=0, high=WHOLE_BPS)
        _within("sales", self.sales, low=0, high=self.days)
        if not _YEARS[0] <= self.first.year <= _YEARS[1]:
            raise InvalidInput(
                field="first", fault=f"is {self.first}", accepted=f"a day from {_YEARS[0]} to {_YEARS[1]}"
            )
        codes = [amount.currency for amount in self.capital]
        if not codes or len(set(codes)) != len(codes):
            raise InvalidInput(field="capital", fault=f"is {codes}", accepted="one amount for each currency")
        for amount in self.capital:
            if amount.minor <= 0:
                raise InvalidInput(field="capital", fault=f"is {amount}", accepted="amounts above zero")


def _within(name: str, value: int, *, low: int, high: int) -> None:
    if not low <= value <= high:
        raise InvalidInput(field=name, fault=f"is {value}", accepted=f"{low} to {high}")
