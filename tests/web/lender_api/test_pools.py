"""The lender's money through its API: every deed, its replay, and what cannot be."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from tests.web.browsing import Browser, clock, house_of
from tests.web.lender_api.conftest import Ask


@pytest.fixture
def pool_id(ask: Ask) -> str:
    """A pool that China's ceilings bind, with 7100.00 CNY."""
    body = {
        "amount_minor": 100_000, "currency": "USD", "into": "CNY", "rate": "7.1", "rate_on": "2026-11-24",
        "rate_source": "bank", "country": "CN",
    }  # fmt: skip
    answer = ask("post", "/capital", json=body)
    assert (answer.status_code, answer.json["available_minor"]) == (201, 710_000), answer.json
    return str(answer.json["pool_id"])


@pytest.fixture
def funder_id(ask: Ask) -> str:
    return str(ask("post", "/funders", json={"name": "Bank", "servicing_bps": 100}).json["funder_id"])


def borrowing(funder_id: str, **other):
    return {
        "funder_id": funder_id, "kind": "non_standard", "principal_minor": 700_000, "nominal_rate_bps": 300,
        "due_on": "2029-01-01", **other,
    }  # fmt: skip


def test_a_treasurer_borrows_limits_and_repays(ask: Ask, pool_id: str, funder_id: str):
    taken = ask("post", f"/pools/{pool_id}/borrowings", json=borrowing(funder_id))
    assert taken.status_code == 201
    limit = ask("post", f"/pools/{pool_id}/limits", json={"scope": "cohort", "subject": "A", "ceiling_minor": 5}).json
    told = ask("get", f"/pools/{pool_id}").json
    assert (told["available_minor"], told["net_assets_minor"]) == (1_410_000, 710_000)
    assert told["leverage"][0]["room_minor"] == 10_000
    assert told["largest_borrower_minor"] == 71_000
    assert told["fx_position"] == {"CNY": -710_000, "USD": 100_000}
    assert [one["limit_id"] for one in told["limits"]] == [limit["limit_id"]]
    assert ask("post", f"/limits/{limit['limit_id']}/end", json={}).json["state"] == "ended"
    paid = ask("post", f"/borrowings/{taken.json['borrowing_id']}/repayments", json={"principal_minor": 700_000}).json
    assert paid["state"] == "repaid"
    out = ask("post", f"/pools/{pool_id}/withdrawals", json={"amount_minor": 10_000})
    assert out.json["available_minor"] == 700_000


def test_api_console_and_command_line_tell_one_interest_up_to_today(
    shop: Flask, ask: Ask, pool_id: str, funder_id: str
):
    ask("post", f"/pools/{pool_id}/borrowings", json=borrowing(funder_id, principal_minor=700_000))
    clock(shop).advance(timedelta(days=10))
    (told,) = ask("get", f"/pools/{pool_id}").json["borrowings"]
    expected = round(700_000 * told["nominal_rate_bps"] * 10 / 3_650_000)
    assert told["interest_minor"] == expected > 0
    assert told["accrued_to"] == house_of(shop).today("UTC").isoformat()
    amount = f"{expected // 100}.{expected % 100:02}"
    shown = shop.test_cli_runner().invoke(args=["bnpl", "capital", "show", "--full"]).output
    assert f"interest {amount} CNY" in shown
    operator = Browser(shop)
    operator.enter_console()
    operator.get("/bnpl/console/capital")
    assert f"interest CN¥{amount}" in operator.words


def test_a_borrowing_asked_twice_with_one_key_is_taken_once(ask: Ask, pool_id: str, funder_id: str):
    body = borrowing(funder_id, principal_minor=5)
    first, again = (ask("post", f"/pools/{pool_id}/borrowings", json=body, idempotency_key="one") for _ in range(2))
    assert first.json == again.json
    assert ask("get", f"/pools/{pool_id}").json["available_minor"] == 710_005


def test_what_the_law_forbids_is_told_with_its_figures(ask: Ask, pool_id: str, funder_id: str):
    answer = ask("post", f"/pools/{pool_id}/borrowings", json=borrowing(funder_id, principal_minor=710_001))
    assert (answer.status_code, answer.json["code"]) == (403, "leverage_exceeded")
    assert "7100.00" in answer.json["detail"]


def test_a_pool_without_a_known_ceiling_wants_a_reason(ask: Ask, funder_id: str):
    pool = next(one["pool_id"] for one in ask("get", "/pools").json["data"] if one["currency"] == "EUR")
    body = borrowing(funder_id, principal_minor=9)
    assert ask("post", f"/pools/{pool}/borrowings", json=body).json["errors"][0]["field"] == "no_ceiling"
    assert ask("post", f"/pools/{pool}/borrowings", json={**body, "no_ceiling": "letter"}).status_code == 201


