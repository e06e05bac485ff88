"""A shop makes, watches and runs its own sales; another shop's do not exist; its shopper buys through a checkout."""

from __future__ import annotations

import json
from typing import Any

import pytest
from openapi_schema_validator import OAS31Validator

from bnpl_plugin import worker
from bnpl_plugin.errors import GateUnavailable
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.web.api.description import document
from tests.web.api.driving import BASE, Caller, Post, order

PRICE = 29_900
BODY: dict[str, Any] = {
    "name": "Noël 🎄", "country": "FR", "starts_at": "2026-11-24T09:00:00Z", "ends_at": "2026-11-25T10:00:00+01:00",
    "items": [{"sku": "brume", "name": "Casque Brume", "units": 3, "price_minor": PRICE}], "plan_codes": ["pay_in_3"],
}  # fmt: skip


def make(shop: Caller, *, key: str = "make", **changes: Any) -> Any:
    return shop.post("/sales", {**BODY, **changes}, key=key)


def test_a_sale_is_made_once_and_its_shopper_buys(house: House, ours: Caller, post: Post):
    first, again = make(ours), make(ours)
    assert (first.status_code, again.json, again.headers["Idempotency-Replayed"]) == (201, first.json, "true")
    sale = first.json
    assert first.headers["Location"].endswith(f"/sales/{sale['id']}")
    assert (sale["phase"], sale["gate"], sale["ends_at"]) == ("open", "answers", "2026-11-25T09:00:00Z")
    assert sale["page_url"] == f"http://localhost/bnpl/sale/{sale['id']}"
    page = ours.app.test_client().get(sale["page_url"])
    assert (page.status_code, "Casque Brume" in page.text) == (200, True)
    assert [row["id"] for row in ours.get("/sales").json["data"]] == [sale["id"]]
    item_id = sale["items"][0]["id"]
    sold = ours.sell("B-1", sale_item_id=item_id, units=1)
    assert sold["state"] == "confirmed"
    item = ours.get(f"/sales/{sale['id']}").json["items"][0]
    assert (item["free_units"], item["held_units"], item["sold_units"], item["waiting"]) == (2, 0, 1, 0)
    served = json.loads(document(house, base=BASE))
    for name, path in (("SaleList", "/sales"), ("Sale", f"/sales/{sale['id']}")):
        told = ours.get(path).json
        OAS31Validator({**served, "$ref": f"#/components/schemas/{name}"}).validate(told)
        assert "ceiling_minor" not in str(told)
    house_sale = house.store.sales.sale(sale["id"])
    assert house_sale is not None
    assert (house_sale.ceiling_minor, house_sale.used_minor) == (3 * PRICE, PRICE)  # set aside when it was needed


def test_it_is_paused_resumed_added_to_and_ended_and_the_shop_is_told(house: House, ours: Caller, post: Post):
    sale = make(ours).json
    path, item_id = f"/sales/{sale['id']}", sale["items"][0]["id"]
    for deed, phase in (("pause", "paused"), ("pause", "paused"), ("resume", "open"), ("resume", "open")):
        assert ours.post(f"{path}/{deed}").json["phase"] == phase
    for _ in range(2):
        more = ours.post(f"{path}/items/{item_id}/units", {"units": 2}, key="more")
        assert (more.status_code, more.json["items"][0]["total_units"]) == (200, 5)
    assert ours.post(f"{path}/end").json["phase"] == "ended"
    worker.run_until_idle(house)
    assert ours.post(f"{path}/end").json["phase"] == "closed"
    assert ours.get(path).json["items"][0]["returned_units"] == 5
    assert ours.post(f"{path}/pause").status_code == 409
    late = ours.post("/checkouts", order("late", sale_item_id=item_id, units=1), key="late")
    assert (late.status_code, late.json["code"], late.headers.get("Retry-After")) == (409, "sale_not_open", None)
    told = [json.loads(body) for _, _, body in post.sent]
    assert [one["type"] for one in told] == [
        "sale.paused", "sale.resumed", "sale.units_added", "sale.ended", "sale.units_returned", "sale.closed",
    ]  # fmt: skip
    assert told[4]["data"] == {"sale_id": sale["id"], "sale_item_id": item_id, "units": 5}
    assert "minor" not in str(told)


