"""The shopper's pages at a special price, and when it ends under their hands."""

from __future__ import annotations

from flask import Flask

from bnpl_plugin.lifecycle.subsidies import budgets
from tests.lifecycle.subsidies.giving import zero_percent
from tests.web.browsing import Browser, house_of, state

ENDED = "This special price has just ended."


def test_the_shopper_sees_only_the_cheaper_credit_and_owes_the_price(shop: Flask) -> None:
    budget = zero_percent(house_of(shop))
    browser = Browser(shop)
    base = browser.open("order-1")
    assert budget.subsidy_id not in browser.words
    assert "instead of" not in browser.words
    base = browser.to_placed("order-1", plan_code="instalments_6")
    assert state(shop, base) == "confirmed"
    row = house_of(shop).reads.subsidy(budget.subsidy_id)
    assert row is not None
    assert row.granted_minor > 0


def test_a_price_that_ends_before_the_hold_leads_back_to_the_plans_with_the_reason(shop: Flask) -> None:
    house = house_of(shop)
    budget = zero_percent(house)
    browser = Browser(shop)
    base = browser.to_decision("order-1", plan_code="instalments_6")
    budgets.stop(house, subsidy_id=budget.subsidy_id)
    browser.post(f"{base}/decision")
    assert browser.answer.status_code == 409
    assert ENDED in browser.words
    assert "6 monthly instalments" in browser.words
    assert state(shop, base) == "approved"
    browser.choose(base, plan_code="instalments_6")
    browser.post(f"{base}/decision")
    assert state(shop, base) == "held"
    hold = house.purchase(base.rsplit("/", 1)[1]).hold
    assert hold is not None
    assert hold.subsidy_minor == 0


def test_a_price_that_ends_before_the_choice_is_told_at_the_choice(shop: Flask) -> None:
    house = house_of(shop)
    budget = zero_percent(house)
    browser = Browser(shop)
    base = browser.open("order-1")
    token = browser.offer("instalments_6")
    budgets.stop(house, subsidy_id=budget.subsidy_id)
    browser.post(f"{base}/plans", offer=token)
    assert browser.answer.status_code == 409
    assert ENDED in browser.words
    assert house.purchase(base.rsplit("/", 1)[1]).checkout.offer is None
