"""A script gains nothing over a person, nobody keeps a unit by waiting, and what cannot be given is paid by nobody."""

from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from bnpl_plugin import worker
from bnpl_plugin.lifecycle import holds
from bnpl_plugin.web.sale import tickets
from tests.web.browsing import FACTS, Browser, checkout_id, clock, house_of, make_shop, state
from tests.web.sale.test_room import PHONES, make, ready, shown


@pytest.fixture
def shop(tmp_path: Path) -> Flask:
    return make_shop(tmp_path)


def known(shop: Flask, item: str, *, number: int) -> tuple[Browser, str]:
    """Open a checkout of a running sale and prove the phone."""
    shop.extensions["shop"].add(order_ref=f"o{number}", sale_item_id=item, units=1)
    browser = Browser(shop)
    base = browser.open(f"o{number}")
    browser.choose(base)
    browser.prove_phone(base, number=PHONES[number])
    return browser, base


def claim(shop: Flask, ticket: str) -> tuple[int, dict]:
    answer = shop.test_client().post("/bnpl/sale/claim", json={"ticket": ticket})
    return answer.status_code, answer.get_json()


def ticket_of(shop: Flask, base: str) -> str:
    house = house_of(shop)
    return tickets.issue(house, house.purchase(checkout_id(base)))


def test_a_script_that_hammers_the_gate_gains_nothing_over_a_person(shop: Flask) -> None:
    item = make(shop, units=2)
    (_, theirs), (_, ours), (_, third) = (ready(shop, item, number=n) for n in range(3))
    script, person, late = (ticket_of(shop, base) for base in (theirs, ours, third))
    before = [claim(shop, script) for _ in range(60)]
    assert {status for status, _ in before} == {200, 429}
    assert {told["state"] for _, told in before} == {"not_open", "too_fast"}
    clock(shop).advance(timedelta(minutes=10))
    rush = [claim(shop, script)[1]["state"] for _ in range(30)]
    assert set(rush) <= {"held", "too_fast"}
    assert claim(shop, person)[1]["state"] == "held"
    assert claim(shop, late)[1] == {"state": "waiting", "place": 1, "again_in": 2}
    for _ in range(20):  # asking again neither costs a place nor wins one
        clock(shop).advance(timedelta(seconds=1))
        assert claim(shop, late)[1]["place"] == 1
    assert house_of(shop).verifier.findings() == ()


def test_the_buttons_form_is_counted_too_and_says_when_to_come_back(shop: Flask) -> None:
    item = make(shop)
    browser, base = ready(shop, item, number=0)
    for _ in range(3):
        browser.post(f"{base}/sale")
        assert browser.answer.status_code == 200
    browser.post(f"{base}/sale")
    assert (browser.answer.status_code, browser.answer.headers["Retry-After"]) == (429, "1")
    assert shown(browser) == "ready"


def test_no_other_form_asks_the_gate_more_often_than_the_button(shop: Flask) -> None:
    item = make(shop, opens_in=0)
    _, base = known(shop, item, number=0)
    browser, theirs = known(shop, item, number=1)
    for told in (True, True, False):
        browser.get(f"{theirs}/facts")
        assert ("You are number 1 in line" in browser.words) is told
    clock(shop).advance(timedelta(seconds=1))
    browser.tell_facts(theirs)
    for _ in range(3):
        browser.post(f"{theirs}/decision")
        assert (browser.answer.status_code, shown(browser)) == (200, "waiting")
    browser.post(f"{theirs}/decision")
    assert (browser.answer.status_code, browser.answer.headers["Retry-After"]) == (429, "1")
    assert shown(browser) == "waiting"
    assert state(shop, base) == "opened"


def test_an_address_has_an_allowance_of_its_own_where_one_is_set(tmp_path: Path) -> None:
    shop = make_shop(tmp_path, config={"BNPL_CLAIMS_PER_ADDRESS": "2"})
    item = make(shop)
    bases = [ready(shop, item, number=n)[1] for n in range(3)]
    states = [claim(shop, ticket_of(shop, base))[1]["state"] for base in bases]
    assert states == ["not_open", "not_open", "too_fast"]


def test_whom_a_proxy_speaks_for_is_counted_wherever_the_host_hears_it(tmp_path: Path) -> None:
    shop = make_shop(tmp_path, config={"BNPL_CLAIMS_PER_ADDRESS": "1"})
    door: Any = shop.wsgi_app
    door._inner = ProxyFix(door._inner)  # the host's own, put on before us
    item = make(shop)
    texts = [ticket_of(shop, ready(shop, item, number=n)[1]) for n in range(2)]
    client = shop.test_client()
    for text, address in zip(texts, ("203.0.113.1", "203.0.113.2"), strict=True):
        answer = client.post("/bnpl/sale/claim", json={"ticket": text}, headers={"X-Forwarded-For": address})
        assert answer.get_json()["state"] == "not_open"


