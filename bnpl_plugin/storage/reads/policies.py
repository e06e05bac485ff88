"""Policies and what they decided: roles for the decision, lists and decisions in chunks for replays and reports."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bnpl_plugin.ports.records import Decision, PolicyVersion
from bnpl_plugin.storage.rows import many, one, select_of
from bnpl_plugin.storage.schema import credit

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
