"""Quotations over the API: numbers that sum, and a reason for each plan that is not shown."""

from __future__ import annotations

import pytest

from tests.web.api.driving import Caller, cart, without


def test_each_offer_sums_to_the_cart_plus_its_cost(ours: Caller):
    told = ours.post("/offers", cart(locale="fr")).json
    assert {offer["plan_code"] for offer in told["offers"]} >= {"pay_in_3", "pay_in_4", "pay_in_30_days"}
    for offer in told["offers"]:
        rows = offer["instalments"]
        assert sum(row["principal_minor"] for row in rows) == 29_900 == offer["principal_minor"]
        assert sum(row["total_minor"] for row in rows) == offer["total_payable_minor"]
        assert offer["finance_charge_minor"] == offer["total_payable_minor"] - 29_900
        assert offer["sample_law"] is True
    assert "Payer en 3 fois" in {offer["title"] for offer in told["offers"]}


def test_every_plan_is_either_offered_or_its_refusal_explained(ours: Caller, house):
    told = ours.post("/offers", cart(total_minor=100, lines=None)).json
    codes = {no["plan_code"]: no["code"] for no in told["refusals"]}
    assert set(codes) | {offer["plan_code"] for offer in told["offers"]} == set(house.plans)
    assert codes["pay_in_3"] == "amount_too_low"
    low = next(no for no in told["refusals"] if no["plan_code"] == "pay_in_3")
    assert int(low["details"]["lowest_minor"]) > 100


def test_lines_may_be_left_out_on_a_product_page(ours: Caller):
    assert ours.post("/offers", without(cart(), "lines")).status_code == 200


@pytest.mark.parametrize(("changes", "field"), [({"country": "DE"}, "country"), ({"currency": "QQQ"}, "currency")])
def test_where_we_do_not_lend_the_field_is_named(ours: Caller, changes: dict[str, str], field: str):
    answer = ours.post("/offers", cart(**changes))
    assert answer.status_code == 422
    assert [fault["field"] for fault in answer.json["errors"]] == [field]


def test_another_currency_is_a_refusal_of_each_plan(ours: Caller, house):
    told = ours.post("/offers", cart(currency="USD")).json
    assert told["offers"] == []
    assert {no["code"] for no in told["refusals"]} == {"currency_not_served"}
    assert len(told["refusals"]) == len(house.plans)
