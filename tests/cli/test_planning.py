"""``flask bnpl capital plan`` answers in words, a table and bars, and says plainly what it cannot read."""

from __future__ import annotations

import sys
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from flask import Flask

from bnpl_plugin.lifecycle import funding
from bnpl_plugin.lifecycle.funding import borrowings, funders
from bnpl_plugin.money.amount import Money
from bnpl_plugin.testing import make_app


@pytest.fixture
def shop(tmp_path: Path) -> Flask:
    return make_app(tmp_path, pages=False)


def run(shop: Flask, *asked: str, fails: int = 0) -> str:
    """Return what the command prints."""
    answer = shop.test_cli_runner().invoke(args=["bnpl", "capital", "plan", *asked])
    assert answer.exit_code == fails, answer.output
    return " ".join(answer.output.split())


HALF_YEAR = ("--target", "2000000000CNY", "--from", "2027-01", "--to", "2027-06")
DOLLARS = ("--equity", "50000000USD", "--at", "7.10", "--on", "2026-11-25", "--source", "the bank")


def test_the_first_target_is_worked_with_its_arithmetic(shop: Flask) -> None:
    told = run(shop, "--example", "first-half-year")
    assert "Target: 2.00 bn CNY lent in 6 months, 2027-01 to 2027-06." in told
    assert "50.00 M USD × 7.10 = 355.00 M CNY (rate of 2026-11-25, planning assumption)" in told
    assert "Borrowing, non-standard: 1 × net assets = 355.00 M CNY (Jin Gui [2024] 26" in told
    assert "Borrowing, standardised: 4 × net assets = 1.42 bn CNY (Jin Gui [2024] 26" in told
    assert "the capital turns 365 / 137.3 = 2.66 times a year" in told
    assert "Equity alone carries 355.00 M CNY × 2.66 = 943.68 M CNY a year." in told
    assert "Equity and borrowings carry 2.13 bn CNY × 2.66 = 5.66 bn CNY a year." in told
    assert "they carry all; nothing more has to be sold." in told
    assert "Holds in every month; the least room is 1.05 bn CNY, in 2027-06." in told
    assert "2027-06 333.33 M 231.23 M - 1.07 bn 1.08 bn 06-30 - 355.00 M 355.00 M 371.98 M 1.05 bn -" in told


def test_the_second_target_breaks_and_what_would_carry_it_is_told(shop: Flask) -> None:
    told = run(shop, "--example", "third-year")
    assert "75.00 bn CNY / 2.66 = 28.20 bn CNY is outstanding on average." in told
    assert "26.07 bn CNY (92.4 %) is beyond that and has to be sold too." in told
    assert "Breaks in 2029-01: it needs 3.62 bn CNY more on 2029-01-31: sell loans (62.94 % of all)" in told
    assert "The worst is 2029-12: it needs 23.99 bn CNY more on 2029-12-31: sell loans (91.85 % of all)" in told
    assert "raise equity (by 4.00 bn CNY) or shorten the mix (to an average life of 11.2 days)." in told
    assert "Holds in every month" in run(shop, "--example", "third-year", "--sold", "91.85")


def test_a_question_of_one_s_own(shop: Flask) -> None:
    told = run(
        shop, *HALF_YEAR, *DOLLARS, "--mix", "pay_in_3=33.5,instalments_12=66.5", "--loss", "1.5", "--early", "2",
        "--sold", "20", "--season", "6=150", "--flash", "2027-06-18=50", "--leverage", "standardised=2.5",
    )  # fmt: skip
    assert "Mix: pay_in_3 33.5 %, instalments_12 66.5 %." in told
    assert "never paid 1.5 %; paid ahead each month 2 %; sold to funders 20 %" in told
    assert "100, 100, 100, 100, 100, 150, 100" in told
    assert "flash sale on 2027-06-18 of 50 % of a month" in told
    assert "non-standard: no ceiling in force in 2027-01" in told
    assert "standardised: 2.5 × net assets = 887.50 M CNY (operator, from 2027-01-01)" in told


def test_equity_and_mix_come_from_the_shop_where_nothing_is_said(shop: Flask) -> None:
    told = run(shop, "--target", "1000000EUR", "--from", "2027-01", "--to", "2027-01")
    assert "Equity: 50.00 M EUR." in told
    assert "lent in 1 month," in told
    assert "Mix: instalments_12 14.29 %" in told
    assert "no ceiling in force" in told  # no law here caps what a euro lender borrows


def test_what_is_borrowed_already_is_no_equity_to_borrow_on_once_more(shop: Flask) -> None:
    house = shop.extensions["bnpl"]
    with shop.app_context():
        funder_id = funders.register(house, name="Bank").funder_id
        borrowings.take(
            house, pool_id="pool_cny", funder_id=funder_id, kind="standardised", principal_minor=10**9,
            nominal_rate_bps=0, due_on=house.today("UTC") + timedelta(days=300),
        )  # fmt: skip
        funding.add_capital(
            house, source=Money.of(1_000_000, "CNY"), into="CNY", country="CN", rate=Decimal(1),
            rate_on=house.today("UTC"), rate_source="test",
        )  # fmt: skip
    assert "Equity: 51.00 M CNY." in run(shop, *HALF_YEAR)


