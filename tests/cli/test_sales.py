"""``flask bnpl sale`` makes, shows and runs sales, recomputes draws, and says plainly what it cannot do."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from bnpl_plugin.errors import GateUnavailable
from bnpl_plugin.lifecycle.flash_sale import lottery
from bnpl_plugin.testing import make_app
from examples.demo_shop.sample_law import SAMPLE_LAW
from tests.web.browsing import house_of

ITEM = 'PHONE-1,"Phone 📱, black",20,299.00EUR,2,5'


@pytest.fixture
def shop(tmp_path: Path) -> Flask:
    return make_app(tmp_path, law=SAMPLE_LAW, pages=False)


def run(shop: Flask, *asked: str, fails: int = 0) -> str:
    """Return what the command prints."""
    answer = shop.test_cli_runner().invoke(args=["bnpl", "sale", *asked])
    assert answer.exit_code == fails, answer.output
    return " ".join(answer.output.split())


def made(shop: Flask, *more: str) -> tuple[str, str]:
    """Make a sale; return its id and its item's."""
    words = run(shop, "create", "Spring 🌱", "--item", ITEM, "--ends", "2026-11-30", *more).split()
    return words[0], words[1]


def test_a_sale_is_made_and_shown_with_all_that_it_says(shop: Flask) -> None:
    sale_id, item_id = made(
        shop, "--plan", "pay_in_3", "--capital", "1000EUR", "--top-up", "50EUR", "--subsidy", "40EUR",
        "--subsidy-rate", "1.9", "--hold-seconds", "60", "--ceiling-seconds", "600", "--shards", "2",
        "--per-device", "9",
    )  # fmt: skip
    assert f"{sale_id} Spring 🌱 [FR, open]" in run(shop, "list")
    told = run(shop, "show", sale_id)
    assert "now: open, gate answers fairness: first_come plans: pay_in_3" in told
    assert "capital set aside: 1000.00 EUR, left 1000.00 EUR" in told
    assert f"{item_id} PHONE-1: 20 free, 0 held, 0 sold, 0 returned of 20; 0 waiting" in told
    view = house_of(shop).store.sales.view(sale_id)
    assert view is not None
    sale, item = view.sale, view.items[0]
    assert (sale.top_up_minor, sale.hold_seconds, sale.ceiling_seconds, sale.shards, sale.per_device) == (
        5_000, 60, 600, 2, 9,
    )  # fmt: skip
    assert (item.name, item.price_minor, item.units_per_shopper, item.line_limit) == ("Phone 📱, black", 29_900, 2, 5)
    budget = house_of(shop).reads.subsidies()[0].subsidy
    assert (budget.ceiling_minor, budget.terms["sale_ids"], budget.terms["nominal_rate"]) == (4_000, [sale_id], "0.019")


def test_it_is_paused_resumed_added_to_rebuilt_and_ended(shop: Flask) -> None:
    sale_id, item_id = made(shop)
    assert "[FR, paused]" in run(shop, "pause", sale_id)
    assert "[FR, open]" in run(shop, "resume", sale_id)
    assert "of 25" in run(shop, "add-units", sale_id, item_id, "5")
    assert "set aside: 7975.00 EUR" in run(shop, "add-capital", sale_id, "500EUR")
    assert "25 free" in run(shop, "rebuild", sale_id)
    assert "Aborted" in run(shop, "end", sale_id, fails=1)  # nobody has said yes
    assert "[FR, ended]" in run(shop, "end", sale_id, "--yes")


def test_a_gate_that_is_down_is_said_and_the_databases_figures_shown(shop: Flask, monkeypatch) -> None:
    sale_id, _ = made(shop)

    def down(*_: object) -> None:
        raise GateUnavailable

    monkeypatch.setattr(type(house_of(shop).gate), "figures", down)
    told = run(shop, "show", sale_id)
    assert "gate down" in told
    assert "20 free, 0 held, 0 sold, 0 returned of 20; ? waiting" in told


