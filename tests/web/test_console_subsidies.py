"""Operators open, watch and stop budgets on a page of the console."""

from __future__ import annotations

import uuid

import pytest
from flask import Flask

from tests.lifecycle.subsidies.giving import zero_percent
from tests.web.browsing import Browser, house_of

PAGE = "/bnpl/console/subsidies"
NEW = {
    "name": "Spring 🌱", "country": "FR", "budget": "50 000,50", "rate": "1.9", "until": "2027-06-30", "warn": "75",
    "plan": "instalments_6", "recipients": "boss@shop.example, +33612345678",
}  # fmt: skip


def new_key() -> str:
    """Return what a form shown anew holds."""
    return uuid.uuid4().hex


@pytest.fixture
def operator(shop: Flask) -> Browser:
    browser = Browser(shop)
    browser.get(PAGE)
    assert browser.step == "sign-in"
    browser.enter_console()
    browser.get(PAGE)
    return browser


def test_a_budget_is_opened_and_shown(shop: Flask, operator: Browser) -> None:
    assert "Nobody pays for cheaper credit yet." in operator.words
    operator.post(PAGE, once=new_key(), **NEW)
    assert operator.answer.status_code == 200
    row = house_of(shop).reads.subsidies()[0].subsidy
    assert (row.ceiling_minor, row.warn_bps, row.terms["nominal_rate"]) == (5_000_050, 7_500, "0.019")
    assert row.terms["recipients"] == ["boss@shop.example", "+33612345678"]
    assert row.ends_at.isoformat() == "2027-07-01T00:00:00+00:00"
    assert "Spring 🌱" in operator.words
    assert "The shopper pays 1.9% a year" in operator.words
    assert "€50,000.50 left of €50,000.50" in operator.words


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("budget", "x"), ("budget", "0"), ("budget", "-5"), ("budget", "99999999999999999999"), ("rate", "101"),
        ("rate", "x"), ("rate", "100"), ("warn", "0"), ("until", "2020-01-01"), ("until", "x"), ("until", "9999-12-31"),
        ("country", "XX"), ("merchant_id", "mer_x"), ("for_merchants", "mer_x"), ("name", "a\u0000b"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_budget_is_said_and_nothing_typed_is_lost(
    shop: Flask, operator: Browser, field: str, given: str
) -> None:
    operator.post(PAGE, once=new_key(), **{**NEW, field: given})
    assert operator.answer.status_code == 422
    assert "boss@shop.example" in operator.text
    assert house_of(shop).reads.subsidies() == ()


def test_a_budget_is_stopped_resumed_topped_up_and_extended(shop: Flask, operator: Browser) -> None:
    house = house_of(shop)
    one = zero_percent(house).subsidy_id
    for deed, data, now in (
        ("stop", {}, "stopped"), ("stop", {}, "stopped"), ("resume", {}, "active"),
        ("top-up", {"by": "1.50"}, "active"), ("extend", {"until": "2028-01-31"}, "active"),
    ):  # fmt: skip
        operator.post(f"{PAGE}/{one}/{deed}", once=new_key(), **data)
        row = house.store.subsidy(one)
        assert row is not None
        assert (operator.answer.status_code, row.state) == (200, now)
    last = house.store.subsidy(one)
    assert last is not None
    assert (last.ceiling_minor, last.ends_at.year) == (1_000_150, 2028)


def test_a_wrong_deed_is_said(shop: Flask, operator: Browser) -> None:
    one = zero_percent(house_of(shop)).subsidy_id
    for deed, data, status in (
        ("top-up", {"by": "x"}, 422), ("top-up", {"by": ""}, 422), ("top-up", {"by": "0"}, 409),
        ("extend", {"until": "x"}, 422), ("extend", {"until": "2020-01-01"}, 409), ("explode", {}, 404),
    ):  # fmt: skip
        assert operator.post(f"{PAGE}/{one}/{deed}", once=new_key(), **data).status_code == status
    assert operator.post(f"{PAGE}/sub_none/stop").status_code == 404


def test_a_form_sent_twice_is_done_once(shop: Flask, operator: Browser) -> None:
    house = house_of(shop)
    for _ in range(2):
        operator.post(PAGE, once="one", **NEW)
    (row,) = house.reads.subsidies()
    for once in ("two", "two", "three"):
        operator.post(f"{PAGE}/{row.subsidy.subsidy_id}/top-up", once=once, by="10")
    assert house.reads.subsidies()[0].subsidy.ceiling_minor == row.subsidy.ceiling_minor + 20_00
    assert 'name="once" value="once_' in operator.text