def test_a_body_without_end_is_not_read_to_its_end(shop: Flask) -> None:
    class Endless(BytesIO):
        taken = 0

        def read(self, size: int | None = -1) -> bytes:
            assert size is not None
            assert size >= 0
            self.taken += size
            return b"x" * size

        def readinto(self, part: Any) -> int:
            part[:] = b"x" * len(part)
            self.taken += len(part)
            return len(part)

    body = Endless()
    told = {"CONTENT_LENGTH": str(10**12)}
    answer = shop.test_client().post("/bnpl/sale/claim", input_stream=body, environ_overrides=told)
    assert (answer.status_code, answer.get_json()["state"]) == (400, "refused")
    assert body.taken < 10_000


def test_a_unit_kept_for_somebody_who_tells_nothing_goes_to_the_next(shop: Flask) -> None:
    item = make(shop, opens_in=0)
    idle, _ = known(shop, item, number=0)
    assert "One is kept for you until" in idle.words
    other, theirs = known(shop, item, number=1)
    assert "You are number 1 in line" in other.words
    clock(shop).advance(timedelta(minutes=4))
    worker.run_until_idle(house_of(shop))
    other.get(f"{theirs}/facts")
    assert "One is kept for you until" in other.words


def test_sold_out_is_told_before_any_fact_is_typed(shop: Flask) -> None:
    item = make(shop, opens_in=0)
    for number in (0, 1):
        known(shop, item, number=number)
    late, base = known(shop, item, number=2)
    assert shown(late) == "sold_out"
    assert "monthly_income" not in late.text
    assert state(shop, base) == "opened"


def test_the_sales_page_is_read_once_a_second_however_many_look(shop: Flask, monkeypatch) -> None:
    item = make(shop)
    found = house_of(shop).store.sales.of_item(item)
    assert found
    read: list[str] = []
    store = type(house_of(shop).store.sales)
    honest = store.view

    def counted(self: Any, sale_id: str) -> Any:
        read.append(sale_id)
        return honest(self, sale_id)

    monkeypatch.setattr(store, "view", counted)
    browser = Browser(shop)
    for _ in range(20):
        browser.get(f"/bnpl/sale/{found[0].sale_id}")
        assert "The sale starts at" in browser.words
    assert len(read) == 1
    clock(shop).advance(timedelta(minutes=10))
    browser.get(f"/bnpl/sale/{found[0].sale_id}")
    assert "The sale is on" in browser.words
    assert len(read) == 2


def test_a_payment_that_comes_after_the_unit_went_to_another_is_lifted_and_the_shopper_told(shop: Flask) -> None:
    house = house_of(shop)
    item = make(shop, opens_in=0, hours=6)
    slow, base = known(shop, item, number=0)
    slow.tell_facts(base)
    slow.post(f"{base}/decision")
    clock(shop).advance(timedelta(seconds=5))
    slow.post(f"{base}/disclosures", shown=slow.field("shown"))
    slow.post(f"{base}/sign", signed_name=FACTS["full_name"], accept="yes")
    slow.post(f"{base}/card")
    bank_page = slow.answer.request.path
    clock(shop).advance(timedelta(minutes=house.settings.hold_ceiling_minutes + 1))
    holds.expire_due(house, limit=10)
    worker.run_until_idle(house)
    quick, other = known(shop, item, number=1)
    quick.tell_facts(other)
    quick.post(f"{other}/decision")
    assert state(shop, other) == "held"
    slow.post(bank_page, number="4242424242424242", expiry="12/34", cvc="123")
    assert slow.step == "refused", slow.words
    assert "sold out" in slow.words
    assert "is being lifted. Nothing was charged." in slow.words
    worker.run_until_idle(house)
    slow.get(base)
    assert "is cancelled. Nothing was charged." in slow.words
    checkout = house.purchase(checkout_id(base)).checkout
    line = house.store.line(shopper_id=checkout.shopper_id or "", currency="EUR")
    assert line is not None
    assert (line.held_minor, line.drawn_minor) == (0, 0)
    assert any("could not be placed. Nothing was charged" in text.text for text in house.notifier.sent)  # type: ignore[attr-defined]
    assert [one.kind for one in house.providers["sandbox"].movements()] == ["authorisation", "void"]  # type: ignore[attr-defined]
    assert house.verifier.findings() == ()
