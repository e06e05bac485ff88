"""The sale's own page, for anybody: what is sold, when, to whom first, and how a draw can be checked."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, json

from bnpl_plugin.errors import GateUnavailable, NotYours
from bnpl_plugin.lifecycle.flash_sale.gatekeeping import at_gate
from bnpl_plugin.ports.store import SaleView
from bnpl_plugin.web import current
from bnpl_plugin.web.frame import Place, render

blueprint = Blueprint("sale", __name__, url_prefix="/sale")


@blueprint.get("/<sale_id>")
def room(sale_id: str) -> Response:
    """The waiting room."""
    view = _view(sale_id)
    house, sale = current.house(), view.sale
    merchant = house.store.merchant(sale.merchant_id)
    law, now = house.country(sale.country), house.clock.now()
    place = Place(
        merchant_name=merchant.name if merchant else house.settings.lender_name, country=sale.country,
        time_zone=law.time_zone,
    )  # fmt: skip
    plans = [house.plans[code] for code in sale.plan_codes["codes"] if code in house.plans]
    return render(
        "sale/room.html", place=place, sale=sale, items=_items(view), state=_state(view), tz=law.time_zone,
        starts_in_ms=max(0, int((sale.starts_at - now).total_seconds() * 1000)), plans=plans,
        draw_url=f"{sale_id}/draw", hold_minutes=max(sale.hold_seconds // 60, 1),
    )  # fmt: skip


@blueprint.get("/<sale_id>/draw")
def draw(sale_id: str) -> Response:
    """The draw as data: with the seed, whoever likes recomputes the order (``flask bnpl sale draw``)."""
    view = _view(sale_id)
    store = current.house().store.sales
    if view.sale.fairness != "lottery":
        raise NotYours
    told = {
        "sale_id": sale_id,
        "seed_hash": view.sale.seed_hash,
        "seed": view.sale.seed,
        "items": [
            {"sale_item_id": item.sale_item_id, "units": item.total_units, "entries": drawn.entries["entries"]}
            for item in view.items
            if (drawn := store.drawn(item.sale_item_id)) is not None
        ],
    }
    return Response(json.dumps(told, indent=1), mimetype="application/json")


def _view(sale_id: str) -> SaleView:
    view = current.house().store.sales.view(sale_id)
    if view is None:
        raise NotYours
    return view


def _items(view: SaleView) -> list[dict[str, Any]]:
    return [
        {
            "name": item.name, "price_minor": item.price_minor, "units": item.total_units - item.returned_units,
            "per_shopper": item.units_per_shopper, "sold_out": not (item.free_units or item.held_units),
        }
        for item in view.items
    ]  # fmt: skip


def _state(view: SaleView) -> str:
    house, sale = current.house(), view.sale
    now = house.clock.now()
    if sale.state in ("ended", "closed") or now >= sale.ends_at:
        return "over"
    if sale.state == "paused":
        return "paused"
    if now < sale.starts_at:
        return "ahead"
    if sale.fairness == "lottery" and sale.seed is None:
        return "drawing"
    try:
        known = at_gate(house, sale.sale_id, lambda gate: gate.figures(sale.sale_id)).items.values()
    except GateUnavailable:
        return "open"
    return "open" if any(one.free > 0 or one.held for one in known) else "sold_out"
