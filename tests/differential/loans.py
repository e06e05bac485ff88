"""Random loans, the same for the same seed: amounts, counts, rates, first periods and dates as shops have them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from bnpl_plugin.credit import MONTHLY, LoanTerms, Method, add_months
from bnpl_plugin.money import Money

SEED = 20261125


def random_loans(count: int, *, seed: int = SEED) -> Iterator[LoanTerms]:
    """Yield monthly loans with interest; every fourth has a first period that is not a month."""
    chance = random.Random(seed)
    for place in range(count):
        start = date(2024, 1, 1) + timedelta(days=chance.randrange(2500))
        odd = place % 4 == 3
        first = start + timedelta(days=chance.randint(5, 75)) if odd else add_months(start, 1)
        yield LoanTerms(
            Money(int(10 ** chance.uniform(3.5, 6.5)), chance.choice(["EUR", "JPY", "KWD"])),
            chance.randint(1, 36),
            MONTHLY,
            start,
            first,
            nominal_rate=Decimal(chance.randint(1, 5000)) / 10_000,
            anchor_date=None if odd else start,
        )


def random_splits(count: int, *, seed: int = SEED) -> Iterator[LoanTerms]:
    """Yield interest-free loans with a fee in the first instalment, which is due at once or a month later."""
    chance = random.Random(seed)
    for _ in range(count):
        start = date(2024, 1, 1) + timedelta(days=chance.randrange(2500))
        minor = int(10 ** chance.uniform(3.5, 6.5))
        yield LoanTerms(
            Money(minor, "EUR"),
            chance.randint(2, 12),
            MONTHLY,
            start,
            add_months(start, chance.randint(0, 1)),
            method=Method.INTEREST_FREE,
            fee_minor=chance.randint(1, max(1, minor // 40)),
            anchor_date=start,
        )