def test_a_dear_item_that_nobody_buys_locks_no_capital_up(house: House, ours: Caller):
    dear = {"sku": "yacht", "name": "Yacht", "units": 20, "price_minor": 100_000_000}
    sale = make(ours, items=[ITEM, dear]).json
    ours.sell("B-1", sale_item_id=sale["items"][0]["id"], units=1)
    held = house.store.sales.sale(sale["id"])
    assert held is not None
    assert held.ceiling_minor <= 3 * PRICE


def test_another_shops_sale_does_not_exist(ours: Caller, theirs: Caller):
    sale = make(ours).json
    path, item_id = f"/sales/{sale['id']}", sale["items"][0]["id"]
    mine = make(theirs).json
    assert theirs.get(path).status_code == 404
    assert [row["id"] for row in theirs.get("/sales").json["data"]] == [mine["id"]]
    for deed in ("pause", "resume", "end"):
        assert theirs.post(f"{path}/{deed}").status_code == 404
    for there in (path, f"/sales/{mine['id']}"):
        assert theirs.post(f"{there}/items/{item_id}/units", {"units": 1}, key="x").status_code == 404
    assert ours.get(path).json == {**sale, "as_of": ours.get(path).json["as_of"]}


ITEM = BODY["items"][0]
WRONG: tuple[dict[str, Any], ...] = (
    {"items": []},
    {"items": [ITEM] * 101},
    {"items": [{**ITEM, "units": 0}]},
    {"items": [{**ITEM, "units": 10**9}]},
    {"items": [{**ITEM, "units_per_shopper": 4}]},
    {"items": [{**ITEM, "price_minor": -1}]},
    {"items": [{**ITEM, "price_minor": 1.5}]},
    {"items": [{**ITEM, "more": 1}]},
    {"starts_at": "2026-11-24T09:00:00"},
    {"starts_at": "tomorrow"},
    {"starts_at": "0001-01-01T00:00:00+14:00"},
    {"ends_at": "2026-11-24T09:00:00Z"},
    {"ends_at": "2020-01-01T00:00:00Z"},
    {"starts_at": "2019-01-01T00:00:00Z", "ends_at": "2020-01-01T00:00:00Z"},
    {"country": "XX"},
    {"fairness": "auction"},
    {"plan_codes": ["no_such"]},
    {"name": "  "},
    {"name": "a\u0000b"},
    {"hold_seconds": 1},
    {"ceiling_seconds": 20},
    {"per_device": 0},
    {"shards": 2},
)


def test_what_cannot_be_a_sale_is_refused_by_name_and_nothing_is_made(ours: Caller):
    for number, wrong in enumerate(WRONG):
        answer = make(ours, key=f"wrong-{number}", **wrong)
        assert (answer.status_code, answer.mimetype) == (422, "application/problem+json"), (wrong, answer.json)
    assert ours.post("/sales", BODY).status_code == 400  # no key
    assert ours.get("/sales").json == {"data": []}


#: What is wrong, and the field that the answer names.
NAMED: tuple[tuple[dict[str, Any], str], ...] = (
    ({"items": [ITEM, {**ITEM, "name": "The same again"}]}, "sku"),
    ({"items": [ITEM, {**ITEM, "sku": "b", "units": 1, "units_per_shopper": 2}]}, "items.1.units_per_shopper"),
    ({"fairness": "lottery"}, "starts_at"),  # it begins now: nobody could enter it
    ({"plan_codes": ["pay_in_3", "📱"]}, "plan_codes.1"),
)


def test_a_fault_is_told_with_its_place_in_the_body(ours: Caller):
    for number, (wrong, field) in enumerate(NAMED):
        answer = make(ours, key=f"named-{number}", **wrong)
        assert (answer.status_code, [error["field"] for error in answer.json["errors"]]) == (422, [field])
        assert "{" not in answer.json["errors"][0]["fault"]
    assert ours.get("/sales").json == {"data": []}


def test_a_gate_that_is_down_is_said(house: House, ours: Caller, monkeypatch: pytest.MonkeyPatch):
    sale = make(ours).json

    def down(*_: object) -> None:
        raise GateUnavailable

    monkeypatch.setattr(type(house.gate), "figures", down)
    told = ours.get(f"/sales/{sale['id']}").json
    assert (told["gate"], told["items"][0]["free_units"], told["shoppers"]["waiting"]) == ("down", 3, None)
