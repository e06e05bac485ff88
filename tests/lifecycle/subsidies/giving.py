"""A budget to race on, and what its books say."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.lifecycle.subsidies import budgets
from bnpl_plugin.lifecycle.subsidies.terms import SubsidyTerms
from bnpl_plugin.money.amount import Money
from bnpl_plugin.ports.records import Subsidy


def zero_percent(
    house: House,
    *,
    name: str = "Zero",
    minor: int = 1_000_000,
    rate: str = "0",
    days: int = 30,
    country: str = "FR",
    currency: str = "EUR",
    merchant_id: str | None = None,
    warn_bps: int = 8_000,
    **terms: Any,
) -> Subsidy:
    """Open a budget that makes six instalments free (or cheaper) from now on, paid by the maker unless told."""
    now = house.clock.now()
    said = {"plan_codes": ("instalments_6",), "nominal_rate": Decimal(rate), **terms}
    return budgets.open_budget(
        house, name=name, budget=Money(minor, currency), country=country, terms=SubsidyTerms(**said), starts_at=now,
        ends_at=now + timedelta(days=days), warn_bps=warn_bps, merchant_id=merchant_id,
    )  # fmt: skip


def used(house: House, subsidy_id: str) -> tuple[int, int]:
    """What is used of a budget, and what of that pending holds reserve, in minor units."""
    row = house.reads.subsidy(subsidy_id)
    assert row is not None
    return row.subsidy.used_minor, row.held_minor


def balance(house: House, account: str, *, owner: str) -> int:
    """An account's balance, debit positive, in minor units."""
    query = sa.text("SELECT coalesce(sum(amount_minor), 0) FROM bnpl_posting WHERE account = :a AND owner = :o")
    with house.store.engine.connect() as connection:  # type: ignore[attr-defined]
        return int(connection.execute(query, {"a": account, "o": owner}).scalar_one())