#: What is asked, and how the command ends.
WRONG = (
    (("show", "sal_none"), 1),
    (("pause", "sal_none"), 1),
    (("resume", "SALE"), 1),
    (("add-units", "SALE", "sit_none", "1"), 1),
    (("add-units", "SALE", "ITEM", "0"), 1),
    (("add-units", "SALE", "ITEM", "x"), 2),
    (("add-capital", "SALE", "1USD"), 2),
    (("add-capital", "SALE", "999999999999EUR"), 1),
    (("rebuild", "sal_none"), 1),
    (("entries", "SALE"), 1),
    (("create", "x", "--item", ITEM, "--ends", "2020-01-01"), 1),
    (("create", "x", "--item", ITEM, "--ends", "2026-11-30", "--country", "XX"), 1),
    (("create", "x", "--item", ITEM, "--ends", "2026-11-30", "--country", "CN"), 2),
    (("create", "x", "--item", ITEM, "--ends", "2026-11-30", "--plan", "no_such"), 1),
    (("create", "x", "--item", ITEM, "--ends", "2026-11-30", "--subsidy", "0EUR"), 1),
    (("create", "x", "--item", ITEM, "--ends", "2026-11-30", "--subsidy", "5USD"), 2),
    (("create", "x", "--item", "a,b,1", "--ends", "2026-11-30"), 2),
    (("create", "x", "--item", "a,b,-1,5EUR", "--ends", "2026-11-30"), 2),
    (("create", "x", "--item", "a,b,1,5", "--ends", "2026-11-30"), 2),
    (("create", "x", "--item", "a,b,0,5EUR", "--ends", "2026-11-30"), 1),
    (("create", "x", "--item", "a,b,1,5EUR,2", "--ends", "2026-11-30"), 1),
    (("create", "x", "--item", "", "--ends", "2026-11-30"), 2),
    (("create", "x", "--item", f"a,b,{'9' * 5000},5EUR", "--ends", "2026-11-30"), 2),
    (("create", "x", "--item", "a\nb,c,1,5EUR", "--ends", "2026-11-30"), 2),
    (("create", "x", "--item", ITEM, "--item", ITEM, "--ends", "2026-11-30"), 1),
    (("create", "x", "--item", ITEM, "--ends", "2026-11-30", "--fairness", "lottery"), 1),
    (("create", "x", "--item", ITEM, "--ends", "2026-11-30", "--merchant", "nobody"), 1),
    (("add-capital", "SALE", "0EUR"), 1),
    (("create", "x", "--item", ITEM, "--ends", "2026-11-30", "--capital", "9999999999EUR"), 1),
)


def test_what_cannot_be_done_is_said_and_changes_nothing(shop: Flask) -> None:
    names = dict(zip(("SALE", "ITEM"), made(shop), strict=True))
    before = run(shop, "list")
    for asked, fails in WRONG:
        told = run(shop, *(names.get(word, word) for word in asked), fails=fails)
        assert "Error" in told, asked
        assert "Traceback" not in told, asked
        assert "for this purchase" not in told, asked  # nobody buys here
    assert run(shop, "list") == before
    assert house_of(shop).reads.subsidies() == ()


def test_the_same_id_makes_one_sale(shop: Flask) -> None:
    assert made(shop, "--id", "sal_spring") == made(shop, "--id", "sal_spring")


SEED = "0123456789abcdef0123456789abcdef"


def test_a_draw_is_recomputed_without_a_database(tmp_path: Path, monkeypatch) -> None:
    shop = make_app(tmp_path, law=SAMPLE_LAW, pages=False)
    entries = tmp_path / "entries.txt"
    entries.write_text("# sit_1 PHONE\nb\n\na\nc\na\n", encoding="utf-8")
    monkeypatch.delitem(shop.extensions, "bnpl")  # nothing of the house is asked
    asked = ("draw", "--seed", SEED, "--item", "sit_1", "--entries", str(entries))
    told = run(shop, *asked, "--hash", lottery.commitment(SEED).upper())
    order = lottery.draw(SEED, sale_id="sit_1", entrants="abc")
    assert told.startswith(" ".join(f"{place} {name}" for place, name in enumerate(order, start=1)))
    assert told.endswith("it is the published one")
    assert "published was another hash" in run(shop, *asked, "--hash", "0" * 64, fails=1)
    assert "too short" in run(shop, *asked[:2], "x", *asked[3:], fails=1)
    assert "no seed" in run(shop, "draw", *asked[3:], fails=2)


def test_a_published_draw_is_checked_as_it_stands(tmp_path: Path) -> None:
    shop = make_app(tmp_path, law=SAMPLE_LAW, pages=False)
    order = lottery.draw(SEED, sale_id="sit_1", entrants="abc")
    asked = ("draw", "--entries", str(tmp_path / "draw.json"), "--item")
    page: dict[str, Any] = {"seed": SEED, "seed_hash": lottery.commitment(SEED)}
    for entries, fails, word in ((order, 0, "the published one"), (order[::-1], 1, "another order")):
        page["items"] = [{"sale_item_id": "sit_1", "units": 1, "entries": list(entries)}]
        (tmp_path / "draw.json").write_text(json.dumps(page), encoding="utf-8")
        assert word in run(shop, *asked, "sit_1", fails=fails)
        assert "does not say" in run(shop, *asked, "sit_2", fails=1)
    for text in ("{", '{"items": 1}'):
        (tmp_path / "draw.json").write_text(text, encoding="utf-8")
        assert "does not say" in run(shop, *asked, "sit_1", fails=1)


def test_a_lotterys_entries_are_printed(shop: Flask) -> None:
    sale_id, item_id = made(shop, "--fairness", "lottery", "--starts", "2026-11-25")
    assert run(shop, "entries", sale_id) == f"# {item_id} PHONE-1"
    assert "coming" in run(shop, "show", sale_id)
    house_of(shop).clock.advance(timedelta(days=2))  # type: ignore[attr-defined]
    assert "seed's hash" in run(shop, "show", sale_id)
