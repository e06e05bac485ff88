"""``flask bnpl subsidy`` opens, shows, changes and stops budgets, and says plainly what it cannot do."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from bnpl_plugin.testing import make_app
from examples.demo_shop.sample_law import SAMPLE_LAW


@pytest.fixture
def shop(tmp_path: Path) -> Flask:
    return make_app(tmp_path, law=SAMPLE_LAW, pages=False)


def run(shop: Flask, *asked: str, fails: int = 0) -> str:
    """Return what the command prints."""
    answer = shop.test_cli_runner().invoke(args=["bnpl", "subsidy", *asked])
    assert answer.exit_code == fails, answer.output
    return " ".join(answer.output.split())


def opened(shop: Flask, *more: str) -> str:
    return run(
        shop, "add", "Spring 🌱", "--budget", "50000EUR", "--country", "FR", "--until", "2027-06-30",
        "--plan", "instalments_6", "--lowest", "100EUR", "--recipient", "boss@shop.example", *more,
    )  # fmt: skip


def test_a_budget_is_opened_and_shown_with_all_that_it_says(shop: Flask) -> None:
    one = opened(shop, "--rate", "1.9")
    assert one.startswith("sub_")
    assert f"{one} Spring 🌱 [FR, active]: budget 50000.00 EUR, used 0.00 EUR" in run(shop, "list")
    told = run(shop, "show", one)
    assert "shopper pays: 1.9 % a year" in told
    assert "prices: 100.00 EUR to any" in told
    assert "warns: at 80 %, boss@shop.example" in told
    assert "paid by: host shops: all sales: every cart plans: instalments_6" in told


def test_it_is_topped_up_extended_stopped_and_resumed(shop: Flask) -> None:
    one = opened(shop)
    assert "budget 50000.50 EUR" in run(shop, "top-up", one, "0.50EUR")
    assert "2028-01-01" in run(shop, "extend", one, "2028-01-01") + run(shop, "show", one)
    assert "[FR, stopped]" in run(shop, "stop", one)
    assert "[FR, stopped]" in run(shop, "stop", one)
    assert "[FR, active]" in run(shop, "resume", one)


@pytest.mark.parametrize(
    "asked",
    [
        ("top-up", "ONE", "1USD"),
        ("top-up", "sub_none", "1EUR"),
        ("extend", "ONE", "2020-01-01"),
        ("stop", "sub_none"),
        ("show", "sub_none"),
        ("add", "x", "--budget", "5USD", "--country", "FR", "--until", "2027-06-30"),
        ("add", "x", "--budget", "5EUR", "--country", "XX", "--until", "2027-06-30"),
        ("add", "x", "--budget", "0EUR", "--country", "FR", "--until", "2027-06-30"),
        ("add", "x", "--budget", "5EUR", "--country", "FR", "--until", "2020-06-30"),
        ("add", "x", "--budget", "5EUR", "--country", "FR", "--until", "2027-06-30", "--plan", "no_such"),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(shop: Flask, asked: tuple[str, ...]) -> None:
    one = opened(shop)
    before = run(shop, "list")
    told = run(shop, *(one if word == "ONE" else word for word in asked), fails=1)
    assert "Error" in told
    assert "Traceback" not in told
    assert run(shop, "list") == before


def test_prices_in_another_currency_than_the_budget_are_a_wrong_use(shop: Flask) -> None:
    told = run(
        shop, "add", "x", "--budget", "5EUR", "--country", "FR", "--until", "2027-06-30", "--lowest", "1USD", fails=2
    )
    assert "is in USD" in told
