"""One shop never sees or touches another's objects; the routes are taken from the URL map: new ones are covered."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from bnpl_plugin.lifecycle.flash_sale import selling
from bnpl_plugin.lifecycle.flash_sale.terms import ItemTerms, SaleTerms
from bnpl_plugin.web.api.description import PATHS
from tests.lifecycle.subsidies.giving import zero_percent
from tests.web.api.driving import BASE, Caller

#: Bodies of the POST routes that name an object in their path.
BODIES: dict[str, Any] = {"bnpl_api.refund_loan": {"reason": "returned"}, "bnpl_api.add_units": {"units": 1}}
#: What leaves an object without a next deed comes last.
LAST = ("cancel", "end_sale")


def routes(app: Flask) -> list[tuple[str, str, str]]:
    """Return (endpoint, method, path below the API) of every route of ours, but the one for what is not there."""
    found = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("bnpl_api.") and not rule.endpoint.endswith("nothing_here"):
            methods = (rule.methods or set()) - {"HEAD", "OPTIONS"}
            found += [(rule.endpoint, method, rule.rule.removeprefix(BASE)) for method in sorted(methods)]
    return found


def call(shop: Caller, endpoint: str, method: str, path: str) -> Any:
    if method == "POST":
        return shop.post(path, BODIES.get(endpoint), key=f"{shop.merchant_id}-{endpoint}")
    return shop.get(path)


def test_every_route_is_described_and_every_description_has_its_route(app: Flask):
    served = {(path.replace("<", "{").replace(">", "}"), method.lower()) for _, method, path in routes(app)}
    assert served == set(PATHS)
    for (path, method), operation in PATHS.items():
        flask_path = path.replace("{", "<").replace("}", ">")
        assert (f"bnpl_api.{operation.name}", method.upper(), flask_path) in routes(app)


def test_every_route_but_the_description_wants_a_key(app: Flask):
    client = app.test_client()
    for endpoint, method, path in routes(app):
        answer = client.open(BASE + path.replace("<", "").replace(">", ""), method=method)
        assert answer.status_code == (200 if endpoint == "bnpl_api.openapi" else 401), endpoint


def test_anothers_objects_do_not_exist_and_stay_as_they_are(app: Flask, ours: Caller, theirs: Caller):
    sold, still_open = theirs.sell("T-1"), theirs.open("T-2")
    event = theirs.get("/events").json["data"][0]
    question = {"country": "FR", "amount_minor": 50_000, "return_url": "https://shop.example/back"}
    asked = theirs.post("/prequalifications", question, key="q-1").json
    with app.app_context():
        house = app.extensions["bnpl"]
        budget = zero_percent(house, merchant_id=theirs.merchant_id)
        starts = house.clock.now() + timedelta(hours=1)
        terms = SaleTerms(
            name="Sale", country="FR", items=(ItemTerms(sku="x", name="X", units=3),), starts_at=starts,
            ends_at=starts + timedelta(hours=1),
        )  # fmt: skip
        item = selling.create(house, terms, merchant_id=theirs.merchant_id).items[0]
    ids = {
        "checkout_id": still_open["id"], "loan_id": sold["loan_id"], "event_id": event["id"],
        "prequalification_id": asked["id"], "subsidy_id": budget.subsidy_id,
        "sale_id": item.sale_id, "sale_item_id": item.sale_item_id,
    }  # fmt: skip
    named = [route for route in routes(app) if "<" in route[2]]
    assert len(named) >= 6
    before = theirs.get("/checkouts").json, theirs.get("/loans").json, theirs.get("/events").json
    for endpoint, method, path in named:
        real = path
        for name, value in ids.items():
            real = real.replace(f"<{name}>", value)
        assert "<" not in real, f"{endpoint}: give this test an id for {real}"
        missing = real.replace(next(v for n, v in ids.items() if f"<{n}>" in path), "chk_00000000000000000000000000")
        refused, absent = call(ours, endpoint, method, real), call(ours, endpoint, method, missing)
        assert refused.status_code == 404, endpoint
        assert refused.json == absent.json, "another's object must look like one that is not there"
    assert (theirs.get("/checkouts").json, theirs.get("/loans").json, theirs.get("/events").json) == before
    for endpoint, method, path in sorted(named, key=lambda route: any(word in route[0] for word in LAST)):
        real = path
        for name, value in ids.items():
            real = real.replace(f"<{name}>", value)
        assert call(theirs, endpoint, method, real).status_code in (200, 202), endpoint  # its owner may


@pytest.mark.parametrize("path", ["/checkouts", "/loans", "/events"])
def test_lists_hold_only_ones_own(ours: Caller, theirs: Caller, path: str):
    theirs.sell("T-1")
    mine = ours.sell("A-1")
    for row in ours.get(path).json["data"]:
        assert "A-1" in (row.get("order_ref"), row.get("data", {}).get("order_ref"))
    assert mine["loan_id"] is not None


def test_no_answer_names_the_shopper_or_the_credit_decision(ours: Caller, house):
    sold = ours.sell("A-1")
    shopper_id = house.purchase(sold["id"]).checkout.shopper_id
    for path in ("/checkouts", f"/checkouts/{sold['id']}", "/loans", f"/loans/{sold['loan_id']}", "/events"):
        told = ours.get(path).text
        for secret in (shopper_id, "Martin", "+336", "rating", "reasons", "decision"):
            assert secret not in told, f"{path} tells {secret}"


def test_a_revoked_key_is_dead(house, ours: Caller):
    from bnpl_plugin.lifecycle import merchants

    merchants.revoke_key(house, merchant_id=ours.merchant_id, hashed=merchants.key_hash(ours.key))
    assert ours.get("/me").status_code == 401
