"""The lender's capital: money put into a pool, exchanged on the way when the pool lends in another currency."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from bnpl_plugin.ledger.postings import capital_added
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.money.amount import Money
from bnpl_plugin.money.currency import MINOR_UNITS, currency
from bnpl_plugin.money.rounding import Rounding
from bnpl_plugin.ports.records import CapitalPool
from bnpl_plugin.ports.store import Changeset, PoolChange


def exchanged(source: Money, *, into: str, rate: Decimal) -> Money:
    """Return an amount in another currency at a rate (units of ``into`` for one of the source), rounded half up."""
    currency(into)
    shift = MINOR_UNITS[into] - MINOR_UNITS[source.currency]
    scaled = Money(source.minor, into).times(rate.scaleb(shift), rounding=Rounding.HALF_UP)
    return Money(scaled.minor, into)


def add_capital(
    house: House, *, source: Money, into: str, rate: Decimal, rate_on: date, rate_source: str
) -> CapitalPool:
    """Book capital into the pool of a currency, opening the pool if need be, with its journal entry.

    Raises ``InvalidInput``.
    """
    amount = exchanged(source, into=into, rate=rate)
    pool = house.store.pool(into)
    pool_id = pool.pool_id if pool else f"pool_{into.lower()}"
    now = house.clock.now()
    entry = capital_added(
        house.head(shopper_id="", value_date=rate_on),
        pool_id=pool_id, source=source, into=amount, rate=rate, rate_on=rate_on, rate_source=rate_source,
    )  # fmt: skip
    if pool is None:
        opened = CapitalPool(pool_id, "", into, amount.minor, 0, 0, now)
        house.commit(Changeset(rows=(opened,), entries=(entry,)))
    else:
        change = PoolChange(pool_id, available_minor=amount.minor)
        house.commit(Changeset(entries=(entry,), pools=(change,)))
    found = house.store.pool(into)
    assert found is not None
    return found
