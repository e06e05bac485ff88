"""Checkouts over the API: what is told, and that bad input is named field by field and writes nothing."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from bnpl_plugin.lifecycle.flash_sale import selling
from bnpl_plugin.lifecycle.flash_sale.terms import ItemTerms, SaleTerms
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.web.guards.allowance import Allowance
from tests.web.api.driving import BASE, Caller, cart, order, without


def test_a_checkout_leads_to_our_page_and_is_read_back_as_it_was_told(ours: Caller):
    answer = ours.post("/checkouts", order("A-1"), key="k-1")
    assert answer.status_code == 201
    made = answer.json
    assert (made["state"], made["total_minor"], made["currency"], made["locale"]) == ("opened", 29_900, "EUR", "fr")
    assert made["checkout_url"].startswith(f"http://localhost/bnpl/checkout/{made['id']}?t=")
    assert answer.headers["Location"].endswith(f"/checkouts/{made['id']}")
    assert ours.get(f"/checkouts/{made['id']}").json == made


def test_the_entry_link_lets_one_browser_in(app: Flask, ours: Caller):
    made = ours.open()
    path = made["checkout_url"].removeprefix("http://localhost")
    browser, stranger = app.test_client(), app.test_client()
    assert browser.get(path, follow_redirects=True).status_code == 200
    assert stranger.get(f"/bnpl/checkout/{made['id']}").status_code == 404


def test_the_list_pages_newest_first_without_losing_or_repeating(ours: Caller):
    made = [ours.open(f"A-{number}")["id"] for number in range(7)]
    found: list[str] = []
    query: dict[str, Any] = {"limit": 3}
    while True:
        page = ours.get("/checkouts", query_string=query).json
        assert len(page["data"]) <= 3
        found += [row["id"] for row in page["data"]]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert sorted(found) == sorted(made)
    assert len(found) == 7


def test_a_cancelled_checkout_stays_cancelled_and_a_confirmed_one_cannot_be(ours: Caller):
    made = ours.open("A-1")
    first = ours.post(f"/checkouts/{made['id']}/cancel")
    assert (first.status_code, first.json["state"], first.json["reason"]) == (200, "cancelled", "by_merchant")
    assert first.json["checkout_url"] is None
    assert ours.post(f"/checkouts/{made['id']}/cancel").json == first.json
    sold = ours.sell("A-2")
    refused = ours.post(f"/checkouts/{sold['id']}/cancel")
    assert (refused.status_code, refused.json["code"]) == (409, "illegal_transition")


def test_a_financed_order_is_not_financed_again(ours: Caller):
    ours.sell("A-1")
    refused = ours.post("/checkouts", order("A-1"), key="another")
    assert (refused.status_code, refused.json["code"]) == (409, "order_already_financed")


def test_a_changed_cart_replaces_the_open_checkout(ours: Caller):
    first = ours.open("A-1")
    line = {"kind": "goods", "name": "Casque", "quantity": 2, "unit_minor": 10_000}
    second = ours.open("A-1", key="after-the-change", total_minor=20_000, lines=[line])
    assert second["id"] != first["id"]
    assert ours.get(f"/checkouts/{first['id']}").json["reason"] == "cart_changed"


LINE = cart()["lines"][0]
BAD: list[tuple[str, dict[str, Any], str]] = [
    ("total zero", {"total_minor": 0}, "total_minor"),
    ("total negative", {"total_minor": -1}, "total_minor"),
    ("total huge", {"total_minor": 10**12 + 1}, "total_minor"),
    ("total as text", {"total_minor": "29900"}, "total_minor"),
    ("total as fraction", {"total_minor": 299.5}, "total_minor"),
    ("total as truth", {"total_minor": True}, "total_minor"),
    ("total missed by a cent", {"total_minor": 29_901}, "total_minor"),
    ("currency of another country", {"currency": "USD"}, "currency"),
    ("currency unknown", {"currency": "XXQ"}, "currency"),
    ("currency in small letters", {"currency": "eur"}, "currency"),
    ("country without a leaf", {"country": "DE"}, "country"),
    ("country as a name", {"country": "France"}, "country"),
    ("emoji in the reference", {"order_ref": "A-\N{GRINNING FACE}"}, "order_ref"),
    ("space in the reference", {"order_ref": "A 1"}, "order_ref"),
    ("reference too long", {"order_ref": "A" * 121}, "order_ref"),
    ("reference empty", {"order_ref": ""}, "order_ref"),
    ("reference null", {"order_ref": None}, "order_ref"),
    ("no lines", {"lines": []}, "lines"),
    ("201 lines", {"lines": [LINE] * 201}, "lines"),
    ("lines no list", {"lines": LINE}, "lines"),
    ("a line that is none", {"lines": [LINE, 7]}, "lines.1"),
    ("quantity zero", {"lines": [{**LINE, "quantity": 0}]}, "lines.0.quantity"),
    ("unknown kind", {"lines": [{**LINE, "kind": "gift"}]}, "lines.0.kind"),
    ("a field too many in a line", {"lines": [{**LINE, "colour": "red"}]}, "lines.0.colour"),
    ("a control character in a name", {"lines": [{**LINE, "name": "a\u0000b"}]}, "lines.0.name"),
    ("goods below nothing", {"lines": [LINE, {**LINE, "unit_minor": -1}]}, "lines.1.unit_minor"),
    ("discount above nothing", {"lines": [LINE, {**LINE, "kind": "discount"}]}, "lines.1.unit_minor"),
    ("a script as address", {"return_url": "javascript:alert(1)"}, "return_url"),
    ("an address without host", {"return_url": "https:///x"}, "return_url"),
    ("an address with a user", {"cancel_url": "https://bank.example@evil.example/"}, "cancel_url"),
    ("an address with a line break", {"cancel_url": "https://shop.example/\nx"}, "cancel_url"),
    ("a line break at an address's end", {"cancel_url": "https://shop.example/x\n"}, "cancel_url"),
    ("a line break at a reference's end", {"order_ref": "A-1\n"}, "order_ref"),
    ("a line break at a name's end", {"lines": [{**LINE, "name": "x\n"}]}, "lines.0.name"),
    ("an address that writes into our policy", {"return_url": "https://shop.example;script-src,x/"}, "return_url"),
    ("an address with a bad port", {"cancel_url": "https://shop.example:99999/"}, "cancel_url"),
    ("a file as address", {"cancel_url": "file:///etc/passwd"}, "cancel_url"),
    ("an unknown time zone", {"time_zone": "Europe/Atlantis"}, "time_zone"),
    ("a path as time zone", {"time_zone": "../../etc/passwd"}, "time_zone"),
    ("a locale that is none", {"locale": "français"}, "locale"),
    ("a field too many", {"shopper_phone": "+33612345678"}, "shopper_phone"),
    ("units without an item", {"units": 1}, "sale_item_id"),
    ("an item without units", {"sale_item_id": "sale_1"}, "units"),
    ("an item that is not there", {"sale_item_id": "sale_1", "units": 1}, "sale_item_id"),
]


@pytest.mark.parametrize(("changes", "field"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_bad_input_is_named_with_its_fault_and_what_is_accepted(ours: Caller, changes: dict[str, Any], field: str):
    answer = ours.post("/checkouts", order(**changes), key="k-1")
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    faults = {fault["field"]: fault for fault in answer.json["errors"]}
    assert field in faults, answer.json
    assert faults[field]["fault"]
    assert faults[field]["accepted"]
    assert ours.get("/checkouts").json["data"] == []


@pytest.mark.parametrize(
    "name", ["order_ref", "currency", "total_minor", "country", "lines", "return_url", "cancel_url"]
)
def test_a_missing_field_is_named(ours: Caller, name: str):
    answer = ours.post("/checkouts", without(order(), name), key="k-1")
    assert answer.status_code == 422
    assert [fault["field"] for fault in answer.json["errors"]] == [name]


def test_another_shops_sale_item_does_not_exist(house: House, ours: Caller, theirs: Caller):
    now = house.clock.now()
    terms = SaleTerms(
        name="Sale", country="FR", items=(ItemTerms(sku="x", name="X", units=3),), starts_at=now,
        ends_at=now + timedelta(days=30),
    )  # fmt: skip
    item = selling.create(house, terms, merchant_id=theirs.merchant_id).items[0]
    sale: dict[str, Any] = {"sale_item_id": item.sale_item_id, "units": 1}
    assert ours.post("/checkouts", order(**sale), key="k-1").status_code == 422
    assert theirs.post("/checkouts", order(**sale), key="k-1").status_code == 201


MALFORMED = [
    b"",
    b"{",
    b"\xff\xfe",
    b'{"a":NaN}',
    b'{"total_minor":1,"total_minor":2}',
    b'{"order_ref":"\\ud800"}',
    b"[" * 100_000,
    b"9" * 5_000,
]


@pytest.mark.parametrize("body", MALFORMED, ids=range(len(MALFORMED)))
def test_what_is_not_json_is_refused_as_such(ours: Caller, body: bytes):
    answer = ours.post("/checkouts", key="k-1", data=body, content_type="application/json")
    assert (answer.status_code, answer.json["code"]) == (400, "malformed_json")


@pytest.mark.parametrize("body", ["[]", "null", "7", '"x"'])
def test_json_that_is_no_object_is_refused(ours: Caller, body: str):
    answer = ours.post("/checkouts", key="k-1", data=body, content_type="application/json")
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "body")


def test_a_body_of_another_type_or_above_the_limit_is_refused(ours: Caller):
    text = json.dumps(order())
    assert ours.post("/checkouts", key="k-1", data=text, content_type="text/plain").status_code == 415
    big = json.dumps(order(lines=[{**LINE, "name": "x" * 300_000}]))
    assert ours.post("/checkouts", key="k-1", data=big, content_type="application/json").status_code == 413
    chunked = {"Transfer-Encoding": "chunked"}
    told = ours.post("/checkouts", key="k-1", data=text, content_type="application/json", headers=chunked)
    assert told.status_code == 411


def test_only_paths_below_the_api_answer_with_problems(app: Flask):
    client = app.test_client()
    for path in ("/nothing", "/", "/checkouts/x/y"):
        answer = client.get(BASE + path)
        assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
    wrong = client.delete(f"{BASE}/me")
    assert (wrong.status_code, wrong.mimetype) == (405, "application/problem+json")
    assert {part.strip() for part in wrong.headers["Allow"].split(",")} == {"GET", "HEAD", "OPTIONS"}
    assert client.get("/nothing").mimetype == "text/html"
    assert client.delete("/bnpl/account").mimetype == "text/html"


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Basic eDp5", "Bearer " + "x" * 400])
def test_without_a_live_key_nothing_is_told(app: Flask, header: str):
    answer: Any = app.test_client().get(f"{BASE}/me", headers={"Authorization": header} if header else {})
    assert (answer.status_code, answer.json["code"]) == (401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "limit=x", "cursor=%F0%9F%98%80", "cursor=abc", "colour=red"]
)
def test_a_bad_query_is_named(ours: Caller, query: str):
    answer = ours.get(f"/checkouts?{query}")
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, query.split("=", maxsplit=1)[0])


def test_who_asks_too_often_is_told_to_wait_and_the_other_shop_is_not(app: Flask, ours: Caller, theirs: Caller):
    house: House = app.extensions["bnpl"]
    app.extensions["bnpl.api_asked"] = Allowance(2, span=timedelta(minutes=1))
    assert [ours.get("/me").status_code for _ in range(3)] == [200, 200, 429]
    assert ours.get("/me").headers["Retry-After"] == "60"
    assert theirs.get("/me").status_code == 200
    house.clock.advance(timedelta(minutes=1))  # type: ignore[attr-defined]
    assert ours.get("/me").status_code == 200


def test_a_parameter_given_twice_is_refused(ours: Caller):
    assert ours.get("/checkouts?limit=1&limit=2").status_code == 422
