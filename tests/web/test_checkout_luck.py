"""Time and tabs on the checkout's pages: late, twice, out of order; the page is always the one that is true."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from bnpl_plugin import worker
from bnpl_plugin.lifecycle import holds
from tests.web.browsing import Browser, checkout_id, clock, house_of, state


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
