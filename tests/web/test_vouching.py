"""The host's word on the pages: a code spared to its own customer, and to nobody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from bnpl_plugin.ports.platform import Customer
from tests.web.browsing import Browser, checkout_id, clock, house_of, last_code, make_shop

ADA = Customer(customer_ref="ada", phone="+33612345678", country="FR", phone_verified=True, segments=("device_owner",))
BOB = Customer(customer_ref="bob", phone="+33612345679", country="FR", phone_verified=True)


class Host:
    """The host's session: who it says is here."""

    def __init__(self) -> None:
        self.here: Customer | None = None

    def customer(self) -> Customer | None:
        return self.here


@pytest.fixture
def host() -> Host:
    return Host()


def shop_of(folder: Path, host: Host, **config: str) -> Flask:
    app = make_shop(folder, customer=host.customer, config={f"BNPL_{key}": told for key, told in config.items()})
    for number in range(4):
        app.extensions["shop"].add(order_ref=f"order-{number}")
    return app


@pytest.fixture
def shop(tmp_path: Path, host: Host) -> Flask:
    return shop_of(tmp_path, host, TRUST_HOST_PHONE="yes")


def owner_of(app: Flask, base: str) -> str | None:
    return house_of(app).purchase(checkout_id(base)).checkout.shopper_id


def test_a_customer_whom_the_host_vouches_for_needs_no_code(shop: Flask, host: Host) -> None:
    host.here = ADA
    browser = Browser(shop)
    base = browser.open("order-0")
    browser.choose(base)
    assert browser.step == "facts"
    browser.tell_facts(base)
    assert "You are approved" in browser.words
    assert house_of(shop).notifier.sent == []  # type: ignore[attr-defined]


@pytest.mark.parametrize("said", [replace(ADA, phone_verified=False), replace(ADA, customer_ref=""), None])
def test_without_the_hosts_full_word_the_code_decides(shop: Flask, host: Host, said: Customer | None) -> None:
    host.here = said
    browser = Browser(shop)
    base = browser.open("order-0")
    browser.choose(base)
    assert browser.step == "phone"


def test_the_hosts_word_is_nothing_where_the_lender_does_not_trust_it(tmp_path: Path, host: Host) -> None:
    app = shop_of(tmp_path, host)
    host.here = ADA
    browser = Browser(app)
    base = browser.open("order-0")
    browser.choose(base)
    assert browser.step == "phone"


def test_a_checkout_of_another_shop_is_never_vouched_for(shop: Flask, host: Host) -> None:
    from bnpl_plugin.lifecycle import checkout as checkouts
    from bnpl_plugin.lifecycle import merchants

    house = house_of(shop)
    other = merchants.register(house, name="Another shop")
    opened = checkouts.open_checkout(
        house, order=shop.extensions["shop"].orders["order-0"], merchant_id=other.merchant_id, country="FR",
        return_url="http://other.example/", cancel_url="http://other.example/", channel="api",
    )  # fmt: skip
    token = house.seal.sign({"checkout_id": opened.checkout_id}, purpose="checkout_entry")
    host.here = ADA
    browser = Browser(shop)
    browser.get(f"/bnpl/checkout/{opened.checkout_id}?t={token}")
    browser.choose(f"/bnpl/checkout/{opened.checkout_id}")
    assert browser.step == "phone"


def test_a_customer_who_changes_in_the_middle_loses_the_checkout(shop: Flask, host: Host) -> None:
    host.here = ADA
    browser = Browser(shop)
    base = browser.open("order-0")
    browser.choose(base)
    browser.tell_facts(base)
    for other in (BOB, None, replace(ADA, phone_verified=False), replace(ADA, phone=BOB.phone)):
        host.here = other
        assert browser.get(f"{base}/decision").status_code == 404
        assert "Ada" not in browser.words
        assert browser.get("/bnpl/account").request.path == "/bnpl/account/sign-in"
    host.here = ADA
    assert browser.get(f"{base}/decision").status_code == 200


