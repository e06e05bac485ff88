"""``flask bnpl simulate`` prints months, proves the book, leaves figures and charts, and says what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

from bnpl_plugin.testing import make_app
from examples.demo_shop.sample_law import SAMPLE_LAW


def test_it_lives_proves_and_draws(tmp_path: Path) -> None:
    shop, out = make_app(tmp_path, law=SAMPLE_LAW, pages=False), tmp_path / "out"
    asked = ("--shoppers", "12", "--days", "6", "--from", "2027-01-01", "--buying", "60", "--out", str(out))
    told = shop.test_cli_runner().invoke(args=["bnpl", "simulate", *asked])
    assert told.exit_code == 0, told.output
    assert "P1 to P10 hold" in told.output
    assert "2027-01" in told.output
    figures = json.loads((out / "figures.json").read_text())
    assert figures["months"][0]["counts"]["visits"] >= 12
    assert len((out / "figures.csv").read_text().splitlines()) == 4
    assert (out / "lent_cny.svg").read_text().startswith("<svg")
    again = shop.test_cli_runner().invoke(args=["bnpl", "simulate", *asked])
    assert again.exit_code == 1
    assert "older simulation" in again.output


def test_what_cannot_be_lived_is_told_by_name(tmp_path: Path) -> None:
    shop = make_app(tmp_path, law=SAMPLE_LAW, pages=False)
    for asked, fault in (
        (("--shoppers", "0"), "shoppers"),
        (("--days", "-1"), "days"),
        (("--capital", "1GBP"), "capital"),
    ):
        told = shop.test_cli_runner().invoke(args=["bnpl", "simulate", "--out", str(tmp_path / "out"), *asked])
        assert told.exit_code == 1, told.output
        assert fault in told.output
