"""The lender lays target, lending and capacity side by side in the console, and on the command line."""

from __future__ import annotations

from flask import Flask

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
