"""Attacks on a checkout: somebody else's link, a page walked around, a cart that grows behind the signature."""

from __future__ import annotations

from flask import Flask

from bnpl_plugin import worker
from bnpl_plugin.lifecycle import reconciliation
from tests.web.browsing import FACTS, PHONES, Browser, checkout_id, house_of, last_code, state


def _entered(shop: Flask, base: str) -> Browser:
    """Return another browser that came in by the checkout's signed link."""
    guest = Browser(shop)
    guest.get(f"{base}?t={house_of(shop).seal.sign({'checkout_id': checkout_id(base)}, purpose='checkout_entry')}")
    assert guest.step == "plans"
    return guest


def test_who_sends_somebody_a_checkouts_link_cannot_read_or_sign_in_the_others_name(browser: Browser, shop: Flask):
    base = browser.open("order-1")
    shopper = _entered(shop, base)
    shopper.choose(base)
    shopper.prove_phone(base)
    shopper.tell_facts(base)
    for path in ("", "/decision", "/agreement", "/return"):
        browser.get(f"{base}{path}")
        assert browser.answer.status_code == 404, path
        assert FACTS["full_name"] not in browser.text
    for step in ("decision", "disclosures", "sign", "card", "cancel"):
        browser.post(f"{base}/{step}", signed_name=FACTS["full_name"], accept="yes")
        assert browser.answer.status_code == 404, step
    assert state(shop, base) == "approved"


def test_a_checkout_begun_in_another_browser_goes_on_once_the_phone_is_proved_there(browser: Browser, shop: Flask):
    base = browser.to_decision("order-1")
    second = Browser(shop)
    second.get("/cart/order-1")
    second.post("/bnpl/checkout", order_ref=second.field("order_ref"))
    assert second.answer.request.path == "/bnpl/account/sign-in"
    second.post(f"/bnpl/account/sign-in?checkout={checkout_id(base)}", phone=PHONES["EUR"])
    second.post(second.answer.request.path, code=last_code(shop))
    assert second.step == "birth"
    second.post(second.answer.request.path, birth_on=FACTS["birth_on"])
    assert second.answer.request.path == f"{base}/decision"


def test_signing_in_with_another_phone_does_not_lead_into_somebody_elses_checkout(browser: Browser, shop: Flask):
    base = browser.to_decision("order-1")
    stranger = Browser(shop)
    stranger.get("/bnpl/account/sign-in")
    stranger.post(f"/bnpl/account/sign-in?checkout={checkout_id(base)}", phone="+33698765432")
    stranger.post(stranger.answer.request.path, code=last_code(shop))
    assert stranger.answer.request.path == "/bnpl/account"
    assert stranger.get(base).status_code == 404


def test_a_cart_that_grows_while_its_payment_runs_is_not_handed_over(browser: Browser, shop: Flask) -> None:
    base = browser.to_card("order-1")
    browser.post(f"{base}/card")
    shop.extensions["shop"].add(order_ref="order-1", total_minor=310_000)
    browser.post(browser.answer.request.path, number="4242424242424242", expiry="12/34", cvc="123")
    assert browser.step == "refused", browser.words
    assert "Your basket has changed" in browser.words
    worker.run_until_idle(house_of(shop))
    assert shop.extensions["shop"].placed == []
    assert house_of(shop).store.pool("EUR").outstanding_minor == 0  # type: ignore[union-attr]
    assert house_of(shop).verifier.findings() == ()


def test_a_cart_that_grows_between_booking_and_placing_is_undone(browser: Browser, shop: Flask) -> None:
    base = browser.to_card("order-1")
    browser.post(f"{base}/card")
    card = {"csrf_token": browser._token(), "number": "4242424242424242", "expiry": "12/34", "cvc": "123"}
    browser.client.post(browser.answer.request.path, data=card)  # the shopper does not come back: the worker books
    reconciliation.settle_checkout(house_of(shop), checkout_id=checkout_id(base))
    assert state(shop, base) == "confirmed"
    shop.extensions["shop"].add(order_ref="order-1", total_minor=310_000)
    worker.run_until_idle(house_of(shop))
    assert shop.extensions["shop"].placed == []
    assert state(shop, base) == "reversed"
    assert house_of(shop).verifier.findings() == ()


def test_the_laws_reading_time_cannot_be_walked_around(shop: Flask) -> None:
    shop.extensions["shop"].add(order_ref="cn", total_minor=299_900, currency="CNY")
    browser = Browser(shop)
    base = browser.to_decision("cn", currency="CNY")
    browser.post(f"{base}/decision")
    browser.get(f"{base}/sign")
    assert browser.step == "disclosures"
    browser.post(f"{base}/sign", signed_name="Ada Martin", accept="yes")
    assert browser.step == "disclosures"
    assert state(shop, base) == "held"


def test_an_approval_of_low_instalments_is_none_of_high_ones(browser: Browser, shop: Flask) -> None:
    shop.extensions["shop"].add(order_ref="dear", total_minor=94_900)
    browser.open("dear")
    three = browser.offer("pay_in_3")
    means = {"monthly_income": "2000", "monthly_outgoings": "1500"}
    base = browser.to_decision("dear", plan_code="instalments_24", **means)
    assert state(shop, base) == "approved"
    browser.get(f"{base}/plans")
    assert three not in browser.text
    assert "too high for what is left of your income" in browser.words
    browser.post(f"{base}/plans", offer=three)
    assert browser.answer.status_code == 422
    assert house_of(shop).purchase(checkout_id(base)).checkout.offer["plan_code"] == "instalments_24"  # type: ignore[index]
    browser.choose(base, "instalments_12")
    assert browser.step == "decision"
