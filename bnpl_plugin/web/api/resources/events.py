"""What happened to a merchant's orders, as told by webhooks; and who the key belongs to."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint

from bnpl_plugin.errors import NotYours
from bnpl_plugin.lifecycle import delivery
from bnpl_plugin.web.api import answers, requests
from bnpl_plugin.web.api.schemas import PageQuery

_PAGE_QUERY: Final = PageQuery()


def listed() -> dict[str, Any]:
    """Answer ``GET /events``. Steps that are not the merchant's are left out, so that a page may be short."""
    asked = requests.read_query(_PAGE_QUERY)
    found = requests.house().reads.events_of_merchant(merchant_id=requests.merchant().merchant_id, **asked)
    return answers.page(found, rows=[answers.event(row) for row in found.rows if row.kind in delivery.TOLD_KINDS])


def one(event_id: str) -> dict[str, Any]:
    """Answer ``GET /events/{id}``."""
    row = requests.house().reads.event(requests.ident(event_id))
    if row is None or row.merchant_id != requests.merchant().merchant_id or row.kind not in delivery.TOLD_KINDS:
        raise NotYours
    return answers.event(row)


def replay(event_id: str) -> tuple[dict[str, Any], int]:
    """Answer ``POST /events/{id}/replay``: one more delivery is promised."""
    delivery.replay(requests.house(), event_id=requests.ident(event_id), merchant_id=requests.merchant().merchant_id)
    return {"id": event_id, "state": "promised"}, 202


def me() -> dict[str, Any]:
    """Answer ``GET /me``."""
    return answers.merchant(requests.merchant())


def put_on(blueprint: Blueprint) -> None:
    """Add the routes."""
    blueprint.add_url_rule("/events", "events", listed)
    blueprint.add_url_rule("/events/<event_id>", "event", one)
    blueprint.add_url_rule("/events/<event_id>/replay", "replay_event", replay, methods=["POST"])
    blueprint.add_url_rule("/me", "me", me)
