"""Flash sales of a third-party shop: made, watched, paused, resumed, added to, ended; its own and nobody else's.

The lender's capital is set aside for them as shoppers are let in, a few units at a time: a shop cannot lock it up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from flask import Blueprint, Response

from bnpl_plugin.errors import InvalidInput, NotYours
from bnpl_plugin.lifecycle import idempotency
from bnpl_plugin.lifecycle.flash_sale import selling
from bnpl_plugin.lifecycle.flash_sale.terms import Fairness, ItemTerms, SaleTerms
from bnpl_plugin.lifecycle.flash_sale.watching.board import Board, board_of
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.lifecycle.idempotency import Answer
from bnpl_plugin.ports.records import Sale, SaleItem
from bnpl_plugin.ports.store import SaleView
from bnpl_plugin.web.api import answers, requests
from bnpl_plugin.web.api.resources import offers
from bnpl_plugin.web.api.resources.checkouts import replayable
from bnpl_plugin.web.api.schemas import SaleRequest, UnitsRequest

_SALE_REQUEST: Final = SaleRequest()
_UNITS_REQUEST: Final = UnitsRequest()
#: The price of so many units of the cheapest item is asked of the pool at once when a shop's sale needs more capital:
#: of the dearest, one that nobody ever buys would lock up as much as the shop likes to call its price.
_TOP_UP_UNITS: Final = 20
#: What is done to a sale, the state in which there is nothing left to do, and the use case.
_DEEDS: Final[Mapping[str, tuple[str, Callable[..., Sale]]]] = {
    "pause": ("paused", selling.pause),
    "resume": ("open", selling.resume),
    "end": ("ended", selling.end),
}


def make() -> Response:
    """Answer ``POST /sales``."""
    house = requests.house()
    body = requests.read_body()
    claim = requests.read_claim(body)
    asked = requests.load(_SALE_REQUEST, body.data)
    offers.check_country(house, asked["country"])
    terms = _terms(asked)

    def work(sale_id: str) -> Answer:
        selling.create(house, terms, merchant_id=claim.owner, sale_id=sale_id, by=claim.owner)
        return Answer(201, sale_told(board_of(house, sale_id=sale_id)))

    made = idempotency.once(house, claim=claim, resource_id=house.ids.new("sal"), work=work)
    response = replayable(made)
    response.headers["Location"] = f"{house.settings.url_prefix}/api/v1/sales/{made.body['id']}"
    return response


def _terms(asked: Mapping[str, Any]) -> SaleTerms:
    items = tuple(_item_terms(place, item) for place, item in enumerate(asked["items"]))
    return SaleTerms(
        name=asked["name"],
        country=asked["country"],
        items=items,
        starts_at=asked["starts_at"],
        ends_at=asked["ends_at"],
        fairness=Fairness(asked["fairness"]),
        plan_codes=tuple(asked["plan_codes"]),
        allotment_minor=0,
        top_up_minor=min(item.price_minor * min(item.units, _TOP_UP_UNITS) for item in items),
        hold_seconds=asked["hold_seconds"],
        ceiling_seconds=asked["ceiling_seconds"],
        per_device=asked["per_device"],
    )


def _item_terms(place: int, told: Mapping[str, Any]) -> ItemTerms:
    """Return an item's terms. Raises ``InvalidInput`` with the place that the fault has in the body."""
    try:
        return ItemTerms(**told)
    except InvalidInput as error:
        said = error.details
        raise InvalidInput(
            field=f"items.{place}.{said['field']}", fault=str(said["fault"]), accepted=str(said["accepted"])
        ) from error


def listed() -> dict[str, Any]:
    """Answer ``GET /sales``: the latest start first."""
    rows = requests.house().store.sales.all(merchant_id=requests.merchant().merchant_id)
    return {"data": [line_told(view) for view in rows]}


def one(sale_id: str) -> dict[str, Any]:
    """Answer ``GET /sales/{id}``."""
    return sale_told(_own_board(sale_id))


def act(sale_id: str, deed: str) -> dict[str, Any]:
    """Answer ``POST /sales/{id}/pause``, ``…/resume`` and ``…/end``: by their nature idempotent."""
    house, merchant_id = requests.house(), requests.merchant().merchant_id
    sale = _own(sale_id).sale
    done, use_case = _DEEDS[deed]
    if sale.state != done and (deed, sale.state) != ("end", "closed"):
        use_case(house, sale_id=sale.sale_id, by=merchant_id)
    return sale_told(_own_board(sale_id))


