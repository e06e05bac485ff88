"""Checkouts of a third-party shop: opened once for an Idempotency-Key, read, listed, cancelled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask import Blueprint, Response, jsonify

from bnpl_plugin.errors import NotYours
from bnpl_plugin.lifecycle import checkout as lifecycle
from bnpl_plugin.lifecycle import idempotency
from bnpl_plugin.lifecycle.idempotency import Answer
from bnpl_plugin.ports.records import Checkout
from bnpl_plugin.web.api import answers, requests
from bnpl_plugin.web.api.problems import Fault, Refused
from bnpl_plugin.web.api.resources import offers
from bnpl_plugin.web.api.schemas import CheckoutRequest, PageQuery

_CHECKOUT_REQUEST: Final = CheckoutRequest()
_PAGE_QUERY: Final = PageQuery()


def replayable(answer: Answer) -> Response:
    """Return the response of a recorded answer; a repeated one says so in ``Idempotency-Replayed``."""
    response = jsonify(answer.body)
    response.status_code = answer.status
    if answer.replayed:
        response.headers["Idempotency-Replayed"] = "true"
    return response


def open_checkout() -> Response:
    """Answer ``POST /checkouts``."""
    house = requests.house()
    body = requests.read_body()
    claim = requests.read_claim(body)
    asked = requests.load(_CHECKOUT_REQUEST, body.data)
    offers.check_country(house, asked["country"])
    _check_sale(asked)
    made = idempotency.open_checkout_once(
        house,
        claim=claim,
        order=offers.read_order(asked),
        merchant_id=claim.owner,
        answer=lambda row: Answer(201, answers.checkout(house, row)),
        country=asked["country"],
        return_url=asked["return_url"],
        cancel_url=asked["cancel_url"],
        time_zone=asked["time_zone"],
        locale=asked["locale"],
    )
    response = replayable(made)
    response.headers["Location"] = f"{house.settings.url_prefix}/api/v1/checkouts/{made.body['id']}"
    return response


def _check_sale(asked: Mapping[str, Any]) -> None:
    """A sale item and its units go together, and the item is the merchant's own. Raises ``Refused``."""
    item_id, units = asked["sale_item_id"], asked["units"]
    if item_id is None and units is None:
        return
    if item_id is None or units is None:
        missing = "sale_item_id" if item_id is None else "units"
        raise Refused(Fault(missing, "is missing", "sale_item_id and units together, or neither"))
    item = requests.house().store.sale_item(item_id)
    if item is None or item.merchant_id != requests.merchant().merchant_id:
        raise Refused(Fault("sale_item_id", "is not known", "the id of a sale item of yours"))


def _own(checkout_id: str) -> Checkout:
    found = requests.house().reads.checkout_of_merchant(
        merchant_id=requests.merchant().merchant_id, checkout_id=requests.ident(checkout_id)
    )
    if found is None:
        raise NotYours
    return found


def one(checkout_id: str) -> dict[str, Any]:
    """Answer ``GET /checkouts/{id}``."""
    return answers.checkout(requests.house(), _own(checkout_id))


def listed() -> dict[str, Any]:
    """Answer ``GET /checkouts``."""
    asked = requests.read_query(_PAGE_QUERY)
    found = requests.house().reads.checkouts(merchant_id=requests.merchant().merchant_id, **asked)
    return answers.page(found, rows=[answers.checkout(requests.house(), row) for row in found.rows])


def cancel(checkout_id: str) -> dict[str, Any]:
    """Answer ``POST /checkouts/{id}/cancel``: by its nature idempotent, so it needs no key."""
    house = requests.house()
    found = _own(checkout_id)
    if found.state != "cancelled":
        found = lifecycle.cancel(house, checkout_id=found.checkout_id, reason="by_merchant")
    return answers.checkout(house, found)


def put_on(blueprint: Blueprint) -> None:
    """Add the routes."""
    blueprint.add_url_rule("/checkouts", "open_checkout", open_checkout, methods=["POST"])
    blueprint.add_url_rule("/checkouts", "checkouts", listed)
    blueprint.add_url_rule("/checkouts/<checkout_id>", "checkout", one)
    blueprint.add_url_rule("/checkouts/<checkout_id>/cancel", "cancel_checkout", cancel, methods=["POST"])
