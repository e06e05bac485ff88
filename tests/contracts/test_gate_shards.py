"""A sale spread over shards, on one server and on a Cluster; and claims on their way to the database."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from bnpl_plugin.errors import GateLost, GateUnavailable
from bnpl_plugin.gates.redis import spreading
from bnpl_plugin.gates.redis.gate import RedisGate
from bnpl_plugin.ports.gate import (
    Admitted,
    AllotmentGone,
    Already,
    ClaimState,
    ItemFigures,
    Place,
    SaleState,
    SoldOut,
)
from tests.contracts.gates import PRICE, START, phones, sale, wish
from tests.servers.valkey import ValkeyCluster, ValkeyServer

LATER = START + timedelta(minutes=5)


@pytest.fixture(scope="module")
def cluster():
    made = ValkeyCluster(primaries=3).start()
    yield made
    made.close()


@pytest.fixture(params=["one server", "cluster"])
def client(request):
    server = request.getfixturevalue("valkey_server" if request.param == "one server" else "cluster")
    made = server.client()
    made.flushall()
    yield made
    made.close()


@pytest.fixture
def gate(client):
    return RedisGate(client)


def rush(gate, numbers, now=START, **changes):
    with ThreadPoolExecutor(16) as crowd:
        return list(crowd.map(lambda n: gate.ask(wish(n, **changes), now=now), numbers))


def test_a_rush_over_shards_sells_every_unit_once(gate):
    gate.open(sale(phones(100, line=0), allotment=100 * PRICE, shards=5))
    said = rush(gate, range(1000))
    early = [n for n, answer in enumerate(said) if isinstance(answer, AllotmentGone)]  # while capital flew past units
    said = [answer for answer in said if not isinstance(answer, AllotmentGone)] + rush(gate, early)
    assert Counter(map(type, said)) == {Admitted: 100, SoldOut: 900}
    figures = gate.figures("sal_1")
    assert figures.items["phone"] == ItemFigures(total=100, free=0, held=100, booked=0, waiting=0)
    assert (figures.left_minor, figures.claims) == (0, 100)


def test_one_asker_after_the_other_never_hears_sold_out_while_any_shard_has_units(gate):
    gate.open(sale(phones(20, line=0), shards=8))
    said = [gate.ask(wish(n), now=START) for n in range(30)]
    assert [type(answer) for answer in said] == [Admitted] * 20 + [SoldOut] * 10
    assert not any(answer.final for answer in said[20:])
    for n in range(20):
        gate.book(wish(n), now=START)
    assert gate.ask(wish(99), now=LATER) == SoldOut(free=0, final=True)
    gate.add_units("sal_1", "phone", units=2, ref="more", now=LATER)
    said = [gate.ask(wish(n), now=LATER) for n in range(100, 103)]
    assert [type(answer) for answer in said] == [Admitted, Admitted, SoldOut]


def test_the_allotment_of_all_shards_is_one(gate):
    gate.open(sale(phones(50), allotment=7 * PRICE + 3, shards=4))
    said = [gate.ask(wish(n), now=START) for n in range(20)]
    assert Counter(map(type, said)) == {Admitted: 7, AllotmentGone: 13}
    assert gate.figures("sal_1").left_minor == 3
    assert gate.add_allotment("sal_1", minor=-100, ref="back", now=LATER) == -3
    assert gate.add_allotment("sal_1", minor=-100, ref="back", now=LATER) == -3
    gate.add_allotment("sal_1", minor=PRICE, ref="top", now=LATER)
    assert Counter(type(gate.ask(wish(n), now=LATER)) for n in range(20, 24)) == {Admitted: 1, AllotmentGone: 3}
    assert gate.figures("sal_1").left_minor == 0


def test_a_unit_that_comes_back_in_one_shard_reaches_who_waits_in_another(gate):
    gate.open(sale(phones(4, line=40), shards=4))
    said = [gate.ask(wish(n), now=START) for n in range(12)]
    assert Counter(map(type, said)) == {Admitted: 4, Place: 8}
    for n in range(4):
        gate.release(wish(n), now=START)
    for turn in range(12):
        gate.sweep("sal_1", now=START + turn * timedelta(microseconds=1), limit=99)
    item = gate.figures("sal_1").items["phone"]
    assert (item.free, item.held, item.waiting) == (0, 4, 4)


def test_what_a_dead_process_left_between_two_shards_arrives_once(gate):
    gate.open(sale(phones(8), shards=2))
    donor, to = gate._all("sal_1")
    sent = donor.call("send", 1, 1, "phone", 3, 50)
    assert sent[0] == "sent"
    assert gate.figures("sal_1").items["phone"].free == 5
    for _ in range(2):
        spreading.finish_moves((donor, to), now=2)
    to.call("receive", 3, sent[2], f"0.{sent[1]}", "phone", 3, 50)  # the dead process was only slow
    figures = gate.figures("sal_1")
    assert (figures.items["phone"].free, figures.items["phone"].total) == (8, 8)
    assert (figures.allotment_minor, figures.left_minor) == (10**9, 10**9)


def test_a_move_begun_before_a_rebuilding_is_forgotten(gate):
    gate.open(sale(phones(8), shards=2))
    donor, to = gate._all("sal_1")
    _, move_id, generation, units, minor = donor.call("send", 1, 1, "phone", 3, 50)
    gate.rebuild(sale(phones(8), shards=2), claims=[], state=SaleState.OPEN, ref="reb_1", now=START)
    assert list(to.call("receive", 2, generation, f"0.{move_id}", "phone", units, minor)) == ["other"]
    assert gate.figures("sal_1").items["phone"] == ItemFigures(total=8, free=8, held=0, booked=0, waiting=0)


def test_a_flushed_gate_is_learnt_anew_with_other_shards_by_processes_that_do_not_know(gate, client):
    gate.open(sale(phones(10, line=5), shards=2))
    told = {n: gate.ask(wish(n), now=START).claim for n in range(12)}
    booked = [gate.book(wish(n), now=START) for n in range(4)]
    held = [gate.keep(wish(n), now=START, until=LATER) for n in range(4, 7)]
    other = RedisGate(client)
    other.figures("sal_1")
    client.flushall()
    for act in (
        lambda: other.ask(wish(50), now=START), lambda: gate.release(wish(4), now=START),
        lambda: gate.book(wish(4), now=START), lambda: other.figures("sal_1"),
    ):  # fmt: skip
        with pytest.raises(GateLost):
            act()
    waiting = [told[n] for n in (10, 11)]
    today = sale(phones(10, line=5), shards=3)
    assert gate.rebuild(today, claims=[*booked, *held, *waiting], state=SaleState.OPEN, ref="reb", now=START)
    for turn in range(6):
        gate.sweep("sal_1", now=START + turn * timedelta(microseconds=1), limit=9)
    item = other.figures("sal_1").items["phone"]
    assert (item.total, item.free, item.booked, item.held, item.waiting) == (10, 1, 4, 5, 0)
    assert other.ask(wish(2), now=START) == Already(booked[2])
    assert isinstance(other.ask(wish(60), now=START), Admitted)
    assert isinstance(other.ask(wish(61), now=START), Place)


def test_of_two_rebuildings_the_later_one_wins(gate):
    from bnpl_plugin.gates.redis.opening import opening_values

    gate.open(sale(phones(3)))
    claims = [gate.ask(wish(n), now=START).claim for n in range(3)]
    (shard,) = gate._all("sal_1")
    (values,) = opening_values(sale(phones(3)), count=1)
    shard.call("begin", "first", *values)
    assert gate.ask(wish(9), now=START).__class__.__name__ == "Paused"
    assert gate.rebuild(sale(phones(3)), claims=claims[:2], state=SaleState.OPEN, ref="second", now=START)
    assert list(shard.call("load", "first", "released|x|phone|shp_9|1|1|1|0|0|")) == ["other"]
    assert list(shard.call("finish", "first", 1, "open")) == ["other"]
    assert gate.figures("sal_1").items["phone"].held == 2


def test_every_claim_is_drained_at_least_once_and_none_again_after_its_acknowledgement(gate):
    gate.open(sale(phones(5, line=50), shards=3))
    said = [gate.ask(wish(n), now=START) for n in range(9)]
    assert {type(answer) for answer in said} == {Admitted, Place}
    first = gate.drain("sal_1", reader="worker_1", limit=4)
    assert [drained.mark for drained in gate.drain("sal_1", reader="worker_1", limit=4)] == [d.mark for d in first]
    others = gate.drain("sal_1", reader="worker_2", limit=99)
    assert {d.claim.wish.claim_id for d in (*first, *others)} == {f"clm_{n}_phone" for n in range(9)}
    assert not {d.mark for d in first} & {d.mark for d in others}
    gate.ack("sal_1", marks=[d.mark for d in (*first, *others)])
    assert [gate.drain("sal_1", reader=f"worker_{n}", limit=9) for n in (1, 2)] == [[], []]
    gate.release(said[0].claim.wish, now=LATER)
    gate.sweep("sal_1", now=START, limit=9)
    (late,) = gate.drain("sal_1", reader="worker_1", limit=9)
    assert late.claim.state is ClaimState.ADMITTED


def test_a_server_that_is_gone_is_an_error_that_says_so():
    server = ValkeyServer().start()
    try:
        gate = RedisGate(server.client())
        gate.open(sale())
        server.kill9()
        with pytest.raises(GateUnavailable) as told:
            gate.ask(wish(1), now=START)
        assert not isinstance(told.value, GateLost)
    finally:
        server.close()