def add_units(sale_id: str, sale_item_id: str) -> Response:
    """Answer ``POST /sales/{id}/items/{id}/units``."""
    view = _own(sale_id)
    if view.item(requests.ident(sale_item_id)) is None:
        raise NotYours
    body = requests.read_body()
    claim = requests.read_claim(body)
    asked = requests.load(_UNITS_REQUEST, body.data)

    def work(house: House) -> Answer:
        selling.add_units(
            house, sale_id=sale_id, sale_item_id=sale_item_id, units=asked["units"], by=claim.owner, set_aside=False
        )
        return Answer(200, sale_told(board_of(house, sale_id=sale_id)))

    made = idempotency.do_once(requests.house(), claim=claim, deed=sale_item_id, work=work)
    if "deed" in made.body:  # it was done, and the process died before it could say so
        made = Answer(200, sale_told(_own_board(sale_id)), replayed=True)
    return replayable(made)


def _own(sale_id: str) -> SaleView:
    return selling.of_merchant(
        requests.house(), sale_id=requests.ident(sale_id), merchant_id=requests.merchant().merchant_id
    )


def _own_board(sale_id: str) -> Board:
    merchant_id = requests.merchant().merchant_id
    return board_of(requests.house(), sale_id=requests.ident(sale_id), merchant_id=merchant_id)


def sale_told(board: Board) -> dict[str, Any]:
    """Return a sale with its figures; nothing of the lender's capital."""
    counts = board.counts
    return {
        **_sale(board.sale),
        "phase": str(board.phase),
        "gate": str(board.gate),
        "as_of": answers.instant(board.at),
        "items": [
            {
                **_item(one.item),
                "free_units": one.free_units,
                "held_units": one.held_units,
                "sold_units": one.sold_units,
                "waiting": one.waiting,
            }
            for one in board.items
        ],
        "shoppers": {
            "ready": counts.ready,
            "held": counts.held,
            "paid": counts.sold,
            "released": counts.ended,
            "waiting": board.waiting,
        },
    }


def line_told(view: SaleView) -> dict[str, Any]:
    """Return a sale as a list shows it: as the database has it."""
    return {**_sale(view.sale), "items": [_item(item) for item in view.items]}


def _sale(sale: Sale) -> dict[str, Any]:
    return {
        "id": sale.sale_id,
        "name": sale.name,
        "page_url": f"{answers.pages(requests.house())}/sale/{sale.sale_id}",
        "state": sale.state,
        "fairness": sale.fairness,
        "country": sale.country,
        "currency": sale.currency,
        "plan_codes": list(sale.plan_codes["codes"]),
        "hold_seconds": sale.hold_seconds,
        "ceiling_seconds": sale.ceiling_seconds,
        "per_device": sale.per_device,
        "seed_hash": sale.seed_hash,
        "seed": sale.seed,
        "starts_at": answers.instant(sale.starts_at),
        "ends_at": answers.instant(sale.ends_at),
    }


def _item(item: SaleItem) -> dict[str, Any]:
    return {
        "id": item.sale_item_id,
        "sku": item.sku,
        "name": item.name,
        "price_minor": item.price_minor,
        "units_per_shopper": item.units_per_shopper,
        "line_limit": item.line_limit,
        "total_units": item.total_units,
        "free_units": item.free_units,
        "held_units": item.held_units,
        "sold_units": item.sold_units,
        "returned_units": item.returned_units,
    }


def put_on(blueprint: Blueprint) -> None:
    """Add the routes."""
    blueprint.add_url_rule("/sales", "open_sale", make, methods=["POST"])
    blueprint.add_url_rule("/sales", "sales", listed)
    blueprint.add_url_rule("/sales/<sale_id>", "sale", one)
    for deed in _DEEDS:
        path, name = f"/sales/<sale_id>/{deed}", f"{deed}_sale"
        blueprint.add_url_rule(path, name, act, methods=["POST"], defaults={"deed": deed})
    blueprint.add_url_rule(
        "/sales/<sale_id>/items/<sale_item_id>/units", "add_units", add_units, methods=["POST"]
    )  # fmt: skip