def test_the_hosts_word_does_not_displace_a_shopper_who_proved_a_number_here(shop: Flask, host: Host) -> None:
    browser = Browser(shop)
    base = browser.open("order-0")
    browser.choose(base)
    browser.prove_phone(base)  # Ada, by code
    ada = owner_of(shop, base)
    host.here = BOB
    second = browser.open("order-1")
    browser.choose(second)
    assert browser.step == "phone"
    assert owner_of(shop, second) is None
    browser.get(f"{base}/facts")
    assert browser.answer.status_code == 200
    assert owner_of(shop, base) == ada


def test_a_number_proved_by_code_stays_proved_when_the_customer_leaves(shop: Flask, host: Host) -> None:
    host.here = ADA
    browser = Browser(shop)
    browser.get("/bnpl/account/sign-in")
    host.here = None
    browser.post("/bnpl/account/sign-in", phone=ADA.phone)
    browser.post(browser.answer.request.path, code=last_code(shop))
    host.here = ADA
    base = browser.open("order-0")
    browser.choose(base)
    assert browser.step == "facts"
    host.here = None
    assert browser.get(f"{base}/facts").status_code == 200


def test_another_browser_of_the_same_customer_reaches_the_checkout_by_signing_in(shop: Flask, host: Host) -> None:
    host.here = ADA
    browser = Browser(shop)
    base = browser.open("order-0")
    browser.choose(base)
    stranger = Browser(shop)
    assert stranger.get(f"{base}/facts").status_code == 404
    stranger.get("/bnpl/account/sign-in")
    stranger.post(f"/bnpl/account/sign-in?checkout={checkout_id(base)}", phone="06 12 34 56 78")
    assert stranger.step == "facts"
    other = Browser(shop)
    other.get("/bnpl/account/sign-in")
    other.post(f"/bnpl/account/sign-in?checkout={checkout_id(base)}", phone=BOB.phone)
    assert "Ada" not in other.words
    assert other.step != "facts"


def test_the_link_of_a_persons_answer_leads_a_signed_in_shopper_on_at_once(shop: Flask, host: Host) -> None:
    browser = Browser(shop)
    base = browser.open("order-0")
    browser.choose(base)
    browser.prove_phone(base)
    browser.get(f"/bnpl/account/sign-in?checkout={checkout_id(base)}")
    assert browser.step == "facts"
    browser.get("/bnpl/account/sign-in?checkout=chk_nothing")
    assert browser.step == "sign-in"


def test_the_hosts_word_is_as_fresh_as_it_is_given(shop: Flask, host: Host) -> None:
    host.here = ADA
    browser = Browser(shop)
    base = browser.open("order-0")
    browser.choose(base)
    clock(shop).advance(timedelta(hours=2))
    browser.get("/bnpl/prequalify")
    assert browser.step == "sign-in"
    browser.post("/bnpl/account/sign-in?to=prequalify.", phone=ADA.phone)
    assert browser.step == "prequalify", browser.words
    again = browser.open("order-1")
    browser.choose(again)
    assert owner_of(shop, again) == owner_of(shop, base)


# who is served --------------------------------------------------------------------------------------------------------
OWNERS = {"SEGMENTS": "device_owner", "OPEN_TO": "device_owner", "TRUST_HOST_PHONE": "yes"}


def test_a_service_for_owners_shows_itself_to_owners_alone(tmp_path: Path, host: Host) -> None:
    app = shop_of(tmp_path, host, **OWNERS)
    browser = Browser(app)
    for here, shown in ((None, False), (BOB, False), (ADA, True)):
        host.here = here
        browser.get("/cart/order-0")
        assert ("€99.67" in browser.words) is shown
        assert ('name="order_ref"' in browser.text) is shown
    offer = "/bnpl/offer?amount_minor=29900&currency=EUR"
    assert browser.client.get(offer).text == ""
    assert browser.client.get(offer, headers={"Accept": "application/json"}).json == {"offer": None}


