"""A shop reads its own budgets and nobody else's, sees the cheaper offers, and nothing of a shopper's rating."""

from __future__ import annotations

import json

from openapi_schema_validator import OAS31Validator

from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.web.api.description import document
from tests.lifecycle.subsidies.giving import zero_percent
from tests.web.api.driving import BASE, Caller, Post

OFFERS = {"country": "FR", "currency": "EUR", "total_minor": 60_000}


def test_a_shop_reads_its_own_budgets_and_nobody_elses(house: House, ours: Caller, theirs: Caller):
    with ours.app.app_context():
        mine = zero_percent(house, merchant_id=ours.merchant_id)
        zero_percent(house)
    found = ours.get("/subsidies").json["data"]
    assert [row["id"] for row in found] == [mine.subsidy_id]
    assert ours.get(f"/subsidies/{mine.subsidy_id}").json == found[0]
    assert "recipients" not in found[0]
    assert theirs.get("/subsidies").json == {"data": []}
    assert theirs.get(f"/subsidies/{mine.subsidy_id}").status_code == 404
    assert ours.post("/subsidies", {"name": "x"}, key="k").status_code == 405


def test_answers_fit_their_shapes(house: House, ours: Caller):
    with ours.app.app_context():
        mine = zero_percent(house, merchant_id=ours.merchant_id)
    served = json.loads(document(house, base=BASE))
    for name, path in (("SubsidyList", "/subsidies"), ("Subsidy", f"/subsidies/{mine.subsidy_id}")):
        schema = {**served, "$ref": f"#/components/schemas/{name}"}
        OAS31Validator(schema).validate(ours.get(path).json)


def test_an_offer_says_that_it_is_subsidised_and_only_what_the_shopper_pays(house: House, ours: Caller):
    def six() -> dict[str, object]:
        offers = ours.post("/offers", OFFERS).json["offers"]
        return next(dict(offer) for offer in offers if offer["plan_code"] == "instalments_6")

    assert six()["subsidised"] is False
    with ours.app.app_context():
        zero_percent(house)
    cheap = six()
    assert (cheap["subsidised"], cheap["finance_charge_minor"], cheap["total_payable_minor"]) == (True, 0, 60_000)
    assert not [name for name in cheap if "subsidy" in name]


def test_the_payer_is_told_of_its_budget_by_event(house: House, ours: Caller, post: Post):
    with ours.app.app_context():
        mine = zero_percent(house, merchant_id=ours.merchant_id)
    found = ours.get("/events").json["data"]
    assert found[0]["type"] == "subsidy.opened"
    assert found[0]["data"] == {"subsidy_id": mine.subsidy_id, "currency": "EUR", "ceiling_minor": 1_000_000}
    assert post.sent == []  # the worker has not been by
