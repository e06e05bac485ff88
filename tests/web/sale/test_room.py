"""The shopper's pages of a flash sale: ready before, one tap at the start, and the truth for who gets nothing."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from bnpl_plugin import worker
from bnpl_plugin.lifecycle.flash_sale import lottery, selling
from bnpl_plugin.lifecycle.flash_sale.terms import Fairness, ItemTerms, SaleTerms
from tests.web.browsing import Browser, clock, house_of, make_shop, state

PHONES = ("+33612345601", "+33612345602", "+33612345603", "+33612345604")


@pytest.fixture
def shop(tmp_path: Path) -> Flask:
    return make_shop(tmp_path)


def make(
    shop: Flask, *, units: int = 1, opens_in: int = 10, hours: int = 1, line_limit: int | None = None, **terms: Any
) -> str:
    house = house_of(shop)
    starts = house.clock.now() + timedelta(minutes=opens_in)
    item = ItemTerms(sku="phone", name="Blossom 7", units=units, line_limit=line_limit)
    ends = starts + timedelta(hours=hours)
    told = SaleTerms(name="Blossom day", country="FR", items=(item,), starts_at=starts, ends_at=ends, **terms)
    view = selling.create(house, told, merchant_id=house.host_merchant_id)
    return view.items[0].sale_item_id


def approved(shop: Flask, item: str, *, number: int, lang: str = "en") -> tuple[Browser, str]:
    browser = Browser(shop, lang=lang)
    shop.extensions["shop"].add(order_ref=f"o{number}", sale_item_id=item, units=1)
    base = browser.open(f"o{number}")
    browser.choose(base)
    browser.prove_phone(base, number=PHONES[number])
    browser.tell_facts(base)
    return browser, base


def ready(shop: Flask, item: str, *, number: int, lang: str = "en") -> tuple[Browser, str]:
    browser, base = approved(shop, item, number=number, lang=lang)
    browser.post(f"{base}/decision")
    assert browser.step == "sale", browser.words
    return browser, base


def sale_of(shop: Flask, item: str) -> str:
    found = house_of(shop).store.sales.of_item(item)
    assert found
    return found[0].sale_id


def end(shop: Flask, item: str) -> None:
    selling.end(house_of(shop), sale_id=sale_of(shop, item), by="op")


def shown(browser: Browser) -> str:
    found = re.search(r'data-sale="(\w+)"', browser.text)
    assert found
    return found[1]


def test_who_is_ready_taps_once_and_goes_on_to_the_terms(shop: Flask):
    item = make(shop)
    browser, base = ready(shop, item, number=0)
    assert shown(browser) == "ready"
    assert "You are ready" in browser.words
    assert "First come, first served" in browser.words
    browser.post(f"{base}/sale")  # too early: nothing happens
    assert (shown(browser), state(shop, base)) == ("ready", "approved")
    clock(shop).advance(timedelta(minutes=10))
    browser.get(f"{base}/sale")
    assert shown(browser) == "open"
    browser.post(f"{base}/sale")
    assert (browser.step, state(shop, base)) == ("disclosures", "held")


def test_the_second_is_in_line_the_third_is_told_at_once_and_a_unit_that_comes_back_goes_to_the_line(shop: Flask):
    item = make(shop)
    (first, one), (second, two), (third, three) = (ready(shop, item, number=n) for n in range(3))
    clock(shop).advance(timedelta(minutes=10))
    first.post(f"{one}/sale")
    first.get(f"/bnpl/sale/{sale_of(shop, item)}")
    assert "You can still join the line." in first.words
    clock(shop).advance(timedelta(seconds=2))  # a look at a sale is good for a second
    second.post(f"{two}/sale")
    assert shown(second) == "waiting"
    assert "Your place 1" in second.words
    third.post(f"{three}/sale")
    assert shown(third) == "sold_out"
    third.get(f"/bnpl/sale/{sale_of(shop, item)}")
    assert "Every unit is reserved for somebody right now The line is full as well." in third.words
    first.post(f"{one}/cancel")
    second.get(f"{two}/sale")
    assert shown(second) == "yours"
    second.post(f"{two}/sale")
    assert state(shop, two) == "held"
    third.post(f"{three}/cancel")
    assert house_of(shop).verifier.findings() == ()


def test_paused_and_over_are_said(shop: Flask):
    item = make(shop)
    browser, base = ready(shop, item, number=0)
    clock(shop).advance(timedelta(minutes=10))
    house = house_of(shop)
    found = house.store.sales.of_item(item)
    assert found
    sale_id = found[0].sale_id
    selling.pause(house, sale_id=sale_id, by="op")
    browser.post(f"{base}/sale")
    assert shown(browser) == "paused"
    selling.end(house, sale_id=sale_id, by="op")
    browser.get(f"{base}/sale")
    assert shown(browser) == "over"
    browser.get(f"/bnpl/sale/{sale_id}")
    assert "The sale is over" in browser.words
    worker.run_until_idle(house)
    browser.get(base)  # the line is free again, and nothing invites to go on with what is over
    assert shown(browser) == "over"
    browser.post(f"{base}/decision")
    assert shown(browser) == "over"


def test_who_is_still_choosing_or_telling_facts_when_the_sale_ends_is_told(shop: Flask):
    item = make(shop, opens_in=0)
    browser = Browser(shop)
    shop.extensions["shop"].add(order_ref="o0", sale_item_id=item, units=1)
    base = browser.open("o0")
    end(shop, item)
    browser.get(f"{base}/plans")
    assert shown(browser) == "over"
    assert "Nothing was charged" in browser.words


def test_who_was_let_in_before_the_end_may_still_take_it(shop: Flask):
    item = make(shop)
    (first, one), (second, two) = (ready(shop, item, number=n) for n in range(2))
    clock(shop).advance(timedelta(minutes=10))
    first.post(f"{one}/sale")
    second.post(f"{two}/sale")
    first.post(f"{one}/cancel")
    end(shop, item)
    house = house_of(shop)
    worker.run_until_idle(house)
    second.get(f"{two}/sale")
    assert shown(second) == "yours"
    second.post(f"{two}/sale")
    assert state(shop, two) == "held"
    assert house.verifier.findings() == ()


def test_without_getting_ready_one_unit_is_kept_while_the_facts_are_told(shop: Flask):
    item = make(shop, opens_in=0)
    shop.extensions["shop"].add(order_ref="o0", sale_item_id=item, units=1)
    browser = Browser(shop)
    base = browser.open("o0")
    browser.choose(base)
    browser.prove_phone(base, number=PHONES[0])
    assert "One is kept for you until" in browser.words
    shop.extensions["shop"].add(order_ref="o1", sale_item_id=item, units=1)
    other = Browser(shop)
    theirs = other.open("o1")
    other.choose(theirs)
    other.prove_phone(theirs, number=PHONES[1])
    assert "You are number 1 in line" in other.words
    browser.tell_facts(base)
    browser.post(f"{base}/decision")
    assert state(shop, base) == "held"


def test_a_lottery_says_how_it_is_drawn_and_anybody_can_check_it(shop: Flask):
    item = make(shop, fairness=Fairness.LOTTERY)
    house = house_of(shop)
    found = house.store.sales.of_item(item)
    assert found
    sale_id, seed_hash = found[0].sale_id, found[0].seed_hash or ""
    browsers = [ready(shop, item, number=n) for n in range(3)]
    first, base = browsers[0]
    assert "You are in the draw" in first.words
    assert seed_hash in first.words
    clock(shop).advance(timedelta(minutes=10))
    first.get(f"{base}/sale")
    assert shown(first) == "drawing"
    worker.run_until_idle(house)
    told = first.client.get(f"/bnpl/sale/{sale_id}/draw").get_json()
    entries = told["items"][0]["entries"]
    assert lottery.keeps_its_word(told["seed"], published=seed_hash)
    assert tuple(entries) == lottery.draw(told["seed"], sale_id=item, entrants=entries)
    states = {}
    for browser, theirs in browsers:
        browser.get(f"{theirs}/sale")
        entry = re.search(r"Your entry ([0-9a-f]{20})", browser.words)
        assert entry
        states[entry[1]] = shown(browser)
    assert [states[entry] for entry in entries] == ["yours", "waiting", "waiting"]


def test_who_comes_after_the_draw_waits_behind_the_drawn(shop: Flask):
    item = make(shop, fairness=Fairness.LOTTERY, line_limit=5)
    entrants = [ready(shop, item, number=n) for n in range(2)]
    clock(shop).advance(timedelta(minutes=10))
    worker.run_until_idle(house_of(shop))
    late, base = approved(shop, item, number=2)
    late.post(f"{base}/decision")
    assert late.step == "sale", late.words
    assert shown(late) == "waiting"
    assert "Your place 2" in late.words
    assert "Your entry" not in late.words
    for browser, theirs in entrants:
        browser.post(f"{theirs}/cancel")
    late.get(f"{base}/sale")
    assert shown(late) == "yours"
    late.post(f"{base}/sale")
    assert state(shop, base) == "held"
    assert house_of(shop).verifier.findings() == ()


def failing() -> bool:
    raise TimeoutError


@pytest.mark.parametrize("challenge", [lambda: False, lambda: "no", failing], ids=["no", "text", "fails"])
def test_a_host_that_sees_no_person_lets_nobody_get_ready(tmp_path: Path, challenge: Any):
    shop = make_shop(tmp_path, challenge=challenge)
    item = make(shop)
    browser, base = approved(shop, item, number=0)
    browser.post(f"{base}/decision")
    assert browser.answer.status_code == 403
    assert "We could not see that a person is here" in browser.words


def test_one_browser_cannot_get_ready_for_a_crowd(shop: Flask):
    item = make(shop, units=5, per_device=1)
    browser, _ = ready(shop, item, number=0)
    token = browser._token()
    other, base = approved(shop, item, number=1)
    other.client.set_cookie("bnpl_form", token, path="/bnpl")
    other.post(f"{base}/decision")
    assert other.answer.status_code == 429


def test_one_browser_cannot_ask_for_a_crowd_after_the_start_either(shop: Flask):
    item = make(shop, units=5, per_device=1, opens_in=0)
    browser, base = approved(shop, item, number=0)
    browser.post(f"{base}/decision")
    assert state(shop, base) == "held"
    token = browser._token()
    shop.extensions["shop"].add(order_ref="o1", sale_item_id=item, units=1)
    other = Browser(shop)
    other.client.set_cookie("bnpl_form", token, path="/bnpl")
    theirs = other.open("o1")
    other.choose(theirs)
    other.prove_phone(theirs, number=PHONES[1])
    assert "One is kept for you" not in other.words
    other.tell_facts(theirs)
    other.post(f"{theirs}/decision")
    assert (other.answer.status_code, state(shop, theirs)) == (429, "approved"), other.words
    other.post(f"{theirs}/sale")
    assert state(shop, theirs) == "approved"
    assert house_of(shop).verifier.findings() == ()
