"""Budgets for cheaper credit: what a quote, the worker and the lists ask of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from bnpl_plugin.ports.reads import SubsidyRow
from bnpl_plugin.ports.records import Subsidy, SubsidyPart
from bnpl_plugin.storage.rows import columns_of, many, one, select_of
from bnpl_plugin.storage.schema.capital import subsidy as budgets
from bnpl_plugin.storage.schema.capital import subsidy_part as parts
from bnpl_plugin.storage.schema.purchases import hold, loan


def subsidy(connection: sa.Connection, subsidy_id: str) -> Subsidy | None:
    """Return a budget."""
    return one(connection, select_of(Subsidy).where(budgets.c.subsidy_id == subsidy_id), Subsidy)


def on_offer(connection: sa.Connection, *, country: str, currency: str, now: datetime) -> Sequence[Subsidy]:
    """Return the active budgets of a country and currency that are not over, the older first.

    One that has still to begin is among them: so that a reader who remembers that there is none is not wrong for long.
    """
    c = budgets.c
    found = select_of(Subsidy).where(c.state == "active", c.country == country, c.currency == currency, c.ends_at > now)
    return many(connection, found.order_by(c.created_at, c.subsidy_id), Subsidy)


def to_watch(connection: sa.Connection, *, now: datetime, limit: int) -> Sequence[Subsidy]:
    """Return active budgets that are over, or at their warning level, the earliest end first."""
    c = budgets.c
    due = select_of(Subsidy).where(
        c.state == "active", sa.or_(c.ends_at <= now, c.used_minor * 10_000 >= c.warn_bps * c.ceiling_minor)
    )
    return many(connection, due.order_by(c.ends_at, c.subsidy_id).limit(limit), Subsidy)


def parts_of_loan(connection: sa.Connection, loan_id: str) -> Sequence[SubsidyPart]:
    """Return the parts of a loan's subsidy by number."""
    owner = sa.select(loan.c.shopper_id).where(loan.c.loan_id == loan_id).scalar_subquery()
    own = select_of(SubsidyPart).where(parts.c.shopper_id == owner, parts.c.loan_id == loan_id)
    return many(connection, own.order_by(parts.c.number), SubsidyPart)


def parts_due(connection: sa.Connection, *, now: datetime, limit: int) -> Sequence[SubsidyPart]:
    """Return unearned parts whose due date has come, the oldest first."""
    due = select_of(SubsidyPart).where(parts.c.state == "unearned", parts.c.due_at <= now)
    order = (parts.c.due_at, parts.c.loan_id, parts.c.number)
    return many(connection, due.order_by(*order).limit(limit), SubsidyPart)


def listed(
    connection: sa.Connection, *, subsidy_id: str | None = None, merchant_id: str | None = None
) -> Sequence[SubsidyRow]:
    """Return budgets with what is held, granted and earned of each, the newest first."""
    c = budgets.c
    held = sa.select(sa.func.coalesce(sa.func.sum(hold.c.subsidy_minor), 0)).where(
        hold.c.subsidy_id == c.subsidy_id, hold.c.state == "pending"
    )
    live = (loan.c.subsidy_id == c.subsidy_id, loan.c.state != "cancelled")
    earned = (
        sa.select(sa.func.coalesce(sa.func.sum(parts.c.part_minor), 0))
        .select_from(
            parts.join(loan, sa.and_(loan.c.shopper_id == parts.c.shopper_id, loan.c.loan_id == parts.c.loan_id))
        )
        .where(*live, parts.c.state == "earned")
    )
    wanted = sa.select(
        *columns_of(Subsidy),
        held.scalar_subquery(),
        sa.select(sa.func.count()).select_from(loan).where(*live).scalar_subquery(),
        earned.scalar_subquery(),
    )
    if subsidy_id is not None:
        wanted = wanted.where(c.subsidy_id == subsidy_id)
    if merchant_id is not None:
        wanted = wanted.where(c.merchant_id == merchant_id)
    rows = connection.execute(wanted.order_by(c.created_at.desc(), c.subsidy_id.desc()))
    return tuple(SubsidyRow(Subsidy(*row[:-3]), int(row[-3]), int(row[-2]), int(row[-1])) for row in rows)
