"""How many come on which day: a growing shop, busy week-ends, a crowd at every flash sale."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bnpl_plugin.money.rounding import allocate
from bnpl_plugin.simulation.question import Question

#: Weights of the days of a week, Monday first, in percent of an ordinary day.
WEEK = (90, 85, 85, 90, 105, 125, 120)

#: The first day's weight and the last one's: the shop grows fourfold while it is watched.
GROWTH = (50, 200)

#: What a day with a flash sale draws, in percent of the same day without one.
CROWD = 400


def sale_days(question: Question) -> frozenset[int]:
    """Return the numbers of the days with a flash sale, evenly spread; day 0 is the first."""
    return frozenset((2 * turn + 1) * question.days // (2 * question.sales) for turn in range(question.sales))


def arrivals(question: Question) -> Sequence[int]:
    """Return how many new shoppers come on each day; together they are all of them, exactly."""
    low, high = GROWTH
    crowded = sale_days(question)
    steps = max(question.days - 1, 1)
    weights = [
        (low * steps + (high - low) * day)
        * WEEK[(question.first + timedelta(days=day)).weekday()]
        * (CROWD if day in crowded else 100)
        for day in range(question.days)
    ]
    return allocate(question.shoppers, weights=weights)
