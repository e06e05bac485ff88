"""A card stored through the pages before the sale, and the winner's one tap at the payment."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask

from bnpl_plugin import worker
from bnpl_plugin.lifecycle import holds
from bnpl_plugin.lifecycle.flash_sale import readiness, selling
from bnpl_plugin.lifecycle.flash_sale.terms import ItemTerms, SaleTerms
from bnpl_plugin.web.checkout import keeping
from tests.web.browsing import FACTS, Browser, checkout_id, clock, house_of, state


def _ready(shop: Flask, browser: Browser) -> str:
    house = house_of(shop)
    now = house.clock.now()
    item = ItemTerms(sku="phone", name="Phone", units=1)
    terms = SaleTerms(
        name="Flash sale", country="FR", items=(item,), starts_at=now + timedelta(minutes=5),
        ends_at=now + timedelta(hours=1),
    )  # fmt: skip
    made = selling.create(house, terms, merchant_id=house.host_merchant_id).items[0]
    shop.extensions["shop"].add(order_ref="sale-1", sale_item_id=made.sale_item_id, units=1)
    base = browser.to_decision("sale-1")
    readiness.reserve(house, checkout_id=checkout_id(base))
    return base


def _store(browser: Browser, base: str, *, number: str = "4242424242424242") -> None:
    browser.post(f"{base}/keep-card")
    browser.post(browser.answer.request.path, number=number, expiry="12/34", cvc="123")


def _to_card(shop: Flask, browser: Browser, base: str) -> None:
    house = house_of(shop)
    clock(shop).advance(timedelta(minutes=5))
    with shop.app_context():
        holds.take(house, checkout_id=checkout_id(base))
    browser.get(base)
    clock(shop).advance(timedelta(seconds=5))
    browser.post(f"{base}/disclosures", shown=browser.field("shown"))
    browser.post(f"{base}/sign", signed_name=FACTS["full_name"], accept="yes")
    assert browser.step == "card", browser.words


def test_the_card_is_stored_before_and_the_winner_pays_with_one_tap(shop: Flask, browser: Browser) -> None:
    base = _ready(shop, browser)
    _store(browser, base)
    with shop.test_request_context():
        told = keeping.view_of(house_of(shop).purchase(checkout_id(base)))
    assert told is not None
    assert told["label"] == "Visa •••• 4242"
    _to_card(shop, browser, base)
    assert "Pay with Visa •••• 4242" in browser.words
    browser.post(f"{base}/card")
    assert browser.step == "placed", browser.words
    worker.run_until_idle(house_of(shop))
    assert house_of(shop).verifier.findings() == ()


def test_another_card_can_be_used_and_a_refused_one_leads_to_the_bank(shop: Flask, browser: Browser) -> None:
    base = _ready(shop, browser)
    _store(browser, base)
    _to_card(shop, browser, base)
    browser.post(f"{base}/card", card="other")
    assert "/sandbox/card/" in browser.answer.request.path
    browser.post(browser.answer.request.path, number="4242424242424242", expiry="12/34", cvc="123")
    assert browser.step == "placed", browser.words


def test_nobody_stores_a_card_on_another_shoppers_checkout(shop: Flask, browser: Browser) -> None:
    base = _ready(shop, browser)
    other = Browser(shop)
    other.get("/bnpl/account")
    for path in (f"{base}/keep-card", f"{base}/kept"):
        other.get(path)
        assert other.answer.status_code == 404
    other.post(f"{base}/keep-card")
    assert other.answer.status_code == 404
    assert not house_of(shop).purchase(checkout_id(base)).attempts


def test_a_card_that_the_bank_refuses_is_not_stored_and_the_checkout_stays(shop: Flask, browser: Browser) -> None:
    base = _ready(shop, browser)
    _store(browser, base, number="4000000000000002")
    with shop.test_request_context():
        told = keeping.view_of(house_of(shop).purchase(checkout_id(base)))
    assert told is not None
    assert (told["label"], "Nothing was charged." in told["error"]) == ("", True)
    assert state(shop, base) == "approved"
