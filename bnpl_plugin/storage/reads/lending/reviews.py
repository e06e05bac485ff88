"""Decisions in a person's hands, and what stands around them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from bnpl_plugin.ports.reads import Page
from bnpl_plugin.ports.records import Decision, Pass, Review
from bnpl_plugin.storage.reads.pages import MOST_ROWS, read_cursor, write_cursor
from bnpl_plugin.storage.rows import many, one, select_of
from bnpl_plugin.storage.schema import credit, purchases


def review(connection: sa.Connection, review_id: str) -> Review | None:
    """Return a review by id."""
    return one(connection, select_of(Review).where(credit.review.c.review_id == review_id), Review)


def reviews_of(connection: sa.Connection, shopper_id: str) -> Sequence[Review]:
    """Return a shopper's reviews, newest first."""
    c = credit.review.c
    own = select_of(Review).where(c.shopper_id == shopper_id)
    return many(connection, own.order_by(c.opened_at.desc(), c.review_id.desc()), Review)


def decision(connection: sa.Connection, *, shopper_id: str, decision_id: str) -> Decision | None:
    """Return one of a shopper's decisions."""
    c = credit.decision.c
    own = select_of(Decision).where(c.shopper_id == shopper_id, c.decision_id == decision_id)
    return one(connection, own, Decision)


def decisions_of(connection: sa.Connection, shopper_id: str) -> Sequence[Decision]:
    """Return a shopper's decisions, newest first, as many as a page takes."""
    c = credit.decision.c
    own = select_of(Decision).where(c.shopper_id == shopper_id)
    return many(connection, own.order_by(c.decided_at.desc(), c.decision_id.desc()).limit(MOST_ROWS), Decision)


def valid_pass(connection: sa.Connection, shopper_id: str) -> Pass | None:
    """Return a shopper's pass that was not revoked; it may have expired."""
    c = credit.pass_.c
    return one(connection, select_of(Pass).where(c.shopper_id == shopper_id, c.state == "valid"), Pass)


def reviews_to_mark(connection: sa.Connection, *, now: datetime, limit: int) -> Sequence[Review]:
    """Return open reviews whose clock has run out unmarked, oldest first."""
    c = credit.review.c
    due = select_of(Review).where(c.state == "open", c.due_at <= now, c.overdue_at.is_(None))
    return many(connection, due.order_by(c.due_at, c.review_id).limit(limit), Review)


def reviews_left(connection: sa.Connection, *, limit: int) -> Sequence[Review]:
    """Return open reviews whose checkout the shopper has given up, oldest first."""
    c, purchase = credit.review.c, purchases.checkout.c
    left = sa.exists().where(purchase.checkout_id == c.checkout_id, purchase.state == "cancelled")
    gone = select_of(Review).where(c.state == "open", left)
    return many(connection, gone.order_by(c.due_at, c.review_id).limit(limit), Review)


def reviews(connection: sa.Connection, *, state: str, cursor: str | None, limit: int) -> Page:
    """Return a page of reviews in a state, the one due first first."""
    c, size = credit.review.c, max(1, min(limit, MOST_ROWS))
    wanted = select_of(Review).where(c.state == state)
    if cursor is not None:
        at, last = read_cursor(cursor)
        wanted = wanted.where(sa.or_(c.due_at > at, sa.and_(c.due_at == at, c.review_id > last)))
    found = many(connection, wanted.order_by(c.due_at, c.review_id).limit(size + 1), Review)
    rows = found[:size]
    further = write_cursor(rows[-1].due_at, rows[-1].review_id) if len(found) > size else None
    return Page(rows, further)
