"""An allowance is exact within its span, apart for each key, and never fills the memory."""

from datetime import UTC, datetime, timedelta

from bnpl_plugin.web.guards import allowance
from bnpl_plugin.web.guards.allowance import Allowance

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def test_what_is_taken_comes_back_when_the_span_is_over():
    three = Allowance(3, span=timedelta(minutes=15))
    assert [three.take("a", now=NOON) for _ in range(5)] == [True, True, True, False, False]
    assert three.is_spent("a", now=NOON + timedelta(minutes=14, seconds=59))
    assert not three.is_spent("a", now=NOON + timedelta(minutes=15))
    assert three.take("a", now=NOON + timedelta(minutes=15))


def test_ever_new_names_do_not_fill_the_memory(monkeypatch):
    monkeypatch.setattr(allowance, "_MOST_KEYS", 10)
    one = Allowance(1, span=timedelta(minutes=15))
    for number in range(100):
        one.take(str(number), now=NOON)
    assert len(one._taken) <= 10


def test_forgetting_gives_the_whole_allowance_back():
    one = Allowance(1, span=timedelta(minutes=15))
    assert one.take("a", now=NOON)
    one.forget("a")
    assert one.take("a", now=NOON)
