"""My limit in the account, a shopper's line in the console, and the same through the lender's API."""

from __future__ import annotations

import pytest
from flask import Flask

from bnpl_plugin.lifecycle import credit_line, limit_changes
from bnpl_plugin.lifecycle.evidence import Facts
from bnpl_plugin.ports.records import CreditLine, LimitChange
from bnpl_plugin.testing import Walker
from tests.web.browsing import Browser, house_of
from tests.web.test_prequalify import ask

#: Told at first: worth a line that a better income raises.
POOR = {"monthly_income": "2000", "monthly_outgoings": "1500"}


@pytest.fixture
def bought(shop: Flask, browser: Browser) -> str:
    """A shopper who has bought; returns the id."""
    base = browser.to_placed("order-1", **POOR)
    checkout = house_of(shop).purchase(base.rsplit("/", 1)[1]).checkout
    return checkout.shopper_id or ""


def line(shop: Flask, shopper_id: str) -> CreditLine:
    return credit_line.of_shopper(house_of(shop), shopper_id)


def offered(shop: Flask, shopper_id: str) -> LimitChange:
    house = house_of(shop)
    told = Walker(house)
    facts = Facts(told.full_name, told.birth_date, told.income_minor, told.outgoings_minor, consent=True)
    to_minor = line(shop, shopper_id).limit_minor + 10_000
    return limit_changes.offer_raise_anew(
        house, shopper_id=shopper_id, to_minor=to_minor, reason="income_changed", facts=facts
    )


def test_my_limit_shows_what_is_left(shop: Flask, browser: Browser, bought: str):
    browser.get("/bnpl/account/limit")
    now = line(shop, bought)
    assert f"€{now.available_minor // 100:,}" in browser.words
    assert "Every instalment that you pay makes room again." in browser.words


def test_a_raise_is_answered_by_one_of_two_buttons_neither_chosen(shop: Flask, browser: Browser, bought: str):
    change = offered(shop, bought)
    browser.get("/bnpl/account/limit")
    assert "You may have a higher limit" in browser.words
    assert "checked" not in browser.text
    browser.post("/bnpl/account/limit/answer", limit_change_id=change.limit_change_id)
    assert browser.answer.status_code == 422
    browser.post("/bnpl/account/limit/answer", limit_change_id=change.limit_change_id, answer="yes")
    assert line(shop, bought).limit_minor == change.to_minor
    assert "What has changed your limit" in browser.words
    browser.post("/bnpl/account/limit/answer", limit_change_id=change.limit_change_id, answer="no")
    assert browser.answer.status_code == 409


def test_a_raise_said_no_to_is_gone(shop: Flask, browser: Browser, bought: str):
    change = offered(shop, bought)
    browser.get("/bnpl/account/limit")
    browser.post("/bnpl/account/limit/answer", limit_change_id=change.limit_change_id, answer="no")
    assert "You may have a higher limit" not in browser.words
    assert line(shop, bought).limit_minor == change.from_minor


def test_another_shopper_cannot_answer_it(shop: Flask, bought: str):
    change = offered(shop, bought)
    other = Browser(shop)
    other.get("/bnpl/account/limit")
    other.post("/bnpl/account/limit/answer", limit_change_id=change.limit_change_id, answer="yes")
    assert other.step == "sign-in"
    assert line(shop, bought).limit_minor == change.from_minor


def test_a_fall_is_shown_with_its_day(shop: Flask, browser: Browser, bought: str):
    limit_changes.lower(house_of(shop), shopper_id=bought, to_minor=10_000, reason="risk_changed")
    browser.get("/bnpl/account/limit")
    assert "Your limit falls" in browser.words
    assert "We have looked at your credit again." in browser.words


def test_the_shopper_closes_the_line_only_with_a_tick(shop: Flask, browser: Browser, bought: str):
    browser.get("/bnpl/account/limit")
    browser.post("/bnpl/account/limit/close")
    assert browser.answer.status_code == 422
    assert line(shop, bought).state == "open"
    browser.post("/bnpl/account/limit/close", sure="yes")
    assert "What you owe is due as agreed" in browser.words
    assert line(shop, bought).state == "closed"
    browser.post("/bnpl/account/limit/close", sure="yes")
    assert browser.answer.status_code == 409


