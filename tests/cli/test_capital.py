"""``flask bnpl capital`` keeps pools, borrowings, limits, funders and sales, and says plainly what it cannot do."""

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
    answer = shop.test_cli_runner().invoke(args=["bnpl", "capital", *asked])
    assert answer.exit_code == fails, answer.output
    return " ".join(answer.output.split())


def test_a_treasurers_day(shop: Flask) -> None:
    told = run(shop, "add", "50000000USD", "--as", "CNY", "--at", "7.10", "--source", "PBoC", "--country", "CN")
    assert told == "pool_cny_cn: available 355000000.00 CNY"
    bank = run(shop, "funder", "Bank 🏦", "--servicing", "1.5")
    bond = run(
        shop, "borrow", "pool_cny_cn", bank, "1420000000CNY", "--kind", "standardised", "--rate", "3.2", "--due",
        "2029-01-01",
    )  # fmt: skip
    more = ("borrow", "pool_cny_cn", bank, "0.01CNY", "--kind", "standardised", "--rate", "0", "--due", "2029-01-01")
    assert "1420000000.00 CNY" in run(shop, *more, fails=1)
    limit = run(shop, "limit", "pool_cny_cn", "cohort", "C", "1000000CNY").partition(":")[0]
    share = run(shop, "share", "pool_cny_cn", bank, "--share", "70", "--plan", "instalments_12", "--to", "2029-01-01")
    assert "0 loans" in run(shop, "sell", "pool_cny_cn", bank, "--amount", "5CNY", "--price", "99.5")
    assert "0 loans" in run(shop, "sell", "pool_cny_cn", bank, "--amount", "5CNY", "--price", "101.25")
    assert "0 loans" in run(shop, "buy-back", "pool_cny_cn", bank, "--amount", "5CNY")
    shown = run(shop, "show", "--full")
    for part in (
        "available 1775000000.00 CNY", "standardised: owed 1420000000.00 CNY, ceiling 1420000000.00 CNY",
        f"{limit} active: cohort C: 0.00 CNY of 1000000.00 CNY", f"{share} active", "exchanged 50000000.00 USD",
        f"{bond} open: 1420000000.00 CNY due 2029-01-01",
    ):  # fmt: skip
        assert part in shown
    assert run(shop, "unlimit", limit) == run(shop, "unshare", share) == "ended"
    assert "repaid" in run(shop, "repay", bond, "1420000000CNY")
    assert "available 354999999.00 CNY" in run(shop, "withdraw", "pool_cny_cn", "1CNY")
    assert f"{bank}: Bank 🏦" in run(shop, "funders")


@pytest.mark.parametrize(
    "asked",
    [
        ("add", "5EUR", "--at", "2"),
        ("add", "5EUR", "--country", "XX"),
        ("add", "-5EUR"),
        ("withdraw", "pool_eur", "5USD"),
        ("withdraw", "pool_9", "5EUR"),
        ("limit", "pool_eur", "plan", "x", "5CNY"),
        ("limit", "pool_eur", "country", "x", "5EUR"),
        ("unlimit", "lim_9"),
        ("unshare", "col_9"),
        ("repay", "bor_9", "5EUR"),
        ("funder", "x", "--servicing", "101"),
        ("sell", "pool_eur", "fun_9", "--amount", "5EUR"),
        ("remit", "fun_9", "EUR", "--bank-ref", "x"),
        ("remit", "fun_9", "EUR", "--amount", "5USD", "--bank-ref", "x"),
        ("borrow", "pool_eur", "fun_9", "5EUR", "--kind", "non_standard", "--rate", "1", "--due", "2029-01-01"),
    ],
)
def test_what_cannot_be_is_told_and_not_done(shop: Flask, asked: tuple[str, ...]) -> None:
    before = run(shop, "show", "--full")
    answer = shop.test_cli_runner().invoke(args=["bnpl", "capital", *asked])
    assert answer.exit_code in (1, 2)
    assert "Traceback" not in answer.output
    assert answer.exception is None or isinstance(answer.exception, SystemExit)
    assert run(shop, "show", "--full") == before


def test_an_exchange_without_its_rate_is_refused(shop: Flask) -> None:
    assert "rate: is missing" in run(shop, "add", "5USD", "--as", "CNY", fails=1)
    assert "rate: is missing" in run(shop, "withdraw", "pool_eur", "5EUR", "--as", "USD", fails=1)
