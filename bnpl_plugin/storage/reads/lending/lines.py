"""Credit lines, changes of limits, passes and the decisions behind them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime

import sqlalchemy as sa

from bnpl_plugin.ports.records import CreditLine, Decision, LimitChange, Pass, Prequalification
from bnpl_plugin.storage.rows import many, one, select_of
from bnpl_plugin.storage.schema import credit, purchases

_OWED = ("active", "defaulted")


class SqlLines:
    """The reads of ``ports.store.Lines``.

    Args:
        reading: opens a connection to read with.
    """

    def __init__(self, reading: Callable[[], AbstractContextManager[sa.Connection]]) -> None:
        self._reading = reading

    def of_shopper(self, shopper_id: str) -> Sequence[CreditLine]:
        """Return a shopper's lines, one that is not closed first."""
        c = credit.credit_line.c
        open_first = sa.case((c.state == "closed", 1), else_=0)
        own = select_of(CreditLine).where(c.shopper_id == shopper_id)
        with self._reading() as connection:
            return many(connection, own.order_by(open_first, c.changed_at.desc(), c.currency), CreditLine)

    def change(self, *, shopper_id: str, limit_change_id: str) -> LimitChange | None:
        """Return one of a shopper's changes of the limit."""
        c = credit.limit_change.c
        own = select_of(LimitChange).where(c.shopper_id == shopper_id, c.limit_change_id == limit_change_id)
        with self._reading() as connection:
            return one(connection, own, LimitChange)

    def changes(self, *, shopper_id: str, currency: str) -> Sequence[LimitChange]:
        """Return the changes of a line's limit, newest first."""
        c = credit.limit_change.c
        own = select_of(LimitChange).where(c.shopper_id == shopper_id, c.currency == currency)
        with self._reading() as connection:
            return many(connection, own.order_by(c.told_at.desc(), c.limit_change_id.desc()), LimitChange)

    def lowered_due(self, *, now: datetime, limit: int) -> Sequence[LimitChange]:
        """Return noticed falls whose day has come, oldest first."""
        c = credit.limit_change.c
        due = select_of(LimitChange).where(c.state == "noticed", c.effective_at <= now)
        with self._reading() as connection:
            return many(connection, due.order_by(c.effective_at, c.limit_change_id).limit(limit), LimitChange)

    def raises_unanswered(self, *, now: datetime, limit: int) -> Sequence[LimitChange]:
        """Return offered raises whose time is over, oldest first."""
        c = credit.limit_change.c
        over = select_of(LimitChange).where(c.state == "offered", c.expires_at <= now)
        with self._reading() as connection:
            return many(connection, over.order_by(c.expires_at, c.limit_change_id).limit(limit), LimitChange)

    def late(self, *, since: datetime, limit: int) -> Sequence[CreditLine]:
        """Return open lines whose shopper has an instalment overdue that was due at ``since`` or before."""
        c = credit.credit_line.c
        late = select_of(CreditLine).where(c.state == "open", sa.tuple_(c.shopper_id, c.currency).in_(_overdue(since)))
        with self._reading() as connection:
            return many(connection, late.order_by(c.shopper_id).limit(limit), CreditLine)

    def cured(self, *, limit: int) -> Sequence[CreditLine]:
        """Return lines frozen for arrears whose shopper has no instalment overdue any more."""
        c = credit.credit_line.c
        owing = _overdue(None).where(purchases.instalment.c.shopper_id == c.shopper_id)
        still = owing.where(purchases.loan.c.currency == c.currency).correlate(credit.credit_line)
        cured = select_of(CreditLine).where(c.state == sa.literal_column("'frozen'"), c.reason == "arrears")
        cured = cured.where(~still.exists())
        with self._reading() as connection:
            return many(connection, cured.order_by(c.shopper_id).limit(limit), CreditLine)

    def decisions(self, *, shopper_id: str, limit: int = 50) -> Sequence[Decision]:
        """Return a shopper's decisions, newest first."""
        c = credit.decision.c
        own = select_of(Decision).where(c.shopper_id == shopper_id)
        with self._reading() as connection:
            return many(connection, own.order_by(c.decided_at.desc(), c.decision_id.desc()).limit(limit), Decision)

    def locale_of(self, shopper_id: str) -> str | None:
        """Return the language of the shopper's newest checkout that was decided on."""
        d, c = credit.decision.c, purchases.checkout.c
        newest = (
            sa.select(c.locale)
            .join(credit.decision, d.checkout_id == c.checkout_id)
            .where(d.shopper_id == shopper_id)
            .order_by(d.decided_at.desc(), d.decision_id.desc())
            .limit(1)
        )
        with self._reading() as connection:
            return connection.execute(newest).scalar()

    def passes(self, *, shopper_id: str, limit: int = 20) -> Sequence[Pass]:
        """Return a shopper's passes, newest first."""
        c = credit.pass_.c
        own = select_of(Pass).where(c.shopper_id == shopper_id)
        with self._reading() as connection:
            return many(connection, own.order_by(c.issued_at.desc(), c.pass_id.desc()).limit(limit), Pass)

    def prequalification(self, prequalification_id: str) -> Prequalification | None:
        """Return a shop's question."""
        c = credit.prequalification.c
        found = select_of(Prequalification).where(c.prequalification_id == prequalification_id)
        with self._reading() as connection:
            return one(connection, found, Prequalification)


def _overdue(since: datetime | None) -> sa.Select[tuple[str, str]]:
    """Return who owes an instalment that is overdue, in which currency; of those due at ``since`` or before."""
    part, loan = purchases.instalment.c, purchases.loan.c
    owed = (
        sa.select(part.shopper_id, loan.currency)
        .join(purchases.loan, sa.and_(loan.shopper_id == part.shopper_id, loan.loan_id == part.loan_id))
        .where(part.state == sa.literal_column("'overdue'"), loan.state.in_(_OWED))
    )
    return owed if since is None else owed.where(part.due_at <= since)
