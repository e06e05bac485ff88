"""The console's page of policies: roles changed, refusals told, a swap set on demand; a shopper declined in flight."""

from __future__ import annotations

from flask import Flask

from bnpl_plugin.lifecycle import policies
from bnpl_plugin.rules.standard import POLICY
from tests.lifecycle.test_policies import STRICT, another
from tests.web.browsing import Browser, house_of, state

PAGE = "/bnpl/console/policies"


def test_an_operator_changes_the_roles_and_sees_what_would_be_otherwise(browser: Browser, shop: Flask) -> None:
    browser.to_placed("order-1")
    policies.add(house_of(shop), STRICT)
    browser.enter_console()
    browser.get(PAGE)
    assert "strict-1" in browser.words
    browser.get(f"{PAGE}?replay=strict-1")
    assert "Had strict-1 decided" in browser.words
    browser.post(f"{PAGE}/{POLICY.version}/withdraw")
    assert browser.answer.status_code == 422
    assert "champion first" in browser.words
    for share in ("", "0", "51", "1e1", "-3", "12.345", "١٠"):
        browser.post(f"{PAGE}/strict-1/challenger", share=share)
        assert browser.answer.status_code == 422, share
    browser.post(f"{PAGE}/strict-1/challenger", share="12,34")
    assert "12.34%" in browser.words
    browser.post(f"{PAGE}/strict-1/champion")
    browser.post(f"{PAGE}/{POLICY.version}/withdraw")
    states = {row.version: row.state for row in house_of(shop).store.policies()}
    assert states == {"strict-1": "champion", POLICY.version: "withdrawn"}
    assert browser.get(f"{PAGE}?replay=nobody").status_code == 422
    browser.post(f"{PAGE}/strict-1/delete")
    assert browser.answer.status_code == 404


def test_a_fresh_shop_sees_the_policy_that_decides_and_looking_stores_nothing(browser: Browser, shop: Flask) -> None:
    browser.enter_console()
    before = house_of(shop).store.policies()
    browser.get(PAGE)
    assert POLICY.version in browser.words
    assert "decides" in browser.words
    assert house_of(shop).store.policies() == before
    browser.post(f"{PAGE}/{POLICY.version}/withdraw")
    assert browser.answer.status_code == 422
    assert "champion first" in browser.words


def test_the_report_of_a_trained_policy_is_read_where_it_is_stored(browser: Browser, shop: Flask) -> None:
    policies.add(house_of(shop), another("score-1", about={"report": "# Scorecard score-1\n\n<b>AUC</b> 0.7711"}))
    policies.add(house_of(shop), another("text-1", about="by hand"))
    browser.enter_console()
    browser.get(PAGE)
    assert "How well it holds" in browser.words
    assert "&lt;b&gt;AUC&lt;/b&gt; 0.7711" in browser.text


def test_nobody_else_comes_in(browser: Browser) -> None:
    assert browser.get(PAGE).request.path == "/bnpl/console/sign-in"


def test_a_shopper_whose_policy_is_withdrawn_in_flight_is_told_why(browser: Browser, shop: Flask) -> None:
    base = browser.to_decision("order-1")
    house = house_of(shop)
    policies.add(house, another("closed-1", limit_bps=dict.fromkeys("ABCD", 0)))
    policies.make_champion(house, version="closed-1")
    policies.withdraw(house, version=POLICY.version)
    browser.post(f"{base}/decision")
    assert state(shop, base) == "declined"
    assert "Not this time" in browser.words
    assert "You have not yet paid back a purchase with us." in browser.words
