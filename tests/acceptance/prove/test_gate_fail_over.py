"""The primary that decides a sale is killed in the middle of the rush; its replica takes over and may have missed some.

The database here is a list under a lock with the one guard that matters: never more holds than units.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

import pytest

from bnpl_plugin.errors import GateUnavailable
from bnpl_plugin.gates.redis.gate import RedisGate
from bnpl_plugin.ports.gate import Admitted, Already, ClaimState, SaleState, SoldOut, Wish
from tests.contracts.gates import END, START, phones, sale, wish
from tests.servers.process import wait_until
from tests.servers.valkey import ValkeyCluster

UNITS = 300
T = TypeVar("T")


class Database:
    """What was committed, in order; the truth."""

    def __init__(self) -> None:
        self.holds: dict[str, Wish] = {}
        self._lock = threading.Lock()

    def commit(self, asked: Wish) -> bool:
        with self._lock:
            if asked.claim_id not in self.holds and len(self.holds) >= UNITS:
                return False
            self.holds[asked.claim_id] = asked
            return True


def insisting(act: Callable[[], T]) -> T:
    """Call until the gate answers: the same claim again is the same claim."""
    deadline = time.monotonic() + 30
    while True:
        try:
            return act()
        except GateUnavailable:
            if time.monotonic() > deadline:
                raise


def shop(gate: RedisGate, database: Database, number: int) -> str:
    """One shopper's way; returns what they were told at last."""
    asked = wish(number)
    said = insisting(lambda: gate.ask(asked, now=START))
    on_the_way = isinstance(said, Admitted) or (isinstance(said, Already) and said.claim.state is ClaimState.ADMITTED)
    if on_the_way:
        kept = insisting(lambda: gate.keep(asked, now=START, until=END))
        if kept is not None and kept.state is ClaimState.HELD:
            if database.commit(asked):
                insisting(lambda: gate.book(asked, now=START))
                return "yours"
            insisting(lambda: gate.release(asked, now=START))
            return "sold out"
        return "try again"  # the gate has forgotten the claim: nothing was promised
    assert isinstance(said, SoldOut), said
    return "sold out"


@pytest.mark.parametrize("seed", range(10))
def test_a_killed_primary_oversells_nothing_and_the_rebuilt_gate_sells_the_rest(seed):
    print(f"seed {seed}")
    dice, database = random.Random(seed), Database()
    cluster = ValkeyCluster(primaries=3, replicas=1).start()
    try:
        client = cluster.client()
        gate = RedisGate(client)
        gate.open(sale(phones(UNITS, line=0)))
        (shard,) = gate._all("sal_1")
        port = client.get_node_from_key(shard.sale).port
        primary = next(node for node in cluster.nodes if node.port == port)
        done = threading.Semaphore(0)

        def one(number: int) -> str:
            told = shop(gate, database, number)
            done.release()
            return told

        with ThreadPoolExecutor(8) as crowd:
            running = [crowd.submit(one, number) for number in range(2 * UNITS)]
            for _ in range(dice.randrange(20, UNITS)):
                done.acquire()
            primary.kill9()
            told = [each.result() for each in running]
        assert told.count("yours") == len(database.holds) <= UNITS

        wait_until(lambda: bool(insisting(lambda: gate.figures("sal_1"))), what="the replica to decide")
        sold = [insisting(partial(gate.book, held, now=START)) for held in database.holds.values()]
        assert insisting(
            lambda: gate.rebuild(sale(phones(UNITS, line=0)), claims=sold, state=SaleState.OPEN, ref="reb", now=START)
        )
        rest = [shop(gate, database, number) for number in range(2 * UNITS, 3 * UNITS)]
        assert told.count("yours") + rest.count("yours") == len(database.holds) == UNITS
        item = gate.figures("sal_1").items["phone"]
        assert (item.free, item.held, item.booked) == (0, 0, UNITS)
        client.close()
    finally:
        cluster.close()
