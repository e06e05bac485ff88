"""The lender's systems see every shop's sale with its capital, and set more aside."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask

from bnpl_plugin.lifecycle.flash_sale import selling
from bnpl_plugin.lifecycle.flash_sale.terms import ItemTerms, SaleTerms
from tests.web.lender_api.conftest import Ask


def test_a_sale_is_read_and_given_more_capital_once(shop: Flask, ask: Ask):
    house = shop.extensions["bnpl"]
    item, now = ItemTerms(sku="a", name="A", units=2, price_minor=1_000), house.clock.now()
    terms = SaleTerms(name="S", country="FR", items=(item,), starts_at=now, ends_at=now + timedelta(hours=1))
    sale_id = selling.create(house, terms, merchant_id="host").sale.sale_id
    told = ask("get", f"/sales/{sale_id}").json
    assert (told["ceiling_minor"], told["left_minor"], told["merchant_id"], told["gate"]) == (
        2_000, 2_000, "host", "answers",
    )  # fmt: skip
    for _ in range(2):
        told = ask("post", f"/sales/{sale_id}/capital", json={"by_minor": 500}, idempotency_key="once").json
        assert told["ceiling_minor"] == 2_500
    assert [row["ceiling_minor"] for row in ask("get", "/sales").json["data"]] == [2_500]
    assert house.gate.figures(sale_id).left_minor == 2_500
    for wrong, status in (({"by_minor": 0}, 422), ({"by_minor": 10**15}, 422), ({"by_minor": 10**16}, 422)):
        assert ask("post", f"/sales/{sale_id}/capital", json=wrong).status_code == status
    assert ask("get", "/sales/sal_none").status_code == 404
    assert ask("post", "/sales/sal_none/capital", json={"by_minor": 1}).status_code == 404
