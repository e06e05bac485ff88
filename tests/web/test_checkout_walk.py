"""A shopper walks from the product message to the placed order, in each country, with each of the bank's cards."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from bnpl_plugin import worker
from bnpl_plugin.lifecycle import checkout as checkouts
from bnpl_plugin.lifecycle import merchants
from tests.web.browsing import Browser, checkout_id, house_of

WALKS = [
    ("EUR", "fr", 29_900, "pay_in_3", "Votre commande est passée", "99,67"),
    ("USD", "en", 40_000, "pay_in_4", "Your order is placed", "$100.00"),
    ("CNY", "zh-CN", 299_900, "instalments_12", "您的订单已", "¥"),
]


@pytest.mark.parametrize("walk", WALKS)
def test_a_shopper_walks_the_whole_way(shop: Flask, walk) -> None:
    currency, lang, total_minor, plan, placed, figure = walk
    shop.extensions["shop"].add(order_ref="walk", total_minor=total_minor, currency=currency)
    browser = Browser(shop, lang=lang)
    base = browser.to_placed("walk", currency=currency, plan_code=plan)
    assert placed in browser.words
    assert figure in browser.words
    purchase = house_of(shop).purchase(checkout_id(base))
    assert purchase.checkout.state == "confirmed"
    assert purchase.checkout.locale == {"fr": "fr", "en": "en", "zh-CN": "zh_Hans"}[lang]
    assert {d.locale for d in purchase.disclosures} == {purchase.checkout.locale}
    worker.run_until_idle(house_of(shop))
    assert shop.extensions["shop"].placed == ["walk"]
    assert house_of(shop).verifier.findings() == ()


def test_the_product_page_names_the_instalments_and_their_cost(browser: Browser) -> None:
    browser.get("/cart/order-1")
    assert "or 3 × €99.67" in browser.words
    assert "cost €0.00 · APR 0%" in browser.words
    assert "Attention ! Un crédit coûte de l'argent" in browser.words


def test_every_step_says_that_the_law_is_a_sample(browser: Browser) -> None:
    browser.open("order-1")
    assert "Sample, not law" in browser.words


def test_nothing_is_chosen_or_ticked_beforehand(browser: Browser) -> None:
    base = browser.open("order-1")
    assert "checked" not in browser.text
    browser.choose(base)
    browser.prove_phone(base)
    assert "checked" not in browser.text


def test_three_d_secure_is_asked_and_approved(browser: Browser) -> None:
    base = browser.to_card("order-1")
    browser.pay(base, number="4000 0000 0000 3220")
    assert "Approve this payment?" in browser.words
    browser.post(browser.answer.request.path, answer="approve")
    assert browser.step == "placed"


def test_three_d_secure_refused_leads_back_to_the_card_with_the_reason(browser: Browser) -> None:
    base = browser.to_card("order-1")
    browser.pay(base, number="4000000000003220")
    browser.post(browser.answer.request.path, answer="refuse")
    assert browser.step == "card"
    assert "The payment was not approved. Nothing was charged." in browser.words


def test_a_declined_card_says_so_and_another_one_pays(browser: Browser) -> None:
    base = browser.to_card("order-1")
    browser.pay(base, number="4000000000009995")
    assert browser.step == "card"
    assert "not enough funds" in browser.words
    browser.pay(base)
    assert browser.step == "placed"


def test_an_unknown_outcome_is_never_called_a_failure(browser: Browser) -> None:
    base = browser.to_card("order-1")
    browser.pay(base, number="4000000000001109")
    assert browser.step == "working"
    assert "Please do not pay again" in browser.words
    for _ in range(5):
        browser.get(base)
    assert browser.step == "placed"


def test_a_slow_bank_is_waited_for(browser: Browser, shop: Flask) -> None:
    base = browser.to_card("order-1")
    browser.pay(base, number="4000000000001208")
    assert browser.step == "working"
    house_of(shop).clock.advance(timedelta(seconds=60))  # type: ignore[attr-defined]
    browser.get(f"{base}/working")
    assert browser.step == "placed"


def test_a_wrong_card_number_is_told_at_the_bank_and_nothing_is_lost(browser: Browser) -> None:
    base = browser.to_card("order-1")
    browser.pay(base, number="1234")
    assert browser.answer.status_code == 422
    assert "not one of the test bank" in browser.words
    browser.post(browser.answer.request.path, number="4242424242424242", expiry="12/34", cvc="123")
    assert browser.step == "placed"
    assert base in browser.answer.request.path


def test_who_leaves_the_bank_may_come_back_and_pay(browser: Browser) -> None:
    base = browser.to_card("order-1")
    browser.post(f"{base}/card")
    browser.get(base)
    assert browser.step == "card"
    browser.pay(base)
    assert browser.step == "placed"


def test_a_deferred_plan_saves_the_card_and_charges_nothing_today(browser: Browser, shop: Flask) -> None:
    base = browser.to_card("order-1", plan_code="pay_in_30_days")
    assert "Save your card" in browser.words
    browser.pay(base)
    assert browser.step == "placed"
    bank = house_of(shop).providers["sandbox"]
    assert [line for line in bank.movements() if line.amount_minor] == []  # type: ignore[attr-defined]


def test_my_plans_go_on_in_the_language_of_the_checkout(shop: Flask) -> None:
    house = house_of(shop)
    opened = checkouts.open_checkout(
        house, order=shop.extensions["shop"].add(order_ref="far"), merchant_id=house.host_merchant_id, country="FR",
        locale="fr", return_url="", cancel_url="",
    )  # fmt: skip
    token = house.seal.sign({"checkout_id": opened.checkout_id}, purpose="checkout_entry")
    browser, base = Browser(shop, lang="en"), f"/bnpl/checkout/{opened.checkout_id}"
    browser.get(f"{base}?t={token}")
    browser.choose(base)
    browser.prove_phone(base)
    browser.get("/bnpl/account")
    assert "Mes paiements" in browser.words
    browser.get("/bnpl/account?lang=en")
    browser.get(f"{base}?t={token}")
    assert "About you" in browser.words


def test_the_shop_knows_of_its_order_before_the_shopper_is_back(browser: Browser, shop: Flask) -> None:
    browser.to_placed("order-1")
    assert shop.extensions["shop"].placed == ["order-1"]
    worker.run_until_idle(house_of(shop))
    assert shop.extensions["shop"].placed == ["order-1"]


def test_the_placed_page_leads_back_to_the_shop_with_id_and_state(browser: Browser) -> None:
    base = browser.to_placed("order-1")
    assert f"/cart/order-1?checkout_id={checkout_id(base)}&amp;state=confirmed" in browser.text


def test_the_agreement_can_be_read_before_and_after_the_signature(browser: Browser, shop: Flask) -> None:
    base = browser.to_decision("order-1")
    browser.post(f"{base}/decision")
    browser.get(f"{base}/agreement")
    assert "draft, not signed" in browser.words
    browser.get(base)
    browser.post(f"{base}/disclosures", shown=browser.field("shown"))
    browser.post(f"{base}/sign", signed_name=" ada  MARTIN ", accept="yes")
    browser.get(f"{base}/agreement")
    agreement = house_of(shop).purchase(checkout_id(base)).agreement
    assert agreement is not None
    assert agreement.sha256 in browser.words
    assert "Ada Martin" not in browser.words


def test_the_whole_purchase_of_a_third_party_shop_begins_with_a_signed_link(shop: Flask) -> None:
    house = house_of(shop)
    merchant = merchants.register(house, name="Other Shop")
    opened = checkouts.open_checkout(
        house, order=shop.extensions["shop"].add(order_ref="far"), merchant_id=merchant.merchant_id, country="FR",
        return_url="https://other.example/back?a=1", cancel_url="https://other.example/cart", channel="api",
    )  # fmt: skip
    token = house.seal.sign({"checkout_id": opened.checkout_id}, purpose="checkout_entry")
    browser, base = Browser(shop), f"/bnpl/checkout/{opened.checkout_id}"
    browser.get(f"{base}?t={token}")
    assert browser.step == "plans"
    assert "t=" not in browser.answer.request.query_string.decode()
    assert "Other Shop" in browser.words
    policy = browser.answer.headers["Content-Security-Policy"]
    assert "form-action 'self' http://localhost https://other.example" in policy
    answer = browser.client.post(f"{base}/cancel", data={"csrf_token": browser._token()})
    assert answer.headers["Location"] == "https://other.example/cart"
    assert house.purchase(opened.checkout_id).checkout.state == "cancelled"