def test_a_shopper_outside_is_refused_kindly_before_and_after_the_code(tmp_path: Path, host: Host) -> None:
    app = shop_of(tmp_path, host, **OWNERS)
    browser, token = Browser(app), ""
    host.here = ADA
    browser.get("/cart/order-0")
    token = browser.field("order_ref")
    host.here = BOB
    browser.post("/bnpl/checkout", order_ref=token)
    assert browser.answer.status_code == 403
    assert "not open to everyone yet" in browser.words
    assert "service_not_open" in browser.words
    host.here = None  # a guest: only the number can tell
    browser.post("/bnpl/checkout", order_ref=token)
    base = browser.answer.request.path.rsplit("/", 1)[0]
    browser.choose(base)
    browser.post(f"{base}/phone", phone=BOB.phone)
    browser.post(f"{base}/code", code=last_code(app))
    assert browser.answer.status_code == 403
    assert "not open to everyone yet" in browser.words
    assert owner_of(app, base) is None


def test_an_owner_comes_in_and_is_known_as_a_guest_later(tmp_path: Path, host: Host) -> None:
    app = shop_of(tmp_path, host, **OWNERS)
    host.here = ADA
    browser = Browser(app)
    browser.get("/cart/order-1")
    token = browser.field("order_ref")
    base = browser.open("order-0")
    browser.choose(base)
    assert browser.step == "facts"
    host.here = None
    guest = Browser(app)
    guest.get("/cart/order-1")
    guest.post("/bnpl/checkout", order_ref=token)
    base = guest.answer.request.path.rsplit("/", 1)[0]
    guest.choose(base)
    guest.prove_phone(base)
    assert guest.step == "facts"


# ever new numbers -----------------------------------------------------------------------------------------------------
def ask_codes(browser: Browser, base: str, *, first: int, count: int) -> list[int]:
    found = []
    for number in range(first, first + count):
        browser.post(f"{base}/phone", phone=f"+336123{number:05d}")
        found.append(browser.answer.status_code)
    return found


def test_one_browser_with_ever_new_numbers_is_stopped(tmp_path: Path, host: Host) -> None:
    app = shop_of(tmp_path, host, CODES_PER_BROWSER="3")
    browser = Browser(app)
    base = browser.open("order-0")
    browser.choose(base)
    assert ask_codes(browser, base, first=0, count=4) == [200, 200, 200, 422]
    assert "Too many attempts" in browser.words
    browser.get("/bnpl/account/sign-in")
    browser.post("/bnpl/account/sign-in", phone="+33612399999")
    assert "Too many attempts" in browser.words
    assert len(house_of(app).notifier.sent) == 3  # type: ignore[attr-defined]
    other = Browser(app)
    other.get("/bnpl/account/sign-in")
    other.post("/bnpl/account/sign-in", phone="+33612399999")
    assert "We sent a code" in other.words


def test_one_address_with_ever_new_browsers_is_stopped(tmp_path: Path, host: Host) -> None:
    app = shop_of(tmp_path, host, CODES_PER_ADDRESS="3")
    for number in range(4):
        browser = Browser(app)
        browser.get("/bnpl/account/sign-in")
        browser.post("/bnpl/account/sign-in", phone=f"+3361239999{number}")
        assert ("Too many attempts" in browser.words) is (number == 3)


# students -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("student", "told"), [("yes", "to students"), ("no", "You are approved")])
def test_in_china_one_is_asked_whether_one_studies(shop: Flask, student: str, told: str) -> None:
    shop.extensions["shop"].add(order_ref="cn", total_minor=299_900, currency="CNY")
    browser = Browser(shop)
    browser.to_decision("cn", currency="CNY", student=student)
    assert told in browser.words


@pytest.mark.parametrize("wrong", ["", "perhaps"])
def test_an_answer_left_out_is_asked_for(shop: Flask, wrong: str) -> None:
    shop.extensions["shop"].add(order_ref="cn", total_minor=299_900, currency="CNY")
    browser: Any = Browser(shop)
    browser.to_decision("cn", currency="CNY", student=wrong)
    assert browser.answer.status_code == 422
    assert "Please fill this in." in browser.words


def test_elsewhere_nobody_is_asked(shop: Flask) -> None:
    browser = Browser(shop)
    base = browser.open("order-0")
    browser.choose(base)
    browser.prove_phone(base)
    assert "study" not in browser.words
