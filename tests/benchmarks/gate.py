"""Gate decisions against the barest script that could decide them, both by the gate's wire, one call after the other.

``rush`` is what a sale's first second is like: a unit for one in a hundred, "sold out" for the others.

The reference knows one item, no line, no times, no claim ids and nothing to drain: it takes a unit, a shopper's
allowance and the allotment, or says no. Both run on one Valkey, in one process, on one connection.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Any

from bnpl_plugin.gates.redis.gate import RedisGate
from bnpl_plugin.gates.redis.wire import Wire
from bnpl_plugin.ports.gate import Admitted, GateItem, GateSale, SoldOut, Wish
from tests.benchmarks.figure import Figure, Size, measured
from tests.servers.valkey import ValkeyServer

_START = datetime(2026, 11, 27, 10, tzinfo=UTC)
_PRICE = 59_999
_BARE = """
local has = tonumber(redis.call('HGET', KEYS[2], ARGV[1]) or 0)
if has >= 1 then return 'already' end
if tonumber(redis.call('HGET', KEYS[1], 'free') or 0) < 1 then return 'sold out' end
if tonumber(redis.call('HGET', KEYS[1], 'left') or 0) < tonumber(ARGV[2]) then return 'no capital' end
redis.call('HINCRBY', KEYS[1], 'free', -1)
redis.call('HINCRBY', KEYS[1], 'left', -ARGV[2])
redis.call('HSET', KEYS[2], ARGV[1], 1)
return 'yours'
"""


class Bench:
    """Fresh sales for the gate and for the bare script; ``units`` 0 makes losers of all."""

    def __init__(self, client: Any, *, asks: int) -> None:
        self._client = client
        self._gate = RedisGate(client)
        self._wire = Wire(client)  # the same short way as the gate goes, or the ratio would be the way's
        self._sha = client.script_load(_BARE)
        self._asks = asks
        self._sales = itertools.count()

    def product(self, *, units: int) -> Callable[[], float]:
        """Return a round of gate decisions."""
        def once() -> float:
            sale_id = f"sale_{next(self._sales)}"
            item = GateItem("phone", units=units, units_per_shopper=1, line_limit=0)
            self._gate.open(GateSale(sale_id, (item,), 10**12, _START, _START + timedelta(hours=1), 600, 3600))
            wishes = [Wish(f"clm_{n}", sale_id, "phone", f"shp_{n}", 1, _PRICE) for n in range(self._asks)]
            began = perf_counter()
            answers = [self._gate.ask(wish, now=_START) for wish in wishes]
            seconds = perf_counter() - began
            assert all(isinstance(answer, Admitted) for answer in answers[:units])
            assert all(isinstance(answer, SoldOut) for answer in answers[units:])
            return self._asks / seconds

        return once

    def reference(self, *, units: int) -> Callable[[], float]:
        """Return a round of the bare script."""

        def once() -> float:
            tag = f"bare:{{sale_{next(self._sales)}}}"
            self._client.hset(f"{tag}:sale", mapping={"free": units, "left": 10**12})
            keys = (f"{tag}:sale", f"{tag}:mine")
            shoppers = [f"shp_{n}" for n in range(self._asks)]
            began = perf_counter()
            answers = [self._wire.call("EVALSHA", self._sha, 2, *keys, shopper, _PRICE) for shopper in shoppers]
            seconds = perf_counter() - began
            assert answers == ["yours"] * units + ["sold out"] * (self._asks - units)
            return self._asks / seconds

        return once


def figures(size: Size) -> list[Figure]:
    """Measure winners, a rush and losers."""
    asks = size.requests * 10
    server = ValkeyServer().start()
    try:
        client = server.client()
        bench = Bench(client, asks=asks)
        return [
            measured(
                "gate",
                params={"asks": asks, "told": told},
                unit="decisions/s",
                product=bench.product(units=units),
                reference=bench.reference(units=units),
                rounds=size.rounds,
            )
            for told, units in (("admitted", asks), ("rush", asks // 100), ("sold_out", 0))
        ]
    finally:
        server.close()
