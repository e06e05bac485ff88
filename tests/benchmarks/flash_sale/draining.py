"""From the gate's stream into the database, against the same rows written by one bare unnest a batch.

The reference has its rows in memory already, writes a table that nothing else is in, and knows of no second time.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg

from bnpl_plugin.lifecycle.flash_sale import tending
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.ports.gate import GateItem, GateSale, Wish
from bnpl_plugin.storage.gate.desk import claim_row
from tests.benchmarks.figure import Figure, measured

_BATCH = 5000
_TYPES = {"units": "integer", "principal_minor": "bigint", "turn": "bigint", "until": "timestamptz",
          "ceiling_at": "timestamptz"}  # fmt: skip


class Bench:
    """Sales of which every claim is still at the gate, and what was drained of the last one."""

    def __init__(self, house: House, connection: psycopg.Connection[Any], *, claims: int) -> None:
        self._house = house
        self._connection = connection
        self._claims = claims
        self._sales = itertools.count()
        self._rows: list[dict[str, Any]] = []
        connection.execute("CREATE TABLE bare_claim (LIKE bnpl_drained_claim INCLUDING ALL)")

    def product(self) -> float:
        """Drain one sale's claims; returns claims a second."""
        house, now, sale_id = self._house, self._house.clock.now(), f"sale_drain_{next(self._sales)}"
        item = GateItem("phone", units=self._claims, units_per_shopper=1, line_limit=0)
        house.gate.open(GateSale(sale_id, (item,), 10**14, now, now + timedelta(hours=1), 600, 3600))
        wishes = [
            Wish(f"hld_{sale_id}_{n}", sale_id, "phone", f"shp_{sale_id}_{n}", 1, 29_900) for n in range(self._claims)
        ]
        claims = [house.gate.ask(wish, now=now).claim for wish in wishes]  # type: ignore[union-attr]
        self._rows = [claim_row(claim) for claim in claims]
        began = time.perf_counter()
        drained = tending.drain(house, sale_id=sale_id, batches=self._claims)
        seconds = time.perf_counter() - began
        assert drained == self._claims, drained
        where = "SELECT count(*) FROM bnpl_drained_claim WHERE sale_id = %s"
        assert self._connection.execute(where, [sale_id]).fetchone() == (self._claims,)
        return drained / seconds

    def reference(self) -> float:
        """Write the same rows by unnest; returns rows a second."""
        self._connection.execute("TRUNCATE bare_claim")
        names = list(self._rows[0])
        arrays = ", ".join(f"%({name})s::{_TYPES.get(name, 'text')}[]" for name in names)
        statement = f"INSERT INTO bare_claim ({', '.join(names)}) SELECT * FROM unnest({arrays})"
        began = time.perf_counter()
        for first in range(0, len(self._rows), _BATCH):
            batch = self._rows[first : first + _BATCH]
            self._connection.execute(statement, {name: [row[name] for row in batch] for name in names})
        return len(self._rows) / (time.perf_counter() - began)


def figure(house: House, *, url: str, claims: int, rounds: int) -> Figure:
    """Measure both in turns."""
    with psycopg.connect(url, autocommit=True) as connection:
        bench = Bench(house, connection, claims=claims)
        product: Callable[[], float] = bench.product
        product()
        bench.reference()
        return measured(
            "flash_sale", params={"part": "drain", "claims": claims}, unit="claims/s", product=product,
            reference=bench.reference, rounds=rounds,
        )  # fmt: skip
