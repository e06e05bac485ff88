"""The sale's own page, for anybody: what is sold, when, to whom first, and how a draw can be checked.

A crowd looks at it: a sale is read, and its gate asked, once a second in a process, however many look.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from flask import Blueprint, Response, current_app, json, url_for

from bnpl_plugin.errors import GateUnavailable, NotYours, SaleNotOpen
from bnpl_plugin.lifecycle.flash_sale import drawing
from bnpl_plugin.lifecycle.flash_sale.gatekeeping import at_gate
from bnpl_plugin.ports.gate import ItemFigures, SaleFigures
from bnpl_plugin.ports.store import SaleView
from bnpl_plugin.web import current, wording
from bnpl_plugin.web.frame import Place, render, words_of

blueprint = Blueprint("sale", __name__, url_prefix="/sale")

_FRESH: Final = timedelta(seconds=1)
_MOST: Final = 100  # sales kept in sight


@dataclass(frozen=True, slots=True)
class Sight:
    """A sale as it was seen last; ``entries`` are its lottery's, by item, in the order drawn."""

    view: SaleView
    merchant_name: str
    figures: SaleFigures | None
    entries: dict[str, list[str]]
    at: datetime


@blueprint.get("/<sale_id>")
def room(sale_id: str) -> Response:
    """The waiting room."""
    seen = _seen(sale_id)
    house, sale = current.house(), seen.view.sale
    law, now = house.country(sale.country), house.clock.now()
    place = Place(merchant_name=seen.merchant_name, country=sale.country, time_zone=law.time_zone)
    t = words_of(place)
    plans = [house.plans[code] for code in sale.plan_codes["codes"] if code in house.plans]
    return render(
        "sale/room.html", place=place, sale=sale, items=_items(seen), state=_state(seen, now=now), tz=law.time_zone,
        starts_in_ms=max(0, int((sale.starts_at - now).total_seconds() * 1000)),
        plans=[wording.plan_title(t, plan.title, count=plan.count) for plan in plans],
        entries=sum(len(lots) for lots in seen.entries.values()), lots=_lots(seen),
        draw_url=url_for("bnpl.sale.draw", sale_id=sale_id), hold_minutes=max(sale.hold_seconds // 60, 1),
    )  # fmt: skip


@blueprint.get("/<sale_id>/draw")
def draw(sale_id: str) -> Response:
    """The draw as data: with the seed, whoever likes recomputes the order."""
    seen = _seen(sale_id)
    sale = seen.view.sale
    if sale.fairness != "lottery":
        raise NotYours
    told = {
        "sale_id": sale_id,
        "seed_hash": sale.seed_hash,
        "seed": sale.seed,
        "items": [
            {"sale_item_id": item.sale_item_id, "units": item.total_units, "entries": seen.entries[item.sale_item_id]}
            for item in seen.view.items
            if item.sale_item_id in seen.entries
        ],
    }
    return Response(json.dumps(told, indent=1), mimetype="application/json")


def _seen(sale_id: str) -> Sight:
    """Return a sale as it was at most a second ago. Raises ``NotYours``."""
    house = current.house()
    known: dict[str, Sight] = current_app.extensions.setdefault("bnpl.sales_seen", {})
    found, now = known.get(sale_id), house.clock.now()
    if found is not None and abs(now - found.at) < _FRESH:
        return found
    view = house.store.sales.view(sale_id)
    if view is None:
        raise NotYours
    merchant = house.store.merchant(view.sale.merchant_id)
    entries = found.entries if found is not None else {}
    if view.sale.seed is not None and not entries:  # drawn once, never again
        drawn = ((item.sale_item_id, house.store.sales.drawn(item.sale_item_id)) for item in view.items)
        entries = {item_id: list(lots.entries["entries"]) for item_id, lots in drawn if lots is not None}
    seen = Sight(view, merchant.name if merchant else house.settings.lender_name, _figures(view), entries, now)
    if len(known) >= _MOST:
        known.clear()
    known[sale_id] = seen
    return seen


def _figures(view: SaleView) -> SaleFigures | None:
    """Return what the gate counts, None if it does not answer or has nothing to count any more."""
    if view.sale.state == "closed":
        return None
    try:
        return at_gate(current.house(), view.sale.sale_id, lambda gate: gate.figures(view.sale.sale_id))
    except (GateUnavailable, SaleNotOpen):
        return None


def _items(seen: Sight) -> list[dict[str, Any]]:
    counted = seen.figures.items if seen.figures is not None else {}
    return [
        {
            "name": item.name, "price_minor": item.price_minor, "units": item.total_units - item.returned_units,
            "per_shopper": item.units_per_shopper,
            "sold_out": item.sale_item_id in counted and not _left(counted[item.sale_item_id]),
        }
        for item in seen.view.items
    ]  # fmt: skip


def _left(figures: ItemFigures) -> bool:
    """Whether a unit can still be had, or come back."""
    return figures.free > 0 or figures.held > 0


def _lots(seen: Sight) -> list[dict[str, Any]]:
    """Return where the shopper of this browser was drawn, by item: the entry's number and its place among how many."""
    shopper_id = current.caller_id() if seen.entries else None
    if shopper_id is None:
        return []
    found = []
    for item in seen.view.items:
        lots = seen.entries.get(item.sale_item_id, [])
        entry = drawing.entry_id_of(item.sale_item_id, shopper_id=shopper_id)
        if entry in lots:
            found.append({"item": item.name, "entry_id": entry, "place": lots.index(entry) + 1, "of": len(lots)})
    return found


def _state(seen: Sight, *, now: datetime) -> str:
    sale = seen.view.sale
    if sale.state in ("ended", "closed") or now >= sale.ends_at:
        return "over"
    if sale.state == "paused":
        return "paused"
    if now < sale.starts_at:
        return "ahead"
    if sale.undrawn:
        return "drawing"
    if seen.figures is None:
        return "open"
    return _stock(seen, counted=seen.figures.items)


def _stock(seen: Sight, *, counted: Mapping[str, ItemFigures]) -> str:
    """Return how an item of a running sale can still be had, at best."""
    if any(one.free > 0 for one in counted.values()):
        return "open"
    back = [item for item in seen.view.items if item.sale_item_id in counted and _left(counted[item.sale_item_id])]
    if not back:
        return "sold_out"
    return "taken" if any(counted[item.sale_item_id].waiting < item.line_limit for item in back) else "full"
