"""A shopper's line through the lender's API: shown, frozen, lowered, raised, closed; what cannot be is told."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.web.browsing import Browser
from tests.web.lender_api.conftest import Ask


@pytest.fixture
def path(shop: Flask) -> str:
    """The address of the line of a shopper who has bought."""
    base = Browser(shop).to_placed("order-1", monthly_income="2000", monthly_outgoings="1500")
    checkout = shop.extensions["bnpl"].purchase(base.rsplit("/", 1)[1]).checkout
    return f"/shoppers/{checkout.shopper_id}/line"


def test_a_line_is_shown_frozen_and_opened_again(ask: Ask, path: str):
    shown = ask("get", path)
    assert shown.status_code == 200
    assert shown.json["state"] == "open"
    assert shown.json["available_minor"] == shown.json["limit_minor"] - shown.json["drawn_minor"]
    frozen = ask("post", f"{path}/freeze", json={"operator": "ann", "reason": "fraud_suspected"})
    assert (frozen.json["state"], frozen.json["available_minor"]) == ("frozen", 0)
    assert ask("post", f"{path}/freeze", json={"operator": "ann", "reason": "fraud_suspected"}).status_code == 409
    assert ask("post", f"{path}/unfreeze", json={"operator": "ann"}).json["state"] == "open"


def test_a_fall_is_announced_once_for_a_key_and_taken_back(ask: Ask, path: str):
    asked = {"operator": "ann", "reason": "unused", "limit_minor": 100}
    first = ask("post", f"{path}/lower", json=asked, idempotency_key="one")
    again = ask("post", f"{path}/lower", json=asked, idempotency_key="one")
    assert first.status_code == 201
    assert first.json == again.json
    assert len(ask("get", path).json["limit_changes"]) == 1
    assert ask("post", f"{path}/withdraw", json={"operator": "ann"}).json["state"] == "withdrawn"


def test_a_line_is_closed(ask: Ask, path: str):
    assert ask("post", f"{path}/close", json={"operator": "ann", "reason": "shopper_asked"}).json["state"] == "closed"


@pytest.mark.parametrize(
    ("order", "body"),
    [
        ("lower", {"operator": "ann", "reason": "unused", "limit_minor": -1}),
        ("lower", {"operator": "ann", "reason": "unused", "limit_minor": 10**13}),
        ("lower", {"operator": "ann", "reason": "unused", "limit_minor": 10**12}),
        ("lower", {"operator": "ann", "reason": "unused", "limit_minor": "100"}),
        ("raise", {"operator": "ann", "reason": "good_history", "limit_minor": 1}),
        ("raise", {"operator": "ann", "reason": "because", "limit_minor": 10**6}),
        ("freeze", {"operator": "", "reason": "unused"}),
        ("freeze", {"reason": "unused"}),
    ],
)
def test_what_cannot_be_ordered_is_refused(ask: Ask, path: str, order: str, body: dict[str, object]):
    assert ask("post", f"{path}/{order}", json=body).status_code in (400, 422)
    assert ask("get", path).json["limit_changes"] == []


def test_nobodys_line_is_not_there(ask: Ask, path: str):
    assert ask("get", "/shoppers/shp_nobody/line").status_code == 404
    assert ask("post", "/shoppers/shp_nobody/line/unfreeze", json={"operator": "ann"}).status_code == 404
    assert (
        ask("post", f"{path.removesuffix('line')}pass/revoke", json={"operator": "a", "reason": "unused"}).status_code
        == 404
    )
