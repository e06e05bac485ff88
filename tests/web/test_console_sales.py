"""Operators make, watch and run flash sales on the console."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from bnpl_plugin.errors import GateUnavailable
from bnpl_plugin.lifecycle.flash_sale import selling
from bnpl_plugin.lifecycle.flash_sale.terms import ItemTerms, SaleTerms
from bnpl_plugin.ports.gate import Wish
from bnpl_plugin.web.console.sales import live
from tests.web.browsing import Browser, clock, house_of, make_shop

PAGE = "/bnpl/console/sales"
NEW: dict[str, Any] = {
    "name": "Double 11 🛒", "country": "CN", "starts": "2026-11-25T00:00", "ends": "2026-11-25T02:30",
    "fairness": "first_come", "sku": ["P1", "", "P2"], "item": ["Phone", "", "Watch"], "units": ["10", "", "20"],
    "price": ["4 999,00", "", "999"], "per_shopper": ["1", "1", "2"], "line": ["", "", "0"], "plan": ["pay_in_3"],
    "capital": "100000", "top_up": "5000", "subsidy": "200", "subsidy_rate": "0", "hold_seconds": "120",
    "ceiling_seconds": "900", "shards": "1", "per_device": "5",
}  # fmt: skip


@pytest.fixture
def shop(tmp_path: Path) -> Flask:
    return make_shop(tmp_path, config={"BNPL_BOARD_SECONDS": 3, "BNPL_BOARD_STREAMS": 1})


@pytest.fixture
def operator(shop: Flask) -> Browser:
    browser = Browser(shop)
    browser.get(PAGE)
    assert browser.step == "sign-in"
    browser.enter_console()
    browser.get(PAGE)
    return browser


def made(shop: Flask, *, units: int = 3, opens_in: int = 0) -> str:
    now = clock(shop).now()
    terms = SaleTerms(
        name="Spring", country="FR", items=(ItemTerms(sku="P1", name="Phone", units=units, price_minor=29_900),),
        starts_at=now + timedelta(minutes=opens_in), ends_at=now + timedelta(hours=1),
    )  # fmt: skip
    return selling.create(house_of(shop), terms, merchant_id="host").sale.sale_id


def test_a_sale_is_made_in_the_time_of_its_country_and_shown(shop: Flask, operator: Browser) -> None:
    assert "No sale yet." in operator.words
    operator.get(f"{PAGE}/new")
    operator.post(f"{PAGE}/new", **NEW)
    assert operator.answer.status_code == 200, operator.words
    assert "Double 11 🛒" in operator.words
    view = house_of(shop).store.sales.all()[0]
    sale, (phone, watch) = view.sale, view.items
    assert (sale.starts_at.isoformat(), sale.ends_at.isoformat()) == (
        "2026-11-24T16:00:00+00:00", "2026-11-24T18:30:00+00:00",
    )  # fmt: skip
    assert (sale.ceiling_minor, sale.top_up_minor, sale.hold_seconds, sale.ceiling_seconds, sale.per_device) == (
        10_000_000, 500_000, 120, 900, 5,
    )  # fmt: skip
    assert sale.plan_codes == {"codes": ["pay_in_3"]}
    assert (phone.price_minor, phone.units_per_shopper, phone.line_limit) == (499_900, 1, 10)
    assert (watch.total_units, watch.units_per_shopper, watch.line_limit) == (20, 2, 0)
    assert house_of(shop).reads.subsidies()[0].subsidy.ceiling_minor == 20_000
    operator.get(PAGE)
    assert "coming Nov 25, 2026 12:00 AM Nov 25, 2026 2:30 AM" in operator.words.replace("\u202f", " ")


#: What is changed, and what the page must say.
WRONG = (
    ({"ends": "2020-01-01T00:00"}, "ends_at"),
    ({"ends": "x"}, "Please choose a day and a time."),
    ({"ends": "9999-12-31T23:59"}, "ends_at"),
    ({"ends": ""}, "Please choose a day and a time."),
    ({"country": "XX"}, "XX"),
    ({"units": ["x", "", "1"]}, "Each item needs"),
    ({"units": ["0", "", "1"]}, "units"),
    ({"price": ["x", "", "1"]}, "Please write a sum"),
    ({"per_shopper": ["11", "1", "1"]}, "units_per_shopper"),
    ({"sku": ["", "", ""], "item": [""] * 3, "units": [""] * 3, "price": [""] * 3}, "items"),
    ({"plan": ["no_such"]}, "no_such"),
    ({"capital": "x"}, "Please write a sum"),
    ({"capital": "999999999999"}, "which the pool has free"),
    ({"subsidy": "0"}, "above 0"),
    ({"subsidy_rate": "x"}, "Please write a percentage"),
    ({"hold_seconds": "1"}, "10 to 86400"),
    ({"hold_seconds": "x"}, "Please write a whole number."),
    ({"fairness": "auction"}, "Please fill this in."),
    ({"price": ["0.500", "", "1"]}, "Please write a sum"),
    ({"price": ["1,234.567", "", "1"]}, "Please write a sum"),
    ({"price": ["9" * 5000, "", "1"]}, "Please write a sum"),
    ({"capital": "9" * 5000}, "Please write a sum"),
    ({"subsidy_rate": "NaN"}, "Please write a percentage"),
    ({"ends": "2026-11-25T02:30+02:00"}, "Please choose a day and a time."),
    ({"starts": "9999-12-31T23:59"}, "starts_at"),
    ({"country": "FR", "starts": "2027-03-28T02:15", "ends": "2027-03-28T02:45"}, "they go forward over this one"),
    ({"sku": ["P1", "", "P1"]}, "P1 is there twice"),
    ({"starts": "", "fairness": "lottery"}, "nobody can enter it after its start"),
)  # fmt: skip


def test_what_cannot_be_a_sale_is_said_and_nothing_typed_is_lost(shop: Flask, operator: Browser) -> None:
    operator.get(f"{PAGE}/new")
    for wrong, word in WRONG:
        operator.post(f"{PAGE}/new", **{**NEW, **wrong})
        assert operator.answer.status_code in (409, 422), wrong
        assert word in operator.words, (wrong, operator.words)
        assert "Double 11 🛒" in operator.text
    assert house_of(shop).store.sales.all() == ()
    assert house_of(shop).reads.subsidies() == ()


def test_a_sale_is_paused_resumed_added_to_rebuilt_and_ended_with_a_yes(shop: Flask, operator: Browser) -> None:
    sale_id = made(shop)
    item_id = house_of(shop).store.sales.view(sale_id).items[0].sale_item_id  # type: ignore[union-attr]
    for deed, data, status, word in (
        ("pause", {}, 200, "paused"), ("pause", {}, 409, "paused"), ("resume", {}, 200, "selling"),
        ("units", {"item": item_id, "units": "2"}, 200, "5"), ("units", {"item": item_id, "units": "-2"}, 422, "5"),
        ("units", {"item": item_id, "units": ""}, 422, "a whole number from 1"),
        ("units", {"item": "x", "units": "1"}, 404, ""),
        ("capital", {"by": "100.50"}, 200, "€1,595.50"), ("capital", {"by": "x"}, 422, "Please write a sum"),
        ("capital", {"by": "0"}, 422, ""), ("capital", {"by": "9999999999"}, 422, "which the pool has free"),
        ("rebuild", {}, 200, "selling"),
        ("explode", {}, 404, ""), ("end", {}, 422, "Please tick"), ("end", {"confirm": "yes"}, 200, "ended"),
    ):  # fmt: skip
        operator.post(f"{PAGE}/{sale_id}/{deed}", **data)
        assert (operator.answer.status_code, deed) == (status, deed)
        assert word in operator.words, (deed, operator.words)
    assert operator.post(f"{PAGE}/sal_none/pause").status_code == 404
    assert operator.get(f"{PAGE}/sal_none").status_code == 404
    assert operator.get(f"{PAGE}/sal_none/events").status_code == 404


def told(text: str) -> list[dict[str, str]]:
    return [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: ")]


@pytest.fixture
def ticking(shop: Flask, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Between two events a second passes, and whatever is in the list happens."""
    deeds: list[Any] = []

    def second() -> None:
        clock(shop).advance(timedelta(seconds=1))
        if deeds:
            deeds.pop(0)()

    monkeypatch.setattr(live, "_wait", second)
    return deeds


