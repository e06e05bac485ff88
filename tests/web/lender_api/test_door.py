"""Only the lender's own keys open its API."""

from __future__ import annotations

from flask import Flask
from openapi_spec_validator import OpenAPIV31SpecValidator

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
    assert "get" in ask("get", "/openapi.json").json["paths"]["/pools"]


def test_the_description_is_valid_and_says_what_a_post_wants(ask: Ask):
    document = ask("get", "/openapi.json").json
    assert [fault.message for fault in OpenAPIV31SpecValidator(document).iter_errors()] == []
    posts = [told["post"] for told in document["paths"].values() if "post" in told]
    assert len(posts) > 20
    for told in posts:
        assert "Idempotency-Key" in {one["name"] for one in told["parameters"]}, told["operationId"]
        assert told["requestBody"]["required"], told["operationId"]


def test_what_a_deed_does_not_know_is_refused_not_passed_over(ask: Ask):
    answer = ask("post", "/policies/2026-11-24/champion", json={"share_bps": 100})
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "share_bps")
