"""The lender lays target, lending and capacity side by side in the console, and on the command line."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

from flask import Flask

from bnpl_plugin.lifecycle import funding
from bnpl_plugin.lifecycle.funding import borrowings, funders
from bnpl_plugin.money.amount import Money
from tests.web.browsing import Browser, house_of

TARGET = "100000000EUR 2026-11 2027-01"


def operator_in(shop: Flask) -> Browser:
    operator = Browser(shop)
    operator.get("/bnpl/console/sign-in")
    operator.post("/bnpl/console/sign-in", name="Noor", password=house_of(shop).settings.console_password)
    return operator


def test_an_operator_sees_target_lent_and_capacity_by_month(shop: Flask, browser: Browser) -> None:
    browser.to_placed("order-1")
    operator = operator_in(shop)
    operator.get("/bnpl/console/capital")
    assert "Target and actual" in operator.words
    operator.get(f"/bnpl/console/capital/plan?target={TARGET.replace(' ', '+')}")
    for month in ("2026-11", "2026-12", "2027-01"):
        assert month in operator.words
    assert "€100,000,000.00" in operator.words
    assert "Capacity" in operator.words


def test_what_is_no_target_is_told_with_its_form_and_never_run(shop: Flask) -> None:
    operator = operator_in(shop)
    for asked in ("nonsense", "<script>alert(1)</script>", "1GBP 2027-01 2027-02", "9" * 500):
        answer = operator.get("/bnpl/console/capital/plan?target=" + asked.replace(" ", "+"))
        assert answer.status_code == 422, asked
        assert "<script>alert" not in operator.text
        assert "Accepted" in operator.words


def test_a_stranger_is_asked_to_sign_in(shop: Flask) -> None:
    stranger = Browser(shop)
    stranger.get("/bnpl/console/capital/plan?target=1EUR+2027-01+2027-02")
    assert stranger.step == "sign-in"


def test_the_command_line_says_the_same(shop: Flask, browser: Browser) -> None:
    browser.to_placed("order-1")
    asked = ("--target", "100000000EUR", "--from", "2026-11", "--to", "2027-01", "--actual")
    told = shop.test_cli_runner().invoke(args=["bnpl", "capital", "plan", *asked])
    assert told.exit_code == 0, told.output
    assert "really lent" in told.output


def test_console_and_command_line_know_one_capacity_where_the_law_caps_borrowing(shop: Flask) -> None:
    house = house_of(shop)
    with shop.app_context():
        equity = Money.of(1_000_000, "CNY")
        pool = funding.add_capital(house, source=equity, into="CNY", rate_on=house.today("UTC"), rate_source="owners")
        bank = funders.register(house, name="Bank")
        borrowings.take(
            house, pool_id=pool.pool_id, funder_id=bank.funder_id, kind="standardised", principal_minor=500_000_00,
            nominal_rate_bps=385, due_on=house.today("UTC") + timedelta(days=365),
        )  # fmt: skip
    operator = operator_in(shop)
    operator.get("/bnpl/console/capital/plan?target=1CNY+2027-01+2027-01")
    asked = ("--target", "1CNY", "--from", "2027-01", "--to", "2027-01", "--actual")
    told = shop.test_cli_runner().invoke(args=["bnpl", "capital", "plan", *asked])
    figure = re.search(r"([0-9.]+) M CNY$", told.output.strip())
    assert figure, told.output
    millions = [int(text.replace(",", "")) for text in re.findall(r"CN¥([0-9,]{7,})", operator.words)]
    assert any(f"{Decimal(found) / 10**6:.2f}" == figure[1] for found in millions), (figure[1], operator.words)
