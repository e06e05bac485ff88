"""Every flash sale with its figures and its capital, and more capital for one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bnpl_plugin.lifecycle.flash_sale import allotment
from bnpl_plugin.lifecycle.flash_sale.terms import MOST_MINOR
from bnpl_plugin.lifecycle.flash_sale.watching.board import board_of
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.ports.records import Sale
from bnpl_plugin.web.api.resources.sales import line_told, sale_told
from bnpl_plugin.web.api.schemas import Strict, whole
from bnpl_plugin.web.lender_api.route import Route

BY: Final = "lender's API"


class CapitalBody(Strict):
    """More capital for a sale, out of its pool."""

    by_minor = whole(1, MOST_MINOR, required=True)


def listed(house: House, _asked: Mapping[str, Any]) -> dict[str, Any]:
    """Answer ``GET /sales``: every shop's, the latest start first."""
    return {"data": [{**line_told(view), **_capital(view.sale)} for view in house.store.sales.all()]}


def one(house: House, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Answer ``GET /sales/<sale_id>``."""
    return told(house, asked["sale_id"])


def added(house: House, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Answer ``POST /sales/<sale_id>/capital``."""
    board_of(house, sale_id=asked["sale_id"])
    allotment.add(house, sale_id=asked["sale_id"], minor=asked["by_minor"], by=BY)
    return told(house, asked["sale_id"])


def told(house: House, sale_id: str) -> dict[str, Any]:
    """Return a sale as the lender is told: with its capital. Raises ``NotYours``."""
    board = board_of(house, sale_id=sale_id)
    return {**sale_told(board), **_capital(board.sale), "decided": board.decided}


def _capital(sale: Sale) -> dict[str, Any]:
    return {
        "merchant_id": sale.merchant_id,
        "pool_id": sale.pool_id,
        "ceiling_minor": sale.ceiling_minor,
        "used_minor": sale.used_minor,
        "left_minor": sale.left_minor,
        "top_up_minor": sale.top_up_minor,
    }


_ONE: Final = "/sales/<sale_id>"
ROUTES: Final = (
    Route("get", "/sales", "sales", "Every flash sale with the capital set aside for it", listed),
    Route("get", _ONE, "sale", "One sale with its figures as of now", one),
    Route("post", f"{_ONE}/capital", "add_sale_capital", "Set more capital aside for a sale", added, CapitalBody),
)
