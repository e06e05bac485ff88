"""Policies and what they decided: roles for the decision, lists and decisions in chunks for replays and reports."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from bnpl_plugin.ports.reads import CreditOutcome
from bnpl_plugin.ports.records import Decision, Enquiry, PolicyVersion
from bnpl_plugin.storage.rows import many, one, select_of
from bnpl_plugin.storage.schema import credit, purchases

CHUNK = 500


def roles(connection: sa.Connection) -> Sequence[PolicyVersion]:
    """Return the champion and the challenger, without their bodies."""
    c = credit.policy_version.c
    found = sa.select(c.version, c.state, c.share_bps, c.sha256, c.created_at, c.changed_at).where(
        c.state.in_(("champion", "challenger"))
    )
    rows = connection.execute(found.order_by(c.changed_at, c.version)).all()
    return tuple(PolicyVersion(r.version, r.state, r.share_bps, r.sha256, {}, r.created_at, r.changed_at) for r in rows)


def version(connection: sa.Connection, name: str) -> PolicyVersion | None:
    """Return a policy."""
    return one(connection, select_of(PolicyVersion).where(credit.policy_version.c.version == name), PolicyVersion)


def state(connection: sa.Connection, name: str) -> str | None:
    """Return a policy's state."""
    c = credit.policy_version.c
    found: str | None = connection.execute(sa.select(c.state).where(c.version == name)).scalar()
    return found


def versions(connection: sa.Connection) -> Sequence[PolicyVersion]:
    """Return every policy, the newest first."""
    c = credit.policy_version.c
    return many(connection, select_of(PolicyVersion).order_by(c.created_at.desc(), c.version.desc()), PolicyVersion)


def decisions(
    connection: sa.Connection,
    *,
    policy_version: str | None = None,
    decision_id: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Iterator[Decision]:
    """Yield decisions in chunks, a shopper's together, so that a year of them never has to fit into memory."""
    c = credit.decision.c
    wanted: list[sa.ColumnElement[bool]] = []
    if policy_version is not None:
        wanted.append(c.policy_version == policy_version)
    if decision_id is not None:
        wanted.append(c.decision_id == decision_id)
    if since is not None:
        wanted.append(c.decided_at >= since)
    if until is not None:
        wanted.append(c.decided_at < until)
    asked: sa.Select[Any] = select_of(Decision).where(*wanted).order_by(c.shopper_id, c.decision_id)
    result = connection.execution_options(yield_per=CHUNK).execute(asked)
    for rows in result.partitions(CHUNK):
        yield from (Decision(*row) for row in rows)


def decided(
    connection: sa.Connection, *, since: datetime, until: datetime
) -> Sequence[tuple[str, str, str, str, bool, int]]:
    """Count decisions by version, arm, outcome, rating and whether an instalment of their loan is overdue."""
    c, loan, part = credit.decision.c, purchases.loan.c, purchases.instalment.c
    late = sa.exists().where(
        loan.shopper_id == c.shopper_id, loan.checkout_id == c.checkout_id,
        part.shopper_id == loan.shopper_id, part.loan_id == loan.loan_id, part.state == "overdue",
    )  # fmt: skip
    rows = sa.select(c.policy_version, c.arm, c.outcome, c.rating, sa.case((late, 1), else_=0).label("late")).where(
        c.decided_by == "policy", c.decided_at >= since, c.decided_at < until
    )
    one_each = rows.subquery()
    named = tuple(one_each.c)
    counted = connection.execute(sa.select(*named, sa.func.count()).group_by(*named)).all()
    return tuple((row[0], row[1], row[2], row[3], bool(row[4]), int(row[5])) for row in counted)


def enquiry(connection: sa.Connection, *, shopper_id: str, source: str) -> Enquiry | None:
    """Return the newest answered enquiry about a shopper at a source."""
    c = credit.enquiry.c
    own = select_of(Enquiry).where(c.shopper_id == shopper_id, c.source == source, c.state == "answered")
    return one(connection, own.order_by(c.answered_at.desc(), c.enquiry_id.desc()), Enquiry)


def outcomes(connection: sa.Connection, *, until: datetime) -> Iterator[CreditOutcome]:
    """Yield the approved decisions up to an instant that a loan came of; of several for one checkout, the last."""
    c, loan, part = credit.decision.c, purchases.loan.c, purchases.instalment.c
    later = credit.decision.alias("later").c
    decided_again = sa.exists().where(
        later.shopper_id == c.shopper_id, later.checkout_id == c.checkout_id,
        sa.tuple_(later.decided_at, later.decision_id) > sa.tuple_(c.decided_at, c.decision_id),
    )  # fmt: skip
    asked: sa.Select[Any] = (
        sa.select(c.shopper_id, c.decision_id, c.decided_at, c.inputs, part.state, part.due_at, part.changed_at)
        .join(purchases.loan, sa.and_(loan.shopper_id == c.shopper_id, loan.checkout_id == c.checkout_id))
        .join(purchases.instalment, sa.and_(part.shopper_id == loan.shopper_id, part.loan_id == loan.loan_id))
        .where(c.outcome == "approved", c.decided_at <= until, ~decided_again)
        .order_by(c.shopper_id, c.decision_id, part.number)
    )
    rows = connection.execution_options(yield_per=CHUNK).execute(asked)
    for _, every in groupby(rows, key=lambda row: (row.shopper_id, row.decision_id)):
        own = list(every)
        parts = tuple((row.state, row.due_at, row.changed_at) for row in own)
        yield CreditOutcome(own[0].decided_at, own[0].inputs, parts)
