"""The lender sees how a loan was computed: on its console page, and on the command line the same text."""

from __future__ import annotations

from flask import Flask

from tests.web.browsing import Browser, checkout_id, house_of


def loan_of(shop: Flask, base: str) -> str:
    """Return the loan of the checkout at an address."""
    loan_id = house_of(shop).purchase(checkout_id(base)).checkout.loan_id
    assert loan_id is not None
    return loan_id


def test_an_operator_follows_the_schedule_and_the_rate_line_by_line(shop: Flask, browser: Browser) -> None:
    loan_id = loan_of(shop, browser.to_placed("order-1", plan_code="instalments_6"))
    operator = Browser(shop)
    operator.get(f"/bnpl/console/loans/{loan_id}/working")
    assert operator.step == "sign-in"
    operator.post("/bnpl/console/sign-in", name="Noor", password=house_of(shop).settings.console_password)
    operator.get(f"/bnpl/console/loans/{loan_id}")
    assert "How it was computed" in operator.words
    operator.get(f"/bnpl/console/loans/{loan_id}/working")
    assert "Nominal rate 11.9 % a year" in operator.words or "Nominal rate 7.9 % a year" in operator.words
    assert "Directive (EU) 2023/2225, Annex III, part I" in operator.words
    assert "Owed after the last row 0.00 EUR" in operator.words
    assert "Left over at that rate 0.0000" in operator.words


def test_the_command_line_explains_a_loan_and_knows_no_other(shop: Flask, browser: Browser) -> None:
    loan_id = loan_of(shop, browser.to_placed("order-1"))
    told = shop.test_cli_runner().invoke(args=["bnpl", "explain", loan_id])
    assert told.exit_code == 0, told.output
    assert "Printed as" in told.output
    assert "the principal in equal parts, no interest" in told.output
    unknown = shop.test_cli_runner().invoke(args=["bnpl", "explain", "loan_nothing"])
    assert unknown.exit_code == 1
    assert "there is no loan loan_nothing" in unknown.output
