"""The opening of a limit of concentration: what is held and lent already is counted in the same transaction.

Exact beside running writers. PostgreSQL keeps all writers of holds and loans away while it counts (a table lock that
lets readers pass), so that whoever wrote before is counted. Whoever decided before and writes after is refused: a new
hold by the version of the pool's terms, all others because the ``limit_ids`` they expect have changed; they look again.
SQLite's writing transaction is alone anyway.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from bnpl_plugin.errors import refusal
from bnpl_plugin.ports.records import CapitalLimit
from bnpl_plugin.storage.schema import capital, credit
from bnpl_plugin.storage.schema.columns import POSTGRESQL
from bnpl_plugin.storage.schema.purchases import checkout, hold, loan
from bnpl_plugin.storage.writing.sections import row_of


def open_limit(connection: sa.Connection, limit: CapitalLimit) -> CapitalLimit:
    """Write a limit and put its id on the holds and loans that it counts, inside the caller's transaction.

    Raises ``GuardFailed`` (guard ``capital_pool``) for a pool that is not there.
    """
    if connection.dialect.name == POSTGRESQL:
        connection.exec_driver_sql("LOCK TABLE bnpl_hold, bnpl_loan IN SHARE ROW EXCLUSIVE MODE")
    pool = capital.capital_pool
    newer = sa.update(pool).where(pool.c.pool_id == limit.pool_id).values(terms_version=pool.c.terms_version + 1)
    if connection.execute(newer).rowcount != 1:
        raise refusal("capital_pool")
    json = connection.dialect.name == POSTGRESQL
    used = 0
    for table, own, live in (
        (hold, hold.c.principal_minor - hold.c.funder_minor, hold.c.state == "pending"),
        (loan, loan.c.outstanding_minor - loan.c.funder_minor, loan.c.outstanding_minor > 0),
    ):
        counted = sa.and_(table.c.pool_id == limit.pool_id, live, _is_of(table, limit, json=json))
        total = connection.execute(sa.select(sa.func.coalesce(sa.func.sum(own), 0)).where(counted)).scalar_one()
        used += int(total)
        named = sa.case((table.c.limit_ids == "", ","), else_=table.c.limit_ids).op("||")(f"{limit.limit_id},")
        connection.execute(sa.update(table).where(counted).values(limit_ids=named))
    opened = replace(limit, used_minor=used)
    connection.execute(sa.insert(capital.capital_limit), row_of(opened))
    return opened


def _is_of(table: Any, limit: CapitalLimit, *, json: bool) -> sa.ColumnElement[bool]:
    """Return the condition that a hold or a loan is one of a limit's subject."""
    if table is loan and limit.scope in ("merchant", "plan"):
        column = loan.c.merchant_id if limit.scope == "merchant" else loan.c.plan_code
        return sa.and_(column == limit.subject)
    mine = sa.exists().where(checkout.c.checkout_id == table.c.checkout_id)
    if limit.scope == "sale":
        return mine.where(checkout.c.sale_item_id == limit.subject)
    if limit.scope == "merchant":
        return mine.where(checkout.c.merchant_id == limit.subject)
    if limit.scope == "plan":
        where = "bnpl_checkout.offer->>'plan_code'" if json else "json_extract(bnpl_checkout.offer, '$.plan_code')"
        return mine.where(sa.literal_column(where) == limit.subject)
    decided = credit.decision.c
    return mine.where(
        decided.shopper_id == checkout.c.shopper_id,
        decided.decision_id == checkout.c.decision_id,
        decided.rating == limit.subject,
    )