def test_who_has_no_line_is_told(shop: Flask):
    browser = Browser(shop)
    browser.get("/bnpl/account/limit")
    assert browser.step == "sign-in"


def test_a_price_above_the_line_is_told_as_pay_now_and_finance_the_rest(shop: Flask, browser: Browser):
    shop.extensions["shop"].add(order_ref="order-2", total_minor=200_000)
    base = browser.to_decision("order-2", plan_code="instalments_24", **POOR)
    assert "You are approved" in browser.words
    assert "Pay €280.00 now by card and finance the other €1,720.00" in browser.words
    browser.post(f"{base}/decision")
    assert "Down payment by card today" in browser.words
    assert "€280.00" in browser.words


# the console ---------------------------------------------------------------------------------------------------------
def test_an_operator_finds_freezes_lowers_and_closes_a_line(shop: Flask, browser: Browser, bought: str):
    browser.enter_console()
    browser.get("/bnpl/console/lines?shopper_id=shp_nobody")
    assert browser.answer.status_code == 404
    browser.get(f"/bnpl/console/lines?shopper_id={bought}")
    assert "Credit line open" in browser.words
    act = f"/bnpl/console/lines/{bought}/act"
    browser.post(act, act="freeze", reason="fraud_suspected")
    assert "Unfreeze the line" in browser.words
    browser.post(act, act="unfreeze")
    browser.post(act, act="lower", limit="100.00", reason="unused")
    assert "Pending change" in browser.words
    browser.post(act, act="withdraw")
    browser.post(act, act="withdraw")
    assert browser.answer.status_code == 409
    browser.post(act, act="close", reason="shopper_asked")
    assert line(shop, bought).state == "closed"
    events = house_of(shop).reads.events(credit_line.stream_of(line(shop, bought)))
    assert {event.payload.get("by") for event in events} == {"Ada"}


@pytest.mark.parametrize("limit", ["", "-5", "1e9", "99999999999999999999", "1,000.001", "ten", "🙂"])
def test_a_limit_that_cannot_be_is_told_and_changes_nothing(shop: Flask, browser: Browser, bought: str, limit: str):
    browser.enter_console()
    browser.post(f"/bnpl/console/lines/{bought}/act", act="lower", limit=limit, reason="unused")
    assert browser.answer.status_code == 422
    assert house_of(shop).store.lines.changes(shopper_id=bought, currency="EUR") == ()


@pytest.mark.parametrize("limit", ["1,250", "1.250", "1 250,00", "1,250.00"])
def test_thousands_may_be_parted_and_are_not_taken_for_cents(shop: Flask, browser: Browser, bought: str, limit: str):
    browser.enter_console()
    browser.post(f"/bnpl/console/lines/{bought}/act", act="lower", limit=limit, reason="unused")
    (change,) = house_of(shop).store.lines.changes(shopper_id=bought, currency="EUR")
    assert change.to_minor == 1250_00


def test_a_raise_beyond_the_new_decision_is_told(shop: Flask, browser: Browser, bought: str):
    browser.enter_console()
    act = f"/bnpl/console/lines/{bought}/act"
    browser.post(act, act="raise", limit="4000.00", reason="good_history")
    assert browser.answer.status_code == 422
    browser.post(act, act="explode")
    assert browser.answer.status_code == 404


def test_a_pass_is_revoked_from_the_console(shop: Flask, browser: Browser, bought: str):
    ask(browser)
    browser.enter_console()
    browser.get(f"/bnpl/console/lines/{bought}")
    assert "Revoke the pass" in browser.words
    browser.post(f"/bnpl/console/lines/{bought}/act", act="revoke", reason="lender_decision")
    assert "Revoke the pass" not in browser.words


def test_nobody_but_an_operator_sees_a_line(shop: Flask, browser: Browser, bought: str):
    browser.get(f"/bnpl/console/lines/{bought}")
    assert browser.step == "sign-in"