def test_the_board_renews_itself_each_second_and_the_stream_ends(
    shop: Flask, operator: Browser, ticking: list[Any]
) -> None:
    house, sale_id = house_of(shop), made(shop, units=2)
    item_id = house.store.sales.view(sale_id).items[0].sale_item_id  # type: ignore[union-attr]

    def rush() -> None:
        for n in range(3):
            house.gate.ask(Wish(f"hld_{n}", sale_id, item_id, f"shp_{n}", 1, 29_900), now=clock(shop).now())

    ticking.append(rush)
    answer = operator.client.get(f"{PAGE}/{sale_id}/events")
    assert answer.mimetype == "text/event-stream"
    assert answer.headers["Cache-Control"] == "no-store"
    events = told(answer.text)
    assert [(e["free"], e["held"], e["waiting"], e["rate"]) for e in events] == [
        ("2", "0", "0", "–"), ("0", "2", "1", "3"), ("0", "2", "1", "0"),
    ]  # fmt: skip
    assert events[1][f"{item_id}.held"] == "2"
    assert (events[0]["left"], events[1]["left"], events[1]["state"]) == ("€598.00", "€0.00", "selling")
    assert answer.text.startswith("retry: 500")


def test_more_browsers_than_seats_get_one_look_and_are_told_to_come_later(
    shop: Flask, operator: Browser, ticking: list[Any]
) -> None:
    sale_id = made(shop)
    first = operator.client.get(f"{PAGE}/{sale_id}/events", buffered=False)
    others = iter(first.response)
    assert next(others)
    second = operator.client.get(f"{PAGE}/{sale_id}/events")
    assert (len(told(second.text)), second.text.startswith("retry: 5000")) == (1, True)
    first.close()  # the browser went away: its seat is free
    assert operator.client.head(f"{PAGE}/{sale_id}/events").status_code == 200  # takes none
    assert len(told(operator.client.get(f"{PAGE}/{sale_id}/events").text)) == 3


