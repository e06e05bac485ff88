"""Only the lender's own keys open its API."""

from __future__ import annotations

from flask import Flask

from bnpl_plugin.lifecycle import merchants
from tests.web.lender_api.conftest import Ask


def test_the_lender_reads_its_pools(ask: Ask):
    answer = ask("get", "/pools")
    assert answer.status_code == 200
    assert {"pool_id", "free_minor"} <= answer.json["data"][0].keys()


def test_a_merchants_key_finds_nothing_here(shop: Flask, ask: Ask):
    house = shop.extensions["bnpl"]
    with shop.app_context():
        other = merchants.register(house, name="Another shop")
        key = merchants.issue_key(house, merchant_id=other.merchant_id, label="shop")
    assert ask("get", "/pools", key=key).status_code == 404
    assert ask("get", "/pools", key="bnpl_sk_nobody").status_code == 401


def test_the_description_names_every_route(ask: Ask):
    paths = ask("get", "/openapi.json").json["paths"]
    assert "get" in paths["/pools"]
    for path, methods in paths.items():  # a stranger is told what every POST wants
        for told in (methods["post"],) if "post" in methods else ():
            assert "Idempotency-Key" in [parameter["name"] for parameter in told["parameters"]], path
            assert told["requestBody"]["required"], path
