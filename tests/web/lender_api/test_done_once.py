"""A deed that was written is never done again, even if its answer was never given."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from bnpl_plugin.ports.store import Changeset
from tests.web.browsing import Browser
from tests.web.lender_api.conftest import Ask

ADD = {
    "amount_minor": 1_000_00, "currency": "EUR", "rate": "1", "rate_on": "2026-11-24", "rate_source": "test",
}  # fmt: skip


class Killed(BaseException):
    """The process ends here."""


def available(ask: Ask) -> int:
    return sum(pool["available_minor"] for pool in ask("get", "/pools").json["data"] if pool["currency"] == "EUR")


@pytest.mark.parametrize("killed_after_the_deed", [True, False])
def test_a_killed_deed_is_done_exactly_once(
    shop: Flask, ask: Ask, monkeypatch: pytest.MonkeyPatch, killed_after_the_deed: bool
):
    house = shop.extensions["bnpl"]
    before, write = available(ask), house.store.write

    def until_killed(changeset: Changeset) -> Any:
        answered = any(move.table == "idempotency" and move.set.get("state") == "done" for move in changeset.moves)
        deed = any(entry.kind == "capital_added" for entry in changeset.entries)
        if answered or (deed and not killed_after_the_deed):
            raise Killed
        return write(changeset)

    monkeypatch.setattr(house.store, "write", until_killed)
    with pytest.raises(Killed):
        ask("post", "/capital", json=ADD, idempotency_key="once")
    monkeypatch.undo()
    house.clock.advance(timedelta(seconds=house.settings.lease_seconds + 1))
    again = ask("post", "/capital", json=ADD, idempotency_key="once")
    assert again.status_code in (200, 201), again.json
    assert available(ask) == before + 1_000_00
    assert ask("post", "/capital", json=ADD, idempotency_key="once").status_code in (200, 201)
    assert available(ask) == before + 1_000_00


def dies_at(monkeypatch: pytest.MonkeyPatch, shop: Flask, fits: Any) -> None:
    """Kill the process at the first write that fits."""
    house = shop.extensions["bnpl"]
    write = house.store.write

    def until_killed(changeset: Changeset) -> Any:
        if fits(changeset):
            raise Killed
        return write(changeset)

    monkeypatch.setattr(house.store, "write", until_killed)


def a_loan(shop: Flask, **means: str) -> Any:
    base = Browser(shop).to_placed("order-1", **means)
    return shop.extensions["bnpl"].purchase(base.rsplit("/", 1)[1])


@pytest.mark.parametrize("dies", ["after the sale is written", "after its loans have moved"])
def test_a_killed_sale_asked_for_again_is_the_same_sale_and_has_moved_its_loans(
    shop: Flask, ask: Ask, monkeypatch: pytest.MonkeyPatch, dies: str
):
    house, pool_id = shop.extensions["bnpl"], a_loan(shop).loan.pool_id
    funder_id = ask("post", "/funders", json={"name": "Bank"}).json["funder_id"]
    body = {"funder_id": funder_id, "price_bps": 10_000, "target_minor": 10**9}
    moves = "loans.sold" if dies == "after the sale is written" else ""
    dies_at(
        monkeypatch, shop,
        lambda written: any(event.kind == moves for event in written.events)
        or any(move.table == "idempotency" and move.set.get("state") == "done" for move in written.moves),
    )  # fmt: skip
    with pytest.raises(Killed):
        ask("post", f"/pools/{pool_id}/loan-sales", json=body, idempotency_key="once")
    monkeypatch.undo()
    house.clock.advance(timedelta(seconds=house.settings.lease_seconds + 1))
    again = ask("post", f"/pools/{pool_id}/loan-sales", json=body, idempotency_key="once")
    (sale,) = house.store.treasury.loan_sales()
    assert (again.status_code, again.json["loan_sale_id"]) == (201, sale.loan_sale_id)
    assert (again.json["state"], again.json["loans"]) == ("done", 1)
    assert ask("post", f"/pools/{pool_id}/loan-sales", json=body, idempotency_key="once").json == again.json


def raise_of(shop: Flask, ask: Ask, *, by_minor: int, **options: Any) -> tuple[Any, int]:
    path = f"/shoppers/{shopper_of(shop)}/line"
    limit_minor = ask("get", path).json["limit_minor"]
    body = {"operator": "ann", "reason": "good_history", "limit_minor": limit_minor + by_minor}
    answer = ask("post", f"{path}/raise", json=body, **options)
    return answer, len(ask("get", path).json["limit_changes"])


def shopper_of(shop: Flask) -> str:
    with shop.extensions["bnpl"].store.engine.connect() as connection:
        return str(connection.exec_driver_sql("SELECT shopper_id FROM bnpl_credit_line").scalar_one())


@pytest.mark.parametrize("dies", ["before the offer", "after the offer"])
def test_a_killed_raise_asked_for_again_is_offered_once(
    shop: Flask, ask: Ask, monkeypatch: pytest.MonkeyPatch, dies: str
):
    house = shop.extensions["bnpl"]
    a_loan(shop, monthly_income="4000", monthly_outgoings="500")
    with house.store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE bnpl_credit_line SET limit_minor = limit_minor - 5000")
    kind = "limit_change.offered" if dies == "before the offer" else ""
    dies_at(
        monkeypatch, shop,
        lambda written: any(event.kind == kind for event in written.events)
        or any(move.table == "idempotency" and move.set.get("state") == "done" for move in written.moves),
    )  # fmt: skip
    with pytest.raises(Killed):
        raise_of(shop, ask, by_minor=1_000, idempotency_key="once")
    monkeypatch.undo()
    house.clock.advance(timedelta(seconds=house.settings.lease_seconds + 1))
    again, changes = raise_of(shop, ask, by_minor=1_000, idempotency_key="once")
    assert (again.status_code, again.json.get("state"), changes) == (201, "offered", 1)


def test_a_raise_that_was_refused_is_not_told_to_be_done_when_asked_again(shop: Flask, ask: Ask):
    a_loan(shop, monthly_income="4000", monthly_outgoings="500")
    for _ in range(2):
        answer, changes = raise_of(shop, ask, by_minor=10**9, idempotency_key="once")
        assert (answer.status_code, changes) == (422, 0)
