"""What can be offered for a cart, and why the rest is not shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from flask import Blueprint

from bnpl_plugin.errors import InvalidInput
from bnpl_plugin.lifecycle import quotation
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.ports.platform import LineKind, Order, OrderLine
from bnpl_plugin.web.api import answers, requests
from bnpl_plugin.web.api.problems import Fault, Refused
from bnpl_plugin.web.api.schemas import OfferRequest

_OFFER_REQUEST: Final = OfferRequest()


def quote() -> dict[str, Any]:
    """Answer ``POST /offers``."""
    house = requests.house()
    asked = requests.load(_OFFER_REQUEST, requests.read_body().data)
    check_country(house, asked["country"])
    lines = asked["lines"] or [{"kind": "goods", "name": "cart", "quantity": 1, "unit_minor": asked["total_minor"]}]
    order = read_order({**asked, "order_ref": "quotation", "lines": lines})
    found = quotation.quote(
        house,
        order=order,
        country=asked["country"],
        merchant_id=requests.merchant().merchant_id,
        language=asked["locale"],
        time_zone=asked["time_zone"],
    )
    return answers.quotation(house, found, locale=asked["locale"])


def check_country(house: House, code: str) -> None:
    """Refuse a country without a leaf. Raises ``Refused``."""
    if code not in house.countries:
        raise Refused(
            Fault("country", f"is {code}", f"one of {', '.join(sorted(house.countries))}"), code="unsupported_country"
        )


def read_order(asked: Mapping[str, Any]) -> Order:
    """Return the order that a request describes. Raises ``InvalidInput`` naming the line, ``UnknownCurrency``."""
    return Order(
        order_ref=asked["order_ref"],
        currency=asked["currency"],
        total_minor=asked["total_minor"],
        lines=_lines(asked["lines"]),
        ship_to=asked.get("ship_to", ""),
        sale_item_id=asked.get("sale_item_id"),
        units=asked.get("units") or 0,
    )


def _lines(asked: Sequence[Mapping[str, Any]]) -> tuple[OrderLine, ...]:
    lines = []
    for index, line in enumerate(asked):
        try:
            lines.append(OrderLine(**{**line, "kind": LineKind(line["kind"])}))
        except InvalidInput as error:
            told = {name: str(value) for name, value in error.details.items()}
            field = told["field"].replace("lines.", f"lines.{index}.")
            raise InvalidInput(field=field, fault=told["fault"], accepted=told["accepted"]) from error
    return tuple(lines)


def put_on(blueprint: Blueprint) -> None:
    """Add the routes."""
    blueprint.add_url_rule("/offers", "offers", quote, methods=["POST"])