def test_loans_are_shared_sold_and_the_funder_paid(ask: Ask, pool_id: str, funder_id: str):
    sharing = ask(
        "post", f"/pools/{pool_id}/co-lendings",
        json={
            "funder_id": funder_id, "share_bps": 5_000, "starts_at": "2026-01-01T00:00:00+00:00",
            "ends_at": "2030-01-01T00:00:00+08:00",
        },
    )  # fmt: skip
    assert (sharing.status_code, sharing.json["plan_codes"]) == (201, [])
    assert ask("post", f"/co-lendings/{sharing.json['co_lending_id']}/end", json={}).json["state"] == "ended"
    body = {"funder_id": funder_id, "price_bps": 10_000, "target_minor": 5}
    sale = ask("post", f"/pools/{pool_id}/loan-sales", json=body).json
    assert (sale["state"], sale["loans"]) == ("done", 0)
    assert ask("get", f"/loan-sales/{sale['loan_sale_id']}").json == sale
    assert ask("post", f"/pools/{pool_id}/buy-backs", json=body).json["direction"] == "buy_back"
    nothing = ask("post", f"/funders/{funder_id}/remittances", json={"currency": "CNY", "bank_ref": "x"})
    assert nothing.json["code"] == "invalid_input"
    assert ask("get", "/funders").json["data"][0]["accounts"] == []


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/capital", {"amount_minor": -1, "currency": "EUR"}),
        ("/capital", {"amount_minor": 1.5, "currency": "EUR"}),
        ("/capital", {"amount_minor": 10**30, "currency": "EUR"}),
        ("/capital", {"amount_minor": 5, "currency": "EUR", "rate": "NaN"}),
        ("/capital", {"amount_minor": 5, "currency": "EUR", "rate": "0"}),
        ("/capital", {"amount_minor": 5, "currency": "EUR", "rate": "1e400"}),
        ("/capital", {"amount_minor": 5, "currency": "XXX"}),
        ("/capital", {"amount_minor": 5, "currency": "EUR", "rate_on": "yesterday"}),
        ("/capital", {"amount_minor": 5, "currency": "EUR", "surprise": 1}),
        ("/funders", {"name": ""}),
        ("/funders", {"name": "Bank", "servicing_bps": 10_001}),
        ("/pools/{pool}/limits", {"scope": "country", "subject": "FR", "ceiling_minor": 5}),
        ("/pools/{pool}/limits", {"scope": "plan", "subject": "x", "ceiling_minor": -5}),
        ("/pools/{pool}/borrowings", {"kind": "other"}),
        ("/pools/{pool}/withdrawals", {"amount_minor": 0}),
        ("/pools/{pool}/loan-sales", {"funder_id": "x", "price_bps": 30_000, "target_minor": 1}),
        ("/pools/{pool}/co-lendings", {"funder_id": "x", "share_bps": 5, "starts_at": "now", "ends_at": "then"}),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(ask: Ask, pool_id: str, path: str, body):
    before = ask("get", "/pools").json
    answer = ask("post", path.format(pool=pool_id), json=body)
    assert answer.status_code in (400, 422), answer.json
    assert ask("get", "/pools").json == before


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/pools/pool_9/limits", {"scope": "plan", "subject": "x", "ceiling_minor": 5}),
        ("/limits/lim_9/end", {}),
        ("/co-lendings/col_9/end", {}),
        ("/borrowings/bor_9/repayments", {"principal_minor": 5}),
        ("/funders/fun_9/remittances", {"currency": "EUR", "bank_ref": "x"}),
        ("/pools/pool_9/withdrawals", {"amount_minor": 5}),
    ],
)
def test_what_is_not_there_is_not_found(ask: Ask, path: str, body):
    assert ask("post", path, json=body).status_code == 404


def test_no_loan_sale_is_not_found(ask: Ask):
    assert ask("get", "/loan-sales/lsa_9").status_code == 404
    assert ask("get", "/pools/pool_9").status_code == 404


def test_an_exchange_without_its_rate_is_refused_and_never_made_at_one(ask: Ask, pool_id: str):
    added = ask("post", "/capital", json={"amount_minor": 100, "currency": "USD", "into": "CNY", "country": "CN"})
    taken = ask("post", f"/pools/{pool_id}/withdrawals", json={"amount_minor": 100, "into": "USD"})
    for answer in (added, taken):
        assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "rate")
    assert ask("get", f"/pools/{pool_id}").json["available_minor"] == 710_000
