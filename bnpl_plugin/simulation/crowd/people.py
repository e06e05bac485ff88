"""Who the crowd is: names, means and phone numbers that are nobody's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from bnpl_plugin.simulation.people import MARKETS, Market

#: Numbers set aside for fiction: Arcep's five landline ranges in France, 555-0100 to 555-0199 in the United States.
#: China has set none aside: there they are made up, and no message may leave the house (``cli.crowd`` sees to it).
_FRENCH = ("199 00", "261 91", "353 01", "465 71", "536 49")
_AREAS = (
    201, 202, 203, 205, 206, 207, 208, 209, 210, 212, 213, 214, 215, 216, 217, 218, 219, 224, 225, 228, 229, 231, 234,
    239, 240, 248, 251, 252, 253, 254, 256, 260, 262, 267, 269, 270, 276, 281, 301, 302, 303, 304, 305, 307, 308, 309,
    310, 312, 313, 314, 315, 316, 317, 318, 319, 320, 321, 323, 325, 330, 334, 336, 337, 339, 347, 351, 352, 360, 361,
    386, 401, 402, 404, 405, 406, 407, 408, 409, 410, 412, 413, 414, 415, 417, 419, 423, 425, 432, 434, 435, 440, 443,
    469, 478, 479, 480, 484, 501, 502, 503, 504, 505, 507, 508, 509, 510, 512, 513, 515, 516, 517, 518, 520, 530, 540,
)  # fmt: skip
_CAPACITY: Mapping[str, int] = {"FR": 10_000 * len(_FRENCH), "US": 100 * len(_AREAS), "CN": 10**8}
MOST = 100_000


@dataclass(frozen=True, slots=True)
class Face:
    """One of the crowd. Money is a month's, in minor units of the market's currency."""

    number: int
    phone: str
    full_name: str
    birth_date: date
    income_minor: int
    outgoings_minor: int


def market_of(country: str) -> Market | None:
    """Return what is known of a country's shoppers; None: no crowd comes from there."""
    return next((market for market in MARKETS if market.country == country), None)


def room_for(country: str) -> int:
    """Return how many different shoppers can come from a country."""
    return min(_CAPACITY[country], MOST)


def faces(market: Market, *, luck: Random) -> Iterator[Face]:
    """Yield shoppers from a random one on, each number once."""
    capacity = _CAPACITY[market.country]
    first = luck.randrange(capacity)
    for step in range(capacity):
        number = (first + step) % capacity
        income = market.income_minor * luck.randrange(110, 240) // 100
        yield Face(
            number=number,
            phone=phone_of(market.country, number=number),
            full_name=f"Crowd {number}",
            birth_date=date(1970, 1, 1) + timedelta(days=luck.randrange(30 * 365)),
            income_minor=income,
            outgoings_minor=income * luck.randrange(15, 35) // 100,
        )


def phone_of(country: str, *, number: int) -> str:
    """Return the phone number of one of a country's crowd."""
    if country == "FR":
        return f"+33{_FRENCH[number // 10_000].replace(' ', '')}{number % 10_000:04d}"
    if country == "US":
        return f"+1{_AREAS[number // 100]}55501{number % 100:02d}"
    return f"+86138{number:08d}"
