"""One line of the table of routes, and how a request on it is read and answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, jsonify, request
from marshmallow import Schema

from bnpl_plugin.errors import NotYours
from bnpl_plugin.lifecycle import idempotency, merchants
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.lifecycle.idempotency import Answer
from bnpl_plugin.web.api import requests
from bnpl_plugin.web.api.resources.checkouts import replayable
from bnpl_plugin.web.api.schemas import Strict

#: Takes the house, what the request says (body or query, with the ids of the path), and answers a JSON object.
View = Callable[[House, Mapping[str, Any]], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one path.

    Args:
        method: "get" or "post".
        path: in Flask's form, such as "/pools/<pool_id>/borrowings".
        name: the operation's id.
        summary: what it does, one sentence.
        view: called with the house and what was read; its answer is told with ``status``.
        schema: what the body (POST) or the query (GET) may hold; None: nothing.
        status: of a good answer.
        makes: the prefix of the id of what it makes, for a deed of several writes: the view finds the same id as
            ``made_id`` whenever a key comes again, and goes on with what that id already has.
    """

    method: str
    path: str
    name: str
    summary: str
    view: View
    schema: type[Schema] | None = None
    status: int = 200
    makes: str = ""


def know_the_lender() -> None:
    """Ask for a key of the lender's. Raises ``Unauthenticated``, ``NotYours`` for a merchant's key."""
    if requests.authenticate().merchant_id != merchants.LENDER:
        raise NotYours


def put_on(blueprint: Blueprint, route: Route) -> None:
    """Add a route to the blueprint."""
    handle = _get(route) if route.method == "get" else _post(route)
    blueprint.add_url_rule(route.path, route.name, handle, methods=[route.method.upper()])


def _get(route: Route) -> Callable[..., Response]:
    def handle(**ids: str) -> Response:
        asked = requests.read_query(route.schema()) if route.schema else {}
        told = route.view(requests.house(), {**asked, **_known(ids)})
        return jsonify(told)

    return handle


def _post(route: Route) -> Callable[..., Response]:
    def handle(**ids: str) -> Response:
        body = requests.read_body()
        claim = requests.read_claim(body)
        asked = {**requests.load((route.schema or Strict)(), body.data), **_known(ids)}

        house = requests.house()

        def work(house: House) -> Answer:
            return Answer(route.status, route.view(house, asked))

        def going_on(made_id: str) -> Answer:
            return Answer(route.status, route.view(house, {**asked, "made_id": made_id}))

        if route.makes:
            made_id = house.ids.new(route.makes)
            return replayable(idempotency.once(house, claim=claim, resource_id=made_id, work=going_on))
        return replayable(idempotency.do_once(house, claim=claim, deed=request.path[-64:], work=work))

    return handle


def _known(ids: Mapping[str, str]) -> dict[str, str]:
    for text in ids.values():
        if not 1 <= len(text) <= 120 or not text.isprintable():
            raise NotYours
    return dict(ids)
