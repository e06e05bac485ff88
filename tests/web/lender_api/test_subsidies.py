"""The lender's systems open, read and change budgets; a replayed request opens one budget."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.lender_api.conftest import Ask

BODY: dict[str, Any] = {
    "name": "Zero", "country": "FR", "currency": "EUR", "ceiling_minor": 5_000_000, "plan_codes": ["instalments_6"],
    "ends_at": "2027-06-30T00:00:00+00:00", "recipients": ["boss@shop.example"],
}  # fmt: skip


def test_a_budget_is_opened_once_however_often_it_is_asked_for(ask: Ask):
    first = ask("post", "/subsidies", json=BODY, idempotency_key="open-1")
    again = ask("post", "/subsidies", json=BODY, idempotency_key="open-1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json == again.json
    assert first.json["nominal_rate"] == "0"
    assert first.json["free_minor"] == 5_000_000
    assert [row["id"] for row in ask("get", "/subsidies").json["data"]] == [first.json["id"]]
    assert ask("get", f"/subsidies/{first.json['id']}").json == first.json


def test_it_is_stopped_resumed_topped_up_and_extended(ask: Ask):
    one = ask("post", "/subsidies", json={**BODY, "nominal_rate": "0.019"}).json["id"]
    assert ask("post", f"/subsidies/{one}/stop", json={}).json["state"] == "stopped"
    assert ask("post", f"/subsidies/{one}/resume", json={}).json["state"] == "active"
    assert ask("post", f"/subsidies/{one}/top-up", json={"by_minor": 1}).json["ceiling_minor"] == 5_000_001
    later = ask("post", f"/subsidies/{one}/extend", json={"ends_at": "2028-01-01T00:00:00+00:00"}).json
    assert (later["ends_at"], later["nominal_rate"]) == ("2028-01-01T00:00:00Z", "0.019")


@pytest.mark.parametrize(
    "wrong",
    [
        {"ceiling_minor": 0},
        {"ceiling_minor": -1},
        {"ceiling_minor": 10**30},
        {"ceiling_minor": 1.5},
        {"currency": "USD"},
        {"nominal_rate": "1"},
        {"nominal_rate": "-0.1"},
        {"nominal_rate": "NaN"},
        {"nominal_rate": "x"},
        {"ends_at": "2020-01-01T00:00:00+00:00"},
        {"ends_at": "2027-06-30T00:00:00"},
        {"plan_codes": ["no_such"]},
        {"for_merchants": ["mer_x"]},
        {"merchant_id": "mer_x"},
        {"recipients": ["two words"]},
        {"warn_bps": 10_001},
        {"name": "a\u0000b"},
        {"lowest_minor": 9, "highest_minor": 8},
        {"more": 1},
    ],
)
def test_what_cannot_be_a_budget_is_refused_by_name(ask: Ask, wrong: dict[str, Any]):
    answer = ask("post", "/subsidies", json={**BODY, **wrong})
    assert answer.status_code == 422, answer.json
    assert answer.mimetype == "application/problem+json"
    assert ask("get", "/subsidies").json["data"] == []


def test_nothing_is_done_to_a_budget_that_is_not_there(ask: Ask):
    assert ask("get", "/subsidies/sub_none").status_code == 404
    for deed, body in (("stop", {}), ("resume", {}), ("top-up", {"by_minor": 1})):
        assert ask("post", f"/subsidies/sub_none/{deed}", json=body).status_code == 404
