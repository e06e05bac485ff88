"""How winners of a flash sale are sent away for a moment, and come again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bnpl_plugin.web.guards.allowance import Allowance
from bnpl_plugin.web.guards.commits import Commits

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


def test_a_place_that_is_left_is_free_for_the_next():
    places = Commits(1, asks=3)
    assert [places.enter(), places.full, places.enter()] == [True, True, False]
    places.leave()
    assert [places.full, places.enter()] == [False, True]


@pytest.mark.parametrize("asks", [1, 2, 3, 10])
def test_who_comes_again_as_soon_as_told_is_never_told_to_be_too_fast(asks: int):
    places, allowance, now = Commits(1, asks=asks), Allowance(asks, span=timedelta(seconds=1)), NOON
    for _ in range(200):
        assert allowance.take("shopper", now=now)
        now += timedelta(seconds=places.again_in(now=now))


def test_who_is_sent_away_comes_in_turn_and_the_sooner_the_more_were_served():
    def turns(served: int) -> list[float]:
        places = Commits(served, asks=3)
        places.again_in(now=NOON)
        for _ in range(served):
            places.enter()
            places.leave()
        return [places.again_in(now=NOON + timedelta(seconds=1)) for _ in range(2_000)]

    slow, quick = turns(60), turns(400)
    assert slow == sorted(slow)
    assert quick == sorted(quick)
    assert slow[-1] == 8.0
    assert 2.5 < quick[-1] < 3.5
