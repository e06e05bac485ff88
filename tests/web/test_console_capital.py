"""Operators keep the lender's money on a page of the console; what cannot be is said, and nothing is done twice."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from bnpl_plugin.lifecycle.funding import funders, limits
from bnpl_plugin.ports.records import CapitalPool
from bnpl_plugin.ports.store import Changeset, RoomChange
from tests.web.browsing import Browser, house_of

PAGE = "/bnpl/console/capital"
YUAN = {"amount": "50 000 000", "currency": "usd", "into": "CNY", "country": "CN", "rate": "7.10", "source": "PBoC"}


def pool_of(shop: Flask, pool_id: str = "pool_cny_cn") -> CapitalPool:
    found = house_of(shop).store.treasury.pool(pool_id)
    assert found is not None
    return found


@pytest.fixture
def operator(shop: Flask) -> Browser:
    browser = Browser(shop)
    browser.get(PAGE)
    assert browser.step == "sign-in"
    browser.enter_console()
    browser.get(PAGE)
    return browser


def do(browser: Browser, deed: str, *, of: str = "", **typed: str) -> int:
    """Send a form of the page as it stands; returns the answer's status."""
    once = re.search(r'name="once" value="([^"]+)"', browser.text)
    assert once
    browser.post(f"{PAGE}/{deed}", of=of, once=once[1], **typed)
    status: int = browser.answer.status_code
    return status


def test_a_treasurer_adds_borrows_limits_and_repays(shop: Flask, operator: Browser) -> None:
    house = house_of(shop)
    assert do(operator, "add", **YUAN) == 200
    assert do(operator, "funder", name="Bank 🏦", servicing="1.5") == 200
    (funder,) = house.store.treasury.funders()
    assert (funder.name, funder.servicing_bps) == ("Bank 🏦", 150)
    assert "CN¥355,000,000.00 free of CN¥355,000,000.00" in operator.words
    bond = {"funder_id": funder.funder_id, "kind": "standardised", "rate": "3.2", "due_on": "2029-01-01"}
    assert do(operator, "borrow", of="pool_cny_cn", amount="1420000000", **bond) == 200
    assert "of at most CN¥1,420,000,000.00" in operator.words
    assert do(operator, "borrow", of="pool_cny_cn", amount="0.01", **bond) == 422
    assert "At most 1420000000.00 CNY may be owed" in operator.words
    assert 'value="2029-01-01"' in operator.text
    assert do(operator, "limit", of="pool_cny_cn", scope="cohort", subject="C", amount="1000000") == 200
    assert "Rating C CN¥0.00 of CN¥1,000,000.00" in operator.words
    (limit,) = house.store.treasury.limits("pool_cny_cn")
    assert do(operator, "unlimit", of=limit.limit_id) == 200
    assert do(operator, "share", of="pool_cny_cn", funder_id=funder.funder_id, share="70", until="2029-01-01") == 200
    (sharing,) = house.store.treasury.co_lendings("pool_cny_cn")
    assert do(operator, "unshare", of=sharing.co_lending_id) == 200
    (row,) = house.store.treasury.borrowings("pool_cny_cn")
    assert do(operator, "repay", of=row.borrowing_id, amount="1420000000") == 200
    assert do(operator, "withdraw", of="pool_cny_cn", amount="5") == 200
    assert pool_of(shop).available_minor == 35_499_999_500
    assert do(operator, "sell", of="pool_cny_cn", funder_id=funder.funder_id, amount="5", price="99.5") == 200
    assert do(operator, "buy-back", of="pool_cny_cn", funder_id=funder.funder_id, amount="5", price="100") == 200
    assert "Loans sold and bought back" in operator.words
    assert house.verifier.findings() == ()


def test_a_form_sent_twice_is_done_once(shop: Flask, operator: Browser) -> None:
    once = re.search(r'name="once" value="([^"]+)"', operator.text)
    assert once
    for _ in range(2):
        operator.post(f"{PAGE}/add", of="", once=once[1], **YUAN)
    assert pool_of(shop).available_minor == 35_500_000_000
    operator.post(f"{PAGE}/add", of="", once=once[1], **{**YUAN, "amount": "1"})
    assert operator.answer.status_code == 422
    operator.post(f"{PAGE}/add", of="", once="", **YUAN)
    assert operator.answer.status_code == 422
    assert pool_of(shop).available_minor == 35_500_000_000


