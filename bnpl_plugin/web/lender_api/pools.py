"""The lender's capital pools."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.ports.records import CapitalPool
from bnpl_plugin.web.lender_api.route import Route


def pool_told(pool: CapitalPool) -> dict[str, Any]:
    """Return a pool as it is told."""
    return {
        "pool_id": pool.pool_id,
        "country": pool.country,
        "currency": pool.currency,
        "available_minor": pool.available_minor,
        "held_minor": pool.held_minor,
        "outstanding_minor": pool.outstanding_minor,
        "free_minor": pool.free_minor,
    }


def listed(house: House, _asked: Mapping[str, Any]) -> dict[str, Any]:
    """Answer ``GET /pools``."""
    return {"data": [pool_told(pool) for pool in house.reads.pools()]}


ROUTES: Final = (Route("get", "/pools", "pools", "Every capital pool: available, held, outstanding, free", listed),)
