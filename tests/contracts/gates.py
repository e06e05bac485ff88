"""The cases that a gate's contract is played with, and a sale to play it on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from redis import Redis

from bnpl_plugin.gates.redis.gate import RedisGate
from bnpl_plugin.ports.gate import Claim, Gate, GateItem, GateSale, Wish
from bnpl_plugin.storage import build_engine
from bnpl_plugin.storage.gate import SqlGate

START = datetime(2026, 11, 27, 10, 0, 0, 123456, tzinfo=UTC)
END = START + timedelta(hours=2)
PRICE = 59_999

#: Case → the leaf that it belongs to; the registry's codes must all be here.
CASES = {"sql-sqlite": "sql", "sql-postgres": "sql", "redis": "redis"}
PARAMS = [pytest.param(case, marks=pytest.mark.postgres if "postgres" in case else ()) for case in CASES]


@dataclass(frozen=True)
class Address:
    """How another process reaches the same gate."""

    case: str
    url: str

    def gate(self) -> tuple[Gate, Callable[[], Any]]:
        """Return a gate of its own and what closes it."""
        if self.case == "redis":
            client = Redis.from_url(self.url, decode_responses=True)
            return RedisGate(client), client.close
        engine = build_engine(self.url)
        return SqlGate(engine), engine.dispose


def phones(units: int = 2, *, per: int = 1, line: int = 100, item_id: str = "phone") -> GateItem:
    return GateItem(item_id, units=units, units_per_shopper=per, line_limit=line)


def sale(*items: GateItem, allotment: int = 10**9, **changes: Any) -> GateSale:
    plain = GateSale(
        "sal_1", items=items or (phones(),), allotment_minor=allotment, starts_at=START, ends_at=END, hold_seconds=60,
        ceiling_seconds=600,
    )  # fmt: skip
    return replace(plain, **changes)


def wish(shopper: int | str, *, units: int = 1, minor: int = PRICE, item_id: str = "phone", claim: str = "") -> Wish:
    claim_id = claim or f"clm_{shopper}_{item_id}"
    return Wish(claim_id, "sal_1", item_id, f"shp_{shopper}", units, minor)


def states(claims: Any) -> list[tuple[str, str]]:
    return [(claim.wish.shopper_id, str(claim.state)) for claim in claims if isinstance(claim, Claim)]