def test_a_gate_that_is_down_is_said_and_the_databases_figures_shown(
    shop: Flask, operator: Browser, ticking: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    sale_id = made(shop)

    def down(*_: object) -> None:
        raise GateUnavailable

    monkeypatch.setattr(type(house_of(shop).gate), "figures", down)
    operator.get(f"{PAGE}/{sale_id}")
    assert "The gate does not answer." in operator.words
    event = told(operator.client.get(f"{PAGE}/{sale_id}/events").text)[0]
    assert (event["free"], event["waiting"], event["rate"]) == ("3", "–", "–")


def test_a_closed_sales_stream_ends_at_once(shop: Flask, operator: Browser, ticking: list[Any]) -> None:
    sale_id = made(shop)
    selling.end(house_of(shop), sale_id=sale_id, by="op")
    while selling.settle(house_of(shop), sale_id=sale_id):
        pass
    operator.get(f"{PAGE}/{sale_id}")
    assert "http-equiv" not in operator.text
    assert [event["phase"] for event in told(operator.client.get(f"{PAGE}/{sale_id}/events").text)] == ["closed"]


def test_nobody_but_an_operator_watches(shop: Flask) -> None:
    stranger = shop.test_client()
    for path in ("", "/new", f"/{made(shop)}", f"/{made(shop)}/events"):
        assert stranger.get(f"{PAGE}{path}").headers["Location"].endswith("/console/sign-in")
