"""Bad input and bad luck on the checkout's pages: a clear answer, the truthful page, and nothing lost or doubled."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from bnpl_plugin import worker
from bnpl_plugin.lifecycle import holds
from tests.web.browsing import FACTS, Browser, checkout_id, house_of, wrong_code


def clock(shop: Flask) -> Any:
    return house_of(shop).clock


def state(shop: Flask, base: str) -> str:
    return house_of(shop).purchase(checkout_id(base)).checkout.state


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
        ({"birth_on": "2015-01-01"}, "en", "Credit is only for people of 18 years or more."),
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


# time and tabs ------------------------------------------------------------
def test_every_old_address_leads_to_the_page_that_is_true(browser: Browser) -> None:
    base = browser.to_placed("order-1")
    steps = "plans phone code facts decision disclosures sign card working refused ended"
    for step in steps.split():
        browser.get(f"{base}/{step}")
        assert browser.step == "placed", step


def test_no_step_can_be_skipped(browser: Browser) -> None:
    base = browser.open("order-1")
    for step in ("facts", "decision", "disclosures", "sign", "card", "working", "placed"):
        browser.get(f"{base}/{step}")
        assert browser.step == "plans", step
    for step in ("facts", "decision", "sign", "card"):
        browser.post(f"{base}/{step}")
        assert browser.step == "plans", step


def test_every_form_may_be_sent_twice(browser: Browser, shop: Flask) -> None:
    base = browser.to_decision("order-1")
    browser.tell_facts(base)
    assert browser.step == "decision"
    browser.post(f"{base}/decision")
    browser.post(f"{base}/decision")
    browser.get(base)
    clock(shop).advance(timedelta(seconds=5))
    shown = browser.field("shown")
    browser.post(f"{base}/disclosures", shown=shown)
    browser.post(f"{base}/disclosures", shown=shown)
    for _ in range(2):
        browser.post(f"{base}/sign", signed_name="Ada Martin", accept="yes")
        assert browser.step == "card"
    browser.post(f"{base}/card")
    browser.post(f"{base}/card")
    bank_page = browser.answer.request.path
    for _ in range(2):
        browser.post(bank_page, number="4242424242424242", expiry="12/34", cvc="123")
        assert browser.step == "placed"
    browser.get(f"{base}/return")
    house = house_of(shop)
    worker.run_until_idle(house)
    assert len(house.purchase(checkout_id(base)).attempts) == 1
    assert house.verifier.findings() == ()
    assert shop.extensions["shop"].placed == ["order-1"]


def test_two_tabs_of_one_order_are_one_checkout(browser: Browser) -> None:
    first = browser.open("order-1")
    assert browser.open("order-1") == first


def test_the_button_of_an_order_already_financed_leads_to_its_placed_page(browser: Browser, shop: Flask) -> None:
    browser.to_placed("order-1")
    browser.get("/cart/order-1")
    token = browser.field("order_ref")
    browser.post("/bnpl/checkout", order_ref=token)
    assert browser.step == "placed"
    stranger = Browser(shop)
    stranger.post("/bnpl/checkout", order_ref=token)
    assert stranger.answer.status_code == 409
    assert "already paid in instalments" in stranger.words


def test_a_changed_cart_ends_the_checkout_before_the_signature(browser: Browser, shop: Flask) -> None:
    base = browser.to_decision("order-1")
    browser.post(f"{base}/decision")
    browser.post(f"{base}/disclosures", shown=browser.field("shown"))
    shop.extensions["shop"].add(order_ref="order-1", total_minor=31_000)
    browser.post(f"{base}/sign", signed_name="Ada Martin", accept="yes")
    assert browser.answer.status_code == 409
    assert "Your basket has changed" in browser.words
    assert state(shop, base) == "cancelled"
    assert house_of(shop).purchase(checkout_id(base)).hold.state == "voided"  # type: ignore[union-attr]
    browser.get(base)
    assert browser.step == "ended"
    browser.post(f"{base}/restart")
    assert browser.step == "plans"
    assert "€310.00" in browser.words


def test_an_offer_that_lapses_before_the_signature_is_shown_again(browser: Browser, shop: Flask) -> None:
    base = browser.to_decision("order-1")
    clock(shop).advance(timedelta(minutes=25))
    browser.post(f"{base}/decision")
    browser.post(f"{base}/disclosures", shown=browser.field("shown"))
    clock(shop).advance(timedelta(minutes=10))
    browser.post(f"{base}/sign", signed_name="Ada Martin", accept="yes")
    assert "made anew with today's dates" in browser.words
    browser.post(f"{base}/disclosures", shown=browser.field("shown"))
    browser.post(f"{base}/sign", signed_name="Ada Martin", accept="yes")
    assert browser.step == "card"


@pytest.mark.parametrize("swept", [False, True])
def test_a_reservation_that_ends_before_the_signature_is_made_anew(browser: Browser, shop: Flask, swept: bool) -> None:
    base = browser.to_decision("order-1")
    browser.post(f"{base}/decision")
    browser.post(f"{base}/disclosures", shown=browser.field("shown"))
    clock(shop).advance(timedelta(minutes=16))
    if swept:
        holds.expire_due(house_of(shop), limit=10)
    browser.post(f"{base}/sign", signed_name="Ada Martin", accept="yes")
    if swept:
        assert browser.step == "decision"
        browser.post(f"{base}/decision")
    else:
        assert "has been made anew" in browser.words
    browser.post(f"{base}/disclosures", shown=browser.field("shown"))
    browser.post(f"{base}/sign", signed_name="Ada Martin", accept="yes")
    browser.pay(base)
    assert browser.step == "placed"
    assert house_of(shop).verifier.findings() == ()


def test_the_laws_reading_time_is_kept(shop: Flask) -> None:
    shop.extensions["shop"].add(order_ref="cn", total_minor=299_900, currency="CNY")
    browser = Browser(shop)
    base = browser.to_decision("cn", currency="CNY")
    browser.post(f"{base}/decision")
    assert "Every cost, and who receives it" in browser.words
    browser.post(f"{base}/disclosures", shown=browser.field("shown"))
    assert "That was too fast" in browser.words
    clock(shop).advance(timedelta(seconds=2))
    browser.post(f"{base}/disclosures", shown=browser.field("shown"))
    assert "too fast" in browser.words
    clock(shop).advance(timedelta(seconds=2))
    browser.post(f"{base}/disclosures", shown=browser.field("shown"))
    assert "too fast" in browser.words  # the page was shown again, and its time began anew
    clock(shop).advance(timedelta(seconds=3))
    browser.post(f"{base}/disclosures", shown=browser.field("shown"))
    assert browser.step == "sign"


def test_the_signature_wants_the_name_told_before_and_the_tick(browser: Browser, shop: Flask) -> None:
    base = browser.to_decision("order-1")
    browser.post(f"{base}/decision")
    browser.post(f"{base}/disclosures", shown=browser.field("shown"))
    browser.post(f"{base}/sign", signed_name="Ada Martin")
    assert "Please tick the box" in browser.words
    browser.post(f"{base}/sign", signed_name="Somebody Else", accept="yes")
    assert "This is not the name on the agreement" in browser.words
    assert "Somebody Else" in browser.text
    assert state(shop, base) == "held"


def test_a_checkout_left_alone_ends(browser: Browser, shop: Flask) -> None:
    base = browser.to_decision("order-1")
    clock(shop).advance(timedelta(hours=25))
    browser.get(base)
    assert browser.step == "ended"
    assert "The time is over" in browser.words


def test_cancelling_gives_everything_back_and_leads_to_the_shop(browser: Browser, shop: Flask) -> None:
    base = browser.to_card("order-1")
    browser.post(f"{base}/cancel")
    assert browser.answer.request.path == "/cart/order-1"
    house = house_of(shop)
    assert house.purchase(checkout_id(base)).hold.state == "voided"  # type: ignore[union-attr]
    assert house.store.pool("EUR").held_minor == 0  # type: ignore[union-attr]
    browser.get(base)
    assert browser.step == "ended"
    assert "You have cancelled" in browser.words


def test_another_plan_may_be_chosen_up_to_the_signature(browser: Browser, shop: Flask) -> None:
    base = browser.to_decision("order-1")
    browser.post(f"{base}/decision")
    assert browser.step == "disclosures"
    browser.get(f"{base}/plans")
    browser.choose(base, "instalments_6")
    assert browser.step == "decision"
    browser.post(f"{base}/decision")
    browser.post(f"{base}/disclosures", shown=browser.field("shown"))
    browser.post(f"{base}/sign", signed_name="Ada Martin", accept="yes")
    browser.pay(base)
    assert browser.step == "placed"
    assert house_of(shop).verifier.findings() == ()
