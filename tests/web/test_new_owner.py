"""A phone number with a new owner: its code alone opens nothing that the old owner has with us."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from tests.web.browsing import FACTS, PHONES, Browser, clock, house_of, last_code, state

PAGES = ("", "/limit", "/loans/{loan}", "/loans/{loan}/pay", "/loans/{loan}/agreement")


def by_code(browser: Browser) -> None:
    """Sign in as far as the code of the number goes."""
    browser.get("/bnpl/account/sign-in")
    browser.post(browser.answer.request.path, phone=PHONES["EUR"])
    browser.post(browser.answer.request.path, code=last_code(browser.app))


@pytest.fixture
def owing(browser: Browser) -> str:
    """Somebody owes by the number; returns the loan's id."""
    return browser.to_placed("order-1").rsplit("/", 1)[1].replace("chk_", "loan_")


def test_the_code_alone_shows_nothing(shop: Flask, owing: str) -> None:
    new = Browser(shop)
    by_code(new)
    assert new.step == "birth"
    for page in PAGES:
        new.get(f"/bnpl/account{page.format(loan=owing)}")
        assert new.step in ("sign-in", owing, "pay", "agreement")
        assert new.step == "sign-in" or new.answer.status_code == 404
    new.get("/bnpl/prequalify/answer")
    assert new.step == "sign-in"
    new.post("/bnpl/account/limit/close", sure="yes")
    assert house_of(shop).store.lines.of_shopper(shopper_of(shop))[0].state == "open"


def shopper_of(shop: Flask) -> str:
    house = house_of(shop)
    person = house.store.person_by_phone(house.seal.keyed_hash(PHONES["EUR"].replace(" ", "")))
    assert person is not None
    return person.shopper_id


def test_the_date_of_birth_is_asked_once_in_a_browser(shop: Flask, owing: str) -> None:
    new = Browser(shop)
    by_code(new)
    new.post(new.answer.request.path, birth_on=FACTS["birth_on"])
    assert new.answer.request.path == "/bnpl/account"
    assert owing in new.text
    kept = new.client.get_cookie("bnpl_known", path="/bnpl")
    assert kept is not None
    assert kept.max_age == 365 * 86_400  # outlives the window that it was told in
    new.post("/bnpl/account/sign-out")
    by_code(new)
    assert new.answer.request.path == "/bnpl/account"


def test_where_the_purchase_was_made_nothing_is_asked(browser: Browser, shop: Flask, owing: str) -> None:
    clock(shop).advance(timedelta(days=60))
    by_code(browser)
    assert browser.answer.request.path == "/bnpl/account"


@pytest.mark.parametrize("typed", ["1990-05-18", "", "x", "0001-01-01", "9999-12-31", "🎂"])
def test_another_date_of_birth_opens_nothing_and_costs_a_code(shop: Flask, owing: str, typed: str) -> None:
    new = Browser(shop)
    by_code(new)
    page, cookies = new.answer.request.path, new.client.get_cookie("bnpl_shopper", path="/bnpl")
    new.post(page, birth_on=typed)
    assert new.answer.status_code == 422
    assert cookies is not None
    if typed[:1].isdigit():
        new.client.set_cookie("bnpl_shopper", cookies.value, path="/bnpl")  # kept, and put back
        new.post(page, birth_on=FACTS["birth_on"])
        assert new.answer.status_code == 422
    new.get("/bnpl/account")
    assert new.step == "sign-in"


def test_a_code_of_long_ago_tells_nothing_more(shop: Flask, owing: str) -> None:
    new = Browser(shop)
    by_code(new)
    clock(shop).advance(timedelta(minutes=11))
    new.post(new.answer.request.path, birth_on=FACTS["birth_on"])
    assert new.answer.status_code == 422


def test_the_old_owners_pass_buys_nothing(shop: Flask, browser: Browser) -> None:
    browser.get("/bnpl/prequalify?country=FR")
    browser.post(browser.answer.request.full_path, phone=PHONES["EUR"])
    browser.post(browser.answer.request.path, code=last_code(shop))
    browser.post("/bnpl/prequalify?country=FR", **{**FACTS, "country": "FR", "shown_country": "FR"})
    assert "You can finance up to" in browser.words
    new = Browser(shop)
    base = new.open("order-1")
    new.choose(base)
    new.prove_phone(base)
    assert new.step == "facts"
    new.tell_facts(base, birth_on="1999-01-01", full_name="Noa Petit")
    assert state(shop, base) == "referred"
    new.get("/bnpl/account")
    assert new.step == "sign-in"


def test_who_tells_the_same_facts_in_a_new_browser_is_the_shopper(shop: Flask, owing: str) -> None:
    shop.extensions["shop"].add(order_ref="order-2")
    new = Browser(shop)
    base = new.to_decision("order-2")
    assert state(shop, base) == "approved"
    new.get("/bnpl/account")
    assert owing in new.text
