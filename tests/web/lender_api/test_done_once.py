"""A deed that was written is never done again, even if its answer was never given."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from bnpl_plugin.ports.store import Changeset
from tests.web.lender_api.conftest import Ask

ADD = {
    "amount_minor": 1_000_00, "currency": "EUR", "rate": "1", "rate_on": "2026-11-24", "rate_source": "test",
}  # fmt: skip


class Killed(BaseException):
    """The process ends here."""


def available(ask: Ask) -> int:
    return sum(pool["available_minor"] for pool in ask("get", "/pools").json["data"] if pool["currency"] == "EUR")


@pytest.mark.parametrize("killed_after_the_deed", [True, False])
def test_a_killed_deed_is_done_exactly_once(shop: Flask, ask: Ask, monkeypatch: pytest.MonkeyPatch, *, killed_after_the_deed: bool):  # fmt: skip # noqa: E501
    house = shop.extensions["bnpl"]
    before, write = available(ask), house.store.write

    def until_killed(changeset: Changeset) -> Any:
        answered = any(move.table == "idempotency" and move.set.get("state") == "done" for move in changeset.moves)
        deed = any(entry.kind == "capital_added" for entry in changeset.entries)
        if answered or (deed and not killed_after_the_deed):
            raise Killed
        return write(changeset)

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(house.store, "write", until_killed)
        ask("post", "/capital", json=ADD, idempotency_key="once")
    house.clock.advance(timedelta(seconds=house.settings.lease_seconds + 1))
    again = ask("post", "/capital", json=ADD, idempotency_key="once")
    assert again.status_code in (200, 201), again.json
    assert available(ask) == before + 1_000_00
    assert ask("post", "/capital", json=ADD, idempotency_key="once").status_code in (200, 201)
    assert available(ask) == before + 1_000_00