@pytest.mark.parametrize(
    ("deed", "typed"),
    [
        ("add", {**YUAN, "amount": "-5"}),
        ("add", {**YUAN, "amount": "9" * 30}),
        ("add", {**YUAN, "amount": "0.001"}),
        ("add", {**YUAN, "amount": "1,234.567"}),
        ("add", {**YUAN, "amount": "1,234,56"}),
        ("add", {**YUAN, "source": "x" * 501}),
        ("add", {**YUAN, "source": "\x1b"}),
        ("add", {**YUAN, "currency": "XXX"}),
        ("add", {**YUAN, "country": "🇨🇳"}),
        ("add", {**YUAN, "rate": "NaN"}),
        ("add", {**YUAN, "rate": "0"}),
        ("withdraw", {"amount": "99999999999"}),
        ("withdraw", {"amount": "0"}),
        ("limit", {"scope": "country", "subject": "FR", "amount": "5"}),
        ("limit", {"scope": "plan", "subject": "", "amount": "5"}),
        ("borrow", {"funder_id": "fun", "kind": "other", "amount": "5", "rate": "1", "due_on": "2029-01-01"}),
        ("borrow", {"funder_id": "fun", "kind": "non_standard", "amount": "5", "rate": "101", "due_on": "2029-01-01"}),
        ("borrow", {"funder_id": "fun", "kind": "non_standard", "amount": "5", "rate": "1", "due_on": "someday"}),
        ("sell", {"funder_id": "fun", "amount": "5", "price": "201"}),
        ("sell", {"funder_id": "fun", "amount": "5", "price": "99.999"}),
        ("sell", {"funder_id": "fun", "amount": "5", "price": "NaN"}),
        ("share", {"funder_id": "fun", "share": "100", "until": "2029-01-01"}),
        ("share", {"funder_id": "fun", "share": "5", "until": "2020-01-01"}),
        ("share", {"funder_id": "fun", "share": "5", "plan": "pay_in_33", "until": "2029-01-01"}),
        ("funder", {"name": "Bank", "servicing": "101"}),
        ("funder", {"name": "Bank", "servicing": "0.005"}),
    ],
)
def test_what_cannot_be_is_said_and_changes_nothing(shop: Flask, operator: Browser, deed: str, typed) -> None:
    house = house_of(shop)
    with shop.app_context():
        funder_id = funders.register(house, name="Bank").funder_id
    before = house.reads.pools()
    given = {name: funder_id if value == "fun" else value for name, value in typed.items()}
    of = "" if deed in ("add", "funder") else pool_of(shop, "pool_eur").pool_id
    assert do(operator, deed, of=of, **given) == 422
    assert "Paying later" not in operator.words or deed == "add"
    assert "We cannot lend" not in operator.words
    assert house.reads.pools() == before
    for value in given.values():
        assert value in operator.text or value in ("country", "other")


@pytest.mark.parametrize("deed", ["withdraw", "limit", "unlimit", "unshare", "repay", "remit", "burn"])
def test_what_is_not_there_is_not_found(operator: Browser, deed: str) -> None:
    typed = {"amount": "5", "scope": "plan", "subject": "x", "currency": "EUR", "bank_ref": "x"}
    assert do(operator, deed, of="nothing", **typed) == 404


def test_a_funder_is_paid_what_was_collected_for_it(shop: Flask, operator: Browser) -> None:
    house = house_of(shop)
    with shop.app_context():
        funder_id = funders.register(house, name="Bank").funder_id
    assert do(operator, "remit", of=funder_id, currency="EUR", bank_ref="one") == 422
    assert "Accepted" in operator.words


def test_an_exchange_wants_its_rate_and_a_pool_s_own_currency_none(shop: Flask, operator: Browser) -> None:
    assert do(operator, "add", **{**YUAN, "rate": ""}) == 422
    assert house_of(shop).store.treasury.pool("pool_cny_cn") is None
    before = pool_of(shop, "pool_eur").available_minor
    assert do(operator, "add", **{**YUAN, "currency": "EUR", "into": "", "country": "", "rate": ""}) == 200
    assert pool_of(shop, "pool_eur").available_minor == before + 50_000_000_00


def test_a_limit_used_in_part_shows_its_percentage(shop: Flask, operator: Browser) -> None:
    house = house_of(shop)
    with shop.app_context():
        limit = limits.set_limit(house, pool_id="pool_eur", scope="plan", subject="pay_in_3", ceiling_minor=700_00)
        house.commit(Changeset(rooms=(RoomChange("capital_limit", limit.limit_id, 99_99),)))
    operator.get(PAGE)
    assert operator.answer.status_code == 200
    assert "14.28% used" in operator.text
