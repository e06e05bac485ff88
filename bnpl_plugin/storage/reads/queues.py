"""The worker's queues: what is due, oldest first, at most ``limit`` rows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from bnpl_plugin.ports.records import Attempt, Checkout, Hold, InstalmentRow, Job, Loan
from bnpl_plugin.storage.rows import columns_of, many, select_of
from bnpl_plugin.storage.schema.flow import job
from bnpl_plugin.storage.schema.purchases import (
    CHARGEABLE,
    EXPIRABLE,
    IN_FLIGHT,
    attempt,
    checkout,
    hold,
    instalment,
    loan,
)

#: Checkouts whose payment has found its end: an authorised attempt of theirs needs no further question.
_FINISHED = ("confirmed", "refused", "reversed")


def claim_jobs(
    connection: sa.Connection,
    *,
    now: datetime,
    lease_until: datetime,
    limit: int,
    kinds: Collection[str] = (),
    stream: str = "",
) -> Sequence[Job]:
    """Lease ready jobs: one ``UPDATE … RETURNING``, which two workers can run at once without sharing a job.

    A ``deliver`` job waits for every older one of its stream that is not done (a dead one too: order is promised).
    """
    told = {"now": now, "until": lease_until, "most": limit}
    told |= {"kinds": tuple(kinds)} if kinds else {}
    told |= {"its": stream} if stream else {}
    leased = [Job(*row) for row in connection.execute(_leasing(bool(kinds), bool(stream)), told)]
    return tuple(sorted(leased, key=lambda row: (row.run_at, row.job_id)))


@cache
def _leasing(of_kinds: bool, of_stream: bool) -> Any:  # noqa: FBT001
    """Return the statement of ``claim_jobs``, which every worker runs all day, made once for each shape."""
    now = sa.bindparam("now", type_=job.c.run_at.type)
    older = job.alias("older")
    free = sa.and_(
        job.c.state == "ready",
        job.c.run_at <= now,
        sa.or_(job.c.lease_until.is_(None), job.c.lease_until <= now),
        job.c.kind.in_(sa.bindparam("kinds", expanding=True, type_=job.c.kind.type)) if of_kinds else sa.true(),
        job.c.stream == sa.bindparam("its", type_=job.c.stream.type) if of_stream else sa.true(),
    )
    behind = sa.exists().where(
        older.c.kind == "deliver",
        older.c.state != "done",
        older.c.stream == job.c.stream,
        older.c.job_id < job.c.job_id,
    )
    picked = (
        sa.select(job.c.job_id)
        .where(free, sa.or_(job.c.kind != "deliver", ~behind))
        .order_by(job.c.run_at, job.c.job_id)
        .limit(sa.bindparam("most", type_=sa.Integer()))
        .with_for_update(skip_locked=True, of=job)
        .cte("picked")
    )
    return (
        sa.update(job)
        .where(job.c.job_id.in_(sa.select(picked.c.job_id)), free)
        .values(lease_until=sa.bindparam("until", type_=job.c.lease_until.type), tries=job.c.tries + 1)
        .returning(*columns_of(Job))
    )


def expired_holds(connection: sa.Connection, *, now: datetime, limit: int) -> Sequence[Hold]:
    """Return pending holds whose time is over."""
    due = select_of(Hold).where(hold.c.state == "pending", hold.c.expires_at <= now)
    return many(connection, due.order_by(hold.c.expires_at, hold.c.hold_id).limit(limit), Hold)


def expired_checkouts(connection: sa.Connection, *, now: datetime, limit: int) -> Sequence[Checkout]:
    """Return checkouts whose time is over and whose state can still expire."""
    due = select_of(Checkout).where(checkout.c.state.in_(EXPIRABLE), checkout.c.expires_at <= now)
    return many(connection, due.order_by(checkout.c.expires_at, checkout.c.checkout_id).limit(limit), Checkout)


def attempts_to_check(connection: sa.Connection, *, now: datetime, limit: int) -> Sequence[Attempt]:
    """Return attempts whose ``check_at`` has come: outcome still to come, or authorised with an unfinished checkout."""
    unfinished = sa.exists().where(checkout.c.checkout_id == attempt.c.checkout_id, checkout.c.state.not_in(_FINISHED))
    due = select_of(Attempt).where(
        attempt.c.check_at.is_not(None),
        attempt.c.check_at <= now,
        sa.or_(attempt.c.state.in_(IN_FLIGHT), sa.and_(attempt.c.state == "authorised", unfinished)),
    )
    return many(connection, due.order_by(attempt.c.check_at, attempt.c.attempt_id).limit(limit), Attempt)


def instalments_to_charge(connection: sa.Connection, *, now: datetime, limit: int) -> Sequence[InstalmentRow]:
    """Return instalments scheduled or overdue whose ``try_at`` has come, of active or defaulted loans."""
    due = _of_live_loans().where(instalment.c.state.in_(CHARGEABLE), instalment.c.try_at <= now)
    order = (instalment.c.try_at, instalment.c.loan_id, instalment.c.number)
    return many(connection, due.order_by(*order).limit(limit), InstalmentRow)


def instalments_to_remind(connection: sa.Connection, *, now: datetime, limit: int) -> Sequence[InstalmentRow]:
    """Return open instalments whose reminder is due, of active or defaulted loans."""
    due = _of_live_loans().where(
        instalment.c.state.in_(CHARGEABLE), instalment.c.remind_at.is_not(None), instalment.c.remind_at <= now
    )
    order = (instalment.c.remind_at, instalment.c.loan_id, instalment.c.number)
    return many(connection, due.order_by(*order).limit(limit), InstalmentRow)


def loans_overdue(connection: sa.Connection, *, since: datetime, limit: int) -> Sequence[Loan]:
    """Return active loans with an overdue instalment that was due then or before."""
    late = sa.exists().where(
        instalment.c.shopper_id == loan.c.shopper_id,
        instalment.c.loan_id == loan.c.loan_id,
        instalment.c.state == "overdue",
        instalment.c.due_at <= since,
    )
    due = select_of(Loan).where(loan.c.state == "active", late)
    return many(connection, due.order_by(loan.c.loan_id).limit(limit), Loan)


def _of_live_loans() -> sa.Select[tuple[object, ...]]:
    live = sa.exists().where(
        loan.c.shopper_id == instalment.c.shopper_id,
        loan.c.loan_id == instalment.c.loan_id,
        loan.c.state.in_(("active", "defaulted")),
    )
    return select_of(InstalmentRow).where(live)