def test_the_plan_is_drawn_without_script(shop: Flask, tmp_path: Path) -> None:
    drawn = tmp_path / "plan.svg"
    assert f"Drawn: {drawn}" in run(shop, "--example", "third-year", "--chart", str(drawn))
    picture = drawn.read_text(encoding="utf-8")
    ET.fromstring(picture)
    assert "75,000,000,000.00 CNY lent, 2029-01 to 2029-12" in picture
    assert "billion CNY" in picture
    assert "<script" not in picture


def test_a_chart_that_cannot_be_made_is_told(shop: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = ("--example", "first-half-year", "--chart")
    assert "accepted: a name that ends in .svg" in run(shop, *asked, str(tmp_path / "plan.png"), fails=2)
    assert "cannot be written" in run(shop, *asked, str(tmp_path / "nowhere" / "plan.svg"), fails=1)
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    assert "pip install 'bnpl_plugin[charts]'" in run(shop, *asked, str(tmp_path / "plan.svg"), fails=1)


@pytest.mark.parametrize(
    ("asked", "fault"),
    [
        (("--from", "2027-01", "--to", "2027-06"), "--target is missing"),
        (("--target", "1CNY", "--to", "2027-06"), "--from is missing"),
        ((*HALF_YEAR, "--from", "2027-13"), "'2027-13' is not a month; accepted: 2027-01"),
        ((*HALF_YEAR, "--from", "01/2027"), "'01/2027' is not a month"),
        ((*HALF_YEAR, "--from", "0000-01"), "'0000-01' is not a month"),
        ((*HALF_YEAR, "--from", "2027-07"), "before the first month"),
        ((*HALF_YEAR, "--to", "2037-01"), "Accepted: 1 to 120 months"),
        ((*HALF_YEAR, "--mix", "pay_in_3=60,pay_in_9=40"), "no plan is called 'pay_in_9'; there are: instalments_12"),
        ((*HALF_YEAR, "--mix", "pay_in_3=60"), "sums to 60 %"),
        ((*HALF_YEAR, "--mix", "pay_in_3=60,pay_in_3=40"), "'pay_in_3=40' cannot be used"),
        ((*HALF_YEAR, "--mix", "pay_in_3=-60,instalments_12=160"), "cannot be used"),
        ((*HALF_YEAR, "--mix", "pay_in_3"), "'pay_in_3' cannot be used"),
        ((*HALF_YEAR, "--mix", "pay_in_3=33.333,instalments_12=66.667"), "has too many decimals"),
        ((*HALF_YEAR, "--equity", "50000000USD"), "in USD and the pool in CNY: give the rate with --at"),
        ((*HALF_YEAR, "--equity", "50000000USD", "--at", "seven"), "'seven' is not a decimal number"),
        ((*HALF_YEAR, "--equity", "50000000USD", "--at", "NaN"), "is NaN"),
        ((*HALF_YEAR, "--equity", "50000000USD", "--at", "-7"), "is -7"),
        ((*HALF_YEAR, "--equity", "0CNY"), "equity: is 0.00 CNY"),
        ((*HALF_YEAR, "--target", "0CNY"), "target: is 0.00 CNY"),
        ((*HALF_YEAR, "--target", "-5CNY"), "is not an amount"),
        ((*HALF_YEAR, "--target", "99999999999999999CNY"), "out of range"),
        ((*HALF_YEAR, "--target", "5JPY"), "the shop has no pool in JPY"),
        ((*HALF_YEAR, "--target", "5JPY", "--equity", "5JPY"), "no plan is sold in JPY"),
        ((*HALF_YEAR, "--leverage", "bank=3"), "bank; accepted: non_standard, standardised"),
        ((*HALF_YEAR, "--leverage", "standardised=500"), "a decimal from 0 to 100"),
        ((*HALF_YEAR, "--country", "XX"), "is 'XX'; accepted: CN"),
        ((*HALF_YEAR, "--sold", "101"), "accepted: 0 to 100"),
        ((*HALF_YEAR, "--season", "13=5"), "'13' is not a month"),
        ((*HALF_YEAR, "--flash", "2027-02-30=5"), "'2027-02-30' is not a day"),
        ((*HALF_YEAR, "--flash", "2027-07-01=5"), "a day from 2027-01 to 2027-06"),
        (("--example", "fourth-year"), "'fourth-year' is not one of"),
        (("--example", "third-year", "--target", "5EUR"), "in USD and the pool in EUR"),
    ],
)
def test_what_cannot_be_read_is_told_plainly(shop: Flask, asked: tuple[str, ...], fault: str) -> None:
    answer = shop.test_cli_runner().invoke(args=["bnpl", "capital", "plan", *asked])
    assert answer.exit_code in (1, 2)
    assert fault in " ".join(answer.output.split())
    assert "Traceback" not in answer.output
