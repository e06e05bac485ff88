"""How much a shopper could finance, asked before there is an order: the shopper answers us, the shop learns a sum."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Response

from bnpl_plugin.errors import InvalidInput, NotYours
from bnpl_plugin.lifecycle import idempotency, prequalification
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.lifecycle.idempotency import Answer
from bnpl_plugin.lifecycle.identification import normal_phone
from bnpl_plugin.ports.records import Prequalification
from bnpl_plugin.web.api import answers, requests
from bnpl_plugin.web.api.problems import Fault, Refused
from bnpl_plugin.web.api.resources import offers
from bnpl_plugin.web.api.resources.checkouts import replayable
from bnpl_plugin.web.api.schemas import PrequalificationRequest

_REQUEST: Final = PrequalificationRequest()


def ask() -> Response:
    """Answer ``POST /prequalifications``."""
    house = requests.house()
    body = requests.read_body()
    claim = requests.read_claim(body)
    asked = requests.load(_REQUEST, body.data)
    offers.check_country(house, asked["country"])
    phone_hash = _phone_hash(house, asked["phone"], country=asked["country"])

    def work(found_id: str) -> Answer:
        question = prequalification.ask(
            house, prequalification_id=found_id, merchant_id=claim.owner, country=asked["country"],
            asked_minor=asked["amount_minor"] or 0, phone_hash=phone_hash, locale=asked["locale"],
            return_url=asked["return_url"],
        )  # fmt: skip
        return Answer(201, answers.prequalification(house, question))

    made = idempotency.once(house, claim=claim, resource_id=house.ids.new("pre"), work=work)
    response = replayable(made)
    response.headers["Location"] = f"{house.settings.url_prefix}/api/v1/prequalifications/{made.body['id']}"
    return response


def _phone_hash(house: House, phone: str | None, *, country: str) -> str | None:
    """Return the keyed hash of the number that alone may answer: the number itself is not kept. Raises ``Refused``."""
    if phone is None:
        return None
    try:
        return house.seal.keyed_hash(normal_phone(phone, country=country))
    except InvalidInput as error:
        raise Refused(Fault("phone", "is no phone number", "a number such as +33612345678")) from error


def _own(prequalification_id: str) -> Prequalification:
    found = requests.house().store.lines.prequalification(requests.ident(prequalification_id))
    if found is None or found.merchant_id != requests.merchant().merchant_id:
        raise NotYours
    return found


def one(prequalification_id: str) -> dict[str, Any]:
    """Answer ``GET /prequalifications/{id}``."""
    return answers.prequalification(requests.house(), _own(prequalification_id))


def put_on(blueprint: Blueprint) -> None:
    """Add the routes."""
    blueprint.add_url_rule("/prequalifications", "open_prequalification", ask, methods=["POST"])
    blueprint.add_url_rule("/prequalifications/<prequalification_id>", "prequalification", one)
