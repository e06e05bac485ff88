"""Who comes: a shopper's country, means, wishes, card and luck, all drawn from the seed and the shopper's number.

Nothing is kept: the same number always gives the same person. The odds are assumptions, written down here and nowhere
else; only whole numbers leave this module.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from math import exp
from random import Random

from bnpl_plugin.providers.sandbox import Behaviour


@dataclass(frozen=True, slots=True)
class Market:
    """A country to sell in: its share of the visitors, its language, its means and its carts (medians, minor units)."""

    country: str
    currency: str
    share: int
    language: str
    phone: str  # a pattern for numbers that can be called
    income_minor: int
    cart_minor: int
    sale_minor: int  # the price of a flash sale's phone


MARKETS = (
    Market("CN", "CNY", 90, "zh_Hans", "+86138{:08d}", 9_000_00, 2_400_00, 1_999_00),
    Market("FR", "EUR", 6, "fr", "+3361{:07d}", 2_400_00, 320_00, 249_00),
    Market("US", "USD", 4, "en", "+1212{}", 3_900_00, 360_00, 279_00),
)

#: Out of a thousand cards at the checkout. What happens later is each shopper's luck (``Person.declines``).
CARDS = (
    (Behaviour.SUCCESS, 880),
    (Behaviour.THREE_D_SECURE, 60),
    (Behaviour.DECLINED, 20),
    (Behaviour.INSUFFICIENT_FUNDS, 15),
    (Behaviour.SLOW, 10),
    (Behaviour.UNKNOWN, 5),
    (Behaviour.CAPTURE_FAILS_ONCE, 5),
    (Behaviour.THREE_D_SECURE_LATER, 5),
)

#: Out of ten thousand later charges: how many a shopper with a steady purse and one with a strained purse miss.
MISSES = {False: 150, True: 1_500}
STRAINED = 8  # out of a hundred shoppers
RUINED = 2  # out of a hundred shoppers stop paying for good, some day in the first half-year after they came
BY_HAND = 70  # out of a hundred who have missed come back and pay by hand

STUDENTS_BORN, STUDYING = 2003, 40  # out of a hundred born from that year on


@dataclass(frozen=True, slots=True)
class Person:
    """One shopper. Money is a month's, in minor units of the market's currency."""

    number: int
    market: Market
    phone: str
    full_name: str
    birth_date: date
    income_minor: int
    outgoings_minor: int
    card: Behaviour
    strained: bool
    ruined_after_days: int | None  # counted from the first visit
    pays_by_hand: bool
    student: bool


def person(*, seed: int, number: int, markets: tuple[Market, ...]) -> Person:
    """Return the shopper of a number."""
    luck = Random(f"{seed}/shopper/{number}")  # noqa: S311 - luck, not secrecy
    market = luck.choices(markets, [market.share for market in markets])[0]
    income = _near(luck, market.income_minor, spread=45)
    local = number if market.country != "US" else 2_000_000 + number % 7_000_000
    born = date(2008, 6, 1) - timedelta(days=luck.randrange(55 * 365))
    return Person(
        number=number,
        market=market,
        phone=market.phone.format(local),
        full_name=f"Shopper {number}",
        birth_date=born,
        income_minor=income,
        outgoings_minor=income * luck.randrange(25, 85) // 100,
        card=luck.choices([card for card, _ in CARDS], [odds for _, odds in CARDS])[0],
        strained=luck.randrange(100) < STRAINED,
        ruined_after_days=luck.randrange(10, 180) if luck.randrange(100) < RUINED else None,
        pays_by_hand=luck.randrange(100) < BY_HAND,
        student=born.year >= STUDENTS_BORN and luck.randrange(100) < STUDYING,
    )


def cart_minor(luck: Random, market: Market) -> int:
    """Return what a cart costs: whole units of the currency, at least a tenth of the median."""
    return max(_near(luck, market.cart_minor, spread=75), market.cart_minor // 10) // 100 * 100


def _near(luck: Random, median: int, *, spread: int) -> int:
    """Return a sum around a median, log-normally, with a spread in hundredths."""
    return int(median * exp(luck.gauss(0, spread / 100)))
