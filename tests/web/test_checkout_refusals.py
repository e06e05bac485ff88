"""Bad input and bad luck on the checkout's pages: a clear answer, the truthful page, and nothing lost or doubled."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from tests.web.browsing import FACTS, Browser, checkout_id, clock, house_of, state, wrong_code


# whose checkout ------------------------------------------------------------
def test_another_browser_finds_nothing_at_a_checkout_of_somebody_else(browser: Browser, shop: Flask) -> None:
    base = browser.to_decision("order-1")
    stranger = Browser(shop)
    for path in (base, f"{base}/plans", f"{base}/decision", f"{base}/agreement", f"{base}/return"):
        stranger.get(path)
        assert stranger.answer.status_code == 404, path
        assert "The Shop" not in stranger.words
    for path in ("plans", "decision", "sign", "card", "cancel", "resend", "restart"):
        stranger.post(f"{base}/{path}")
        assert stranger.answer.status_code == 404, path
    assert state(shop, base) == "approved"


def test_an_unknown_checkout_and_an_unknown_step_are_not_there(browser: Browser) -> None:
    base = browser.open("order-1")
    assert browser.get("/bnpl/checkout/chk_nothing").status_code == 404
    assert browser.get(f"{base}/nothing").status_code == 404


@pytest.mark.parametrize("token", ["", "x", "eyJhIjoxfQ.c2ln"])
def test_a_forged_entry_link_opens_nothing(browser: Browser, shop: Flask, token: str) -> None:
    base = browser.open("order-1")
    assert Browser(shop).get(f"{base}?t={token}").status_code == 404


def test_the_entry_link_of_another_checkout_opens_nothing(browser: Browser, shop: Flask) -> None:
    base = browser.open("order-1")
    token = house_of(shop).seal.sign({"checkout_id": "chk_other"}, purpose="checkout_entry")
    assert Browser(shop).get(f"{base}?t={token}").status_code == 404


def test_an_entry_link_is_worthless_once_the_shopper_is_known(browser: Browser, shop: Flask) -> None:
    base = browser.to_decision("order-1")
    token = house_of(shop).seal.sign({"checkout_id": checkout_id(base)}, purpose="checkout_entry")
    assert Browser(shop).get(f"{base}?t={token}").status_code == 404


def test_another_shopper_on_the_same_browser_does_not_see_the_firsts_checkout(browser: Browser, shop: Flask) -> None:
    base = browser.to_decision("order-1")
    browser.get("/bnpl/account")
    browser.post("/bnpl/account/sign-out")
    assert browser.get(base).status_code == 404


def test_a_tampered_order_token_opens_nothing(browser: Browser) -> None:
    browser.get("/cart/order-1")
    browser.post("/bnpl/checkout", order_ref=browser.field("order_ref")[:-2] + "xx")
    assert browser.answer.status_code == 400
    assert "offer_tampered" in browser.words


# forms ------------------------------------------------------------
def test_a_post_without_the_form_token_changes_nothing(browser: Browser, shop: Flask) -> None:
    base = browser.open("order-1")
    offer = browser.offer("pay_in_3")
    for data in ({"offer": offer}, {"offer": offer, "csrf_token": "forged"}):
        answer = browser.client.post(f"{base}/plans", data=data)
        assert answer.status_code == 400
        assert "form_refused" in answer.text
    assert house_of(shop).purchase(checkout_id(base)).checkout.offer is None


def test_the_form_token_of_another_browser_is_refused(browser: Browser, shop: Flask) -> None:
    base = browser.open("order-1")
    stranger = Browser(shop)
    stranger.get("/bnpl/account/sign-in")
    answer = browser.client.post(f"{base}/cancel", data={"csrf_token": stranger._token()})
    assert answer.status_code == 400
    assert state(shop, base) == "opened"


def test_no_plan_chosen_is_told_in_words(browser: Browser) -> None:
    base = browser.open("order-1")
    browser.post(f"{base}/plans")
    assert browser.answer.status_code == 422
    assert "Please choose one of the plans." in browser.words


def test_a_tampered_offer_is_not_ours(browser: Browser, shop: Flask) -> None:
    base = browser.open("order-1")
    browser.post(f"{base}/plans", offer=browser.offer("pay_in_3")[:-3] + "abc")
    assert browser.answer.status_code == 422
    assert "This offer is not one of ours." in browser.words
    assert house_of(shop).purchase(checkout_id(base)).checkout.offer is None


def test_the_offer_of_another_cart_is_not_ours(browser: Browser, shop: Flask) -> None:
    shop.extensions["shop"].add(order_ref="dear", total_minor=150_000)
    browser.open("order-1")
    cheap = browser.offer("pay_in_3")
    base = browser.open("dear")
    browser.post(f"{base}/plans", offer=cheap)
    assert "This offer is not one of ours." in browser.words


def test_an_expired_offer_is_shown_anew(browser: Browser, shop: Flask) -> None:
    base = browser.open("order-1")
    old = browser.offer("pay_in_3")
    clock(shop).advance(timedelta(minutes=31))
    browser.post(f"{base}/plans", offer=old)
    assert browser.answer.status_code == 422
    assert "This offer has expired" in browser.words
    browser.choose(base)
    assert browser.step == "phone"


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        ("en", "This is not a phone number. Accepted: a number with its country code"),
        ("fr", "Ce n’est pas un numéro de téléphone"),
        ("zh", "这不是手机号"),
    ],
)
def test_a_wrong_phone_number_is_kept_and_told_in_the_shoppers_language(shop: Flask, lang: str, told: str) -> None:
    browser = Browser(shop, lang=lang)
    base = browser.open("order-1")
    browser.choose(base)
    browser.post(f"{base}/phone", phone="012 not a number")
    assert browser.answer.status_code == 422
    assert told.replace("’", "'") in browser.words.replace("’", "'")
    assert "012 not a number" in browser.text


def test_codes_are_counted_and_the_last_wrong_one_ends_it(browser: Browser, shop: Flask) -> None:
    base = browser.open("order-1")
    browser.choose(base)
    browser.post(f"{base}/phone", phone="+33612345678")
    assert "+33 •• •• •• 78" in browser.words
    for left in (4, 3, 2, 1):
        browser.post(f"{base}/code", code=wrong_code(shop))
        assert f"{left} attempt" in browser.words
    browser.post(f"{base}/code", code=wrong_code(shop))
    assert "That was the last attempt" in browser.words
    browser.post(f"{base}/resend")
    browser.post(f"{base}/code", code=house_of(shop).notifier.sent[-1].text[13:19])  # type: ignore[attr-defined]
    assert browser.step == "facts"


def test_too_many_codes_to_one_number_are_refused(browser: Browser) -> None:
    base = browser.open("order-1")
    browser.choose(base)
    for _ in range(5):
        browser.post(f"{base}/phone", phone="+33612345678")
        assert browser.step == "code"
    browser.post(f"{base}/phone", phone="+33612345678")
    assert browser.step == "phone"
    assert "Too many attempts" in browser.words


FAULTS = [
    ({"full_name": "A"}, "2 to 120 characters"),
    ({"birth_on": "17/05/1990"}, "a date of birth in the past 130 years"),
    ({"birth_on": "2999-01-01"}, "a date of birth in the past 130 years"),
    ({"monthly_income": "-5"}, "an amount from 0 to 100,000,000 a month"),
    ({"monthly_income": "1e9"}, "an amount from 0 to 100,000,000 a month"),
    ({"monthly_outgoings": "100000000000"}, "an amount from 0 to 100,000,000 a month"),
    ({"country": "US"}, "only where it is sold"),
    ({"consent": ""}, "Without your consent we may not decide."),
    ({"full_name": "", "monthly_income": ""}, "Please check 2 fields."),
]


@pytest.mark.parametrize(("wrong", "told"), FAULTS)
def test_a_faulty_fact_is_told_at_its_field_and_nothing_is_lost(browser: Browser, shop: Flask, wrong, told):
    base = browser.open("order-1")
    browser.choose(base)
    browser.prove_phone(base)
    browser.tell_facts(base, **wrong)
    assert browser.answer.status_code == 422
    assert told in browser.words
    kept = {**FACTS, **wrong}
    assert f'value="{kept["monthly_outgoings"]}"' in browser.text
    assert state(shop, base) == "opened"


@pytest.mark.parametrize(
    ("facts", "lang", "told"),
    [
        ({"birth_on": "2015-01-01"}, "en", "You are below the age from which we may lend"),
        ({"monthly_outgoings": "24 990"}, "fr", "échéances"),
        ({"monthly_outgoings": "24 990"}, "zh", "分期"),
    ],
)
def test_a_declined_purchase_says_why_in_plain_words(shop: Flask, facts, lang, told) -> None:
    browser = Browser(shop, lang=lang)
    base = browser.to_decision("order-1", **facts)
    assert browser.step == "decision"
    assert told in browser.words
    browser.get(f"{base}/plans")
    assert browser.step == "decision"
