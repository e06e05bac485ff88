"""The list of sales, and one sale with its board and what an operator may do to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from flask import Response, redirect, request, url_for
from marshmallow import ValidationError
from werkzeug.wrappers import Response as BaseResponse

from bnpl_plugin.errors import BnplError, InvalidInput, NotYours
from bnpl_plugin.lifecycle.flash_sale import allotment, gatekeeping, selling
from bnpl_plugin.lifecycle.flash_sale.watching.board import Board, Phase, board_of
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.ports.records import Sale
from bnpl_plugin.ports.store import SaleView
from bnpl_plugin.web import current, forms, wording
from bnpl_plugin.web.console.doors import page
from bnpl_plugin.web.console.sales import figures
from bnpl_plugin.web.figures import View
from bnpl_plugin.web.frame import house_place, words_of

_UNITS, _CONFIRM = wording.TYPED["units"], wording.TYPED["end"]


def index() -> Response:
    """Every sale, the latest start first."""
    house, t = current.house(), words_of(house_place())
    rows = [_line(house, view) for view in house.store.sales.all()]
    return page(
        "sales/list", sales=rows, phases={key: t.gettext(text) for key, text in wording.SALE_PHASES.items()},
        new_url=url_for("bnpl.console.new_sale"),
    )  # fmt: skip


def one(sale_id: str, *, notice: str = "", status: int = 200) -> Response:
    """One sale: its board, its items, what can be done."""
    house, t = current.house(), words_of(house_place())
    board = board_of(house, sale_id=sale_id)
    return page(
        "sales/sale", status=status, notice=notice, sale=_told(house, board),
        board=figures.told(t, board, rate=None), items=_items(board),
        events_url=url_for("bnpl.console.sale_events", sale_id=sale_id), urls=_urls(board),
    )  # fmt: skip


def act(sale_id: str, deed: str) -> BaseResponse:
    """Pause, resume, end, add units or capital, or teach the gate anew."""
    t = words_of(house_place())
    if deed not in _DEEDS:
        raise NotYours
    sale = selling.of_merchant(current.house(), sale_id=sale_id, merchant_id=None).sale
    try:
        _DEEDS[deed](sale, current.operator() or "operator")
    except ValidationError as error:
        return one(sale_id, notice=t.gettext(str(error.messages[0])), status=422)
    except NotYours:
        raise
    except BnplError as error:
        return one(sale_id, notice=wording.told(t, error), status=422 if isinstance(error, InvalidInput) else 409)
    return redirect(url_for("bnpl.console.sale", sale_id=sale_id), 303)


def _pause(sale: Sale, by: str) -> None:
    selling.pause(current.house(), sale_id=sale.sale_id, by=by)


def _resume(sale: Sale, by: str) -> None:
    selling.resume(current.house(), sale_id=sale.sale_id, by=by)


def _end(sale: Sale, by: str) -> None:
    if request.form.get("confirm") != "yes":
        raise ValidationError(_CONFIRM)
    selling.end(current.house(), sale_id=sale.sale_id, by=by)


def _add_units(sale: Sale, by: str) -> None:
    typed = request.form.get("units", "").strip()
    if not typed.isascii() or not typed.isdecimal() or len(typed) > 9:
        raise ValidationError(_UNITS)
    item_id = request.form.get("item", "")
    selling.add_units(current.house(), sale_id=sale.sale_id, sale_item_id=item_id, units=int(typed), by=by)


def _add_capital(sale: Sale, by: str) -> None:
    told = forms.Amount(error_messages={"invalid": wording.TYPED["sum"]}).deserialize(request.form.get("by", ""))
    minor = forms.minor(told, code=sale.currency)
    if not 0 < minor < 10**15:
        raise ValidationError(wording.TYPED["sum"])
    allotment.add(current.house(), sale_id=sale.sale_id, minor=minor, by=by)


def _rebuild(sale: Sale, _by: str) -> None:
    gatekeeping.rebuild(current.house(), sale.sale_id)


_DEEDS: Final[Mapping[str, Callable[[Sale, str], None]]] = {
    "pause": _pause,
    "resume": _resume,
    "end": _end,
    "units": _add_units,
    "capital": _add_capital,
    "rebuild": _rebuild,
}


def _urls(board: Board) -> dict[str, str]:
    """Return where each deed that is possible now is posted to; "" for what is not."""
    phase = board.phase
    running = phase in (Phase.COMING, Phase.OPEN, Phase.PAUSED)
    possible = {
        "pause": phase in (Phase.COMING, Phase.OPEN),
        "resume": phase is Phase.PAUSED,
        "end": running,
        "units": running,
        "capital": running,
        "rebuild": phase is not Phase.CLOSED,
    }
    sale_id = board.sale.sale_id
    return {
        deed: url_for("bnpl.console.act_on_sale", sale_id=sale_id, deed=deed) if may else ""
        for deed, may in possible.items()
    }


def _line(house: House, view: SaleView) -> View:
    sale, items = view.sale, view.items
    return {
        "name": sale.name,
        "state": sale.state if sale.state != "open" or house.clock.now() >= sale.starts_at else "coming",
        "country": sale.country,
        "fairness": sale.fairness,
        "merchant_id": sale.merchant_id if sale.merchant_id != house.host_merchant_id else "",
        "starts_at": sale.starts_at,
        "ends_at": sale.ends_at,
        "tz": house.country(sale.country).time_zone,
        "total_units": sum(item.total_units for item in items),
        "free_units": sum(item.free_units for item in items),
        "sold_units": sum(item.sold_units for item in items),
        "url": url_for("bnpl.console.sale", sale_id=sale.sale_id),
    }


def _told(house: House, board: Board) -> View:
    sale, t = board.sale, words_of(house_place())
    plans = [house.plans[code] for code in sale.plan_codes["codes"] if code in house.plans]
    return {
        "sale_id": sale.sale_id,
        "name": sale.name,
        "page_url": url_for("bnpl.sale.room", sale_id=sale.sale_id),
        "country": sale.country,
        "currency": sale.currency,
        "merchant_id": sale.merchant_id if sale.merchant_id != house.host_merchant_id else "",
        "fairness": sale.fairness,
        "seed_hash": sale.seed_hash or "",
        "seed": sale.seed or "",
        "plans": [wording.plan_title(t, plan.title, count=plan.count) for plan in plans],
        "starts_at": sale.starts_at,
        "ends_at": sale.ends_at,
        "tz": house.country(sale.country).time_zone,
        "hold_seconds": sale.hold_seconds,
        "ceiling_seconds": sale.ceiling_seconds,
        "shards": sale.shards,
        "per_device": sale.per_device,
        "used_minor": sale.used_minor,
        "top_up_minor": sale.top_up_minor,
    }


def _items(board: Board) -> list[View]:
    return [
        {
            "item_id": one.item.sale_item_id,
            "sku": one.item.sku,
            "name": one.item.name,
            "price_minor": one.item.price_minor,
            "per_shopper": one.item.units_per_shopper,
            "line_limit": one.item.line_limit,
        }
        for one in board.items
    ]
