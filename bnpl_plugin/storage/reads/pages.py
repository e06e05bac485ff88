"""Lists for the console, the account and the API, paged by (instant, id), newest first."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from bnpl_plugin.errors import InvalidInput
from bnpl_plugin.ports.reads import EventRow, LoanRow, Page, PostingRow
from bnpl_plugin.ports.records import CapitalPool, Checkout, InstalmentRow, Job, Loan
from bnpl_plugin.storage.rows import columns_of, many, one, select_of
from bnpl_plugin.storage.schema import books, capital, flow, purchases, shops

MOST_ROWS = 200
_OPEN = ("scheduled", "collecting", "overdue")
_EVENT = ("event_id", "stream", "seq", "kind", "shopper_id", "merchant_id", "payload", "at")


def loans(
    connection: sa.Connection, *, merchant_id: str | None, state: str | None, cursor: str | None, limit: int
) -> Page:
    """Return a page of ``LoanRow``."""
    loan = purchases.loan.c
    wanted = select_of(Loan)
    if merchant_id is not None:
        wanted = wanted.where(loan.merchant_id == merchant_id)
    if state is not None:
        wanted = wanted.where(loan.state == state)
    found, further = _page(connection, wanted, order=(loan.opened_at, loan.loan_id), cursor=cursor, limit=limit)
    rows = _with_instalments(connection, [Loan(*row) for row in found])
    return Page(rows, further(lambda: (rows[-1].loan.opened_at, rows[-1].loan.loan_id)))


def loans_of_shopper(connection: sa.Connection, shopper_id: str) -> Sequence[LoanRow]:
    """Return all loans of a shopper, newest first."""
    loan = purchases.loan.c
    own = select_of(Loan).where(loan.shopper_id == shopper_id)
    return _with_instalments(
        connection, many(connection, own.order_by(loan.opened_at.desc(), loan.loan_id.desc()), Loan)
    )


def _with_instalments(connection: sa.Connection, found: Sequence[Loan]) -> Sequence[LoanRow]:
    """Give each loan its merchant's name, its next open instalment and its counts, by two statements."""
    part, shop = purchases.instalment.c, shops.merchant.c
    ids = [loan.loan_id for loan in found]
    wanted = select_of(InstalmentRow).where(part.loan_id.in_(ids)).order_by(part.loan_id, part.number)
    parts: dict[str, list[InstalmentRow]] = {}
    for row in many(connection, wanted, InstalmentRow):
        parts.setdefault(row.loan_id, []).append(row)
    shop_ids = {loan.merchant_id for loan in found}
    named = connection.execute(sa.select(shop.merchant_id, shop.name).where(shop.merchant_id.in_(shop_ids)))
    names = {shop_id: name for shop_id, name in named}  # noqa: C416 (rows are not pairs to mypy)
    return tuple(
        LoanRow(
            loan=loan,
            merchant_name=names.get(loan.merchant_id, loan.merchant_id),
            next_instalment=next((row for row in parts.get(loan.loan_id, ()) if row.state in _OPEN), None),
            paid_instalments=sum(row.state == "paid" for row in parts.get(loan.loan_id, ())),
            instalments=len(parts.get(loan.loan_id, ())),
        )
        for loan in found
    )


def loan_id_of_checkout(connection: sa.Connection, checkout_id: str) -> str | None:
    """Return the loan that a checkout led to."""
    found = sa.select(purchases.loan.c.loan_id).where(purchases.loan.c.checkout_id == checkout_id)
    return connection.execute(found).scalar_one_or_none()


def checkouts(connection: sa.Connection, *, merchant_id: str, cursor: str | None, limit: int) -> Page:
    """Return a page of a merchant's ``Checkout``."""
    c = purchases.checkout.c
    own = select_of(Checkout).where(c.merchant_id == merchant_id)
    found, further = _page(connection, own, order=(c.opened_at, c.checkout_id), cursor=cursor, limit=limit)
    rows = tuple(Checkout(*row) for row in found)
    return Page(rows, further(lambda: (rows[-1].opened_at, rows[-1].checkout_id)))


def checkout_of_merchant(connection: sa.Connection, *, merchant_id: str, checkout_id: str) -> Checkout | None:
    """Return a checkout if it is the merchant's own."""
    c = purchases.checkout.c
    own = select_of(Checkout).where(c.checkout_id == checkout_id, c.merchant_id == merchant_id)
    return one(connection, own, Checkout)


def _events() -> sa.Select[Any]:
    return sa.select(*(flow.event.c[name] for name in _EVENT))


def events(connection: sa.Connection, stream: str) -> Sequence[EventRow]:
    """Return a purchase's events in their order."""
    wanted = _events().where(flow.event.c.stream == stream).order_by(flow.event.c.seq)
    return tuple(EventRow(*row) for row in connection.execute(wanted))


def events_of_merchant(connection: sa.Connection, *, merchant_id: str, cursor: str | None, limit: int) -> Page:
    """Return a page of a merchant's ``EventRow``."""
    c = flow.event.c
    own = _events().where(c.merchant_id == merchant_id)
    found, further = _page(connection, own, order=(c.at, c.event_id), cursor=cursor, limit=limit)
    rows = tuple(EventRow(*row) for row in found)
    return Page(rows, further(lambda: (rows[-1].at, rows[-1].event_id)))


def event(connection: sa.Connection, event_id: str) -> EventRow | None:
    """Return one event."""
    row = connection.execute(_events().where(flow.event.c.event_id == event_id)).first()
    return None if row is None else EventRow(*row)


def postings_of_loan(connection: sa.Connection, loan_id: str) -> Sequence[PostingRow]:
    """Return a loan's postings as booked."""
    head, line = books.journal_entry, books.posting
    joined = head.join(line, sa.and_(line.c.shopper_id == head.c.shopper_id, line.c.entry_id == head.c.entry_id))
    wanted = (
        sa.select(
            head.c.entry_id, head.c.kind, head.c.value_date, head.c.booked_at,
            line.c.account, line.c.owner, line.c.amount_minor, line.c.currency, head.c.provider_claim,
        )
        .select_from(joined)
        .where(head.c.loan_id == loan_id)
        .order_by(head.c.booked_at, head.c.entry_id, line.c.line)
    )  # fmt: skip
    return tuple(PostingRow(*row) for row in connection.execute(wanted))


def pools(connection: sa.Connection) -> Sequence[CapitalPool]:
    """Return all capital pools."""
    return many(
        connection,
        select_of(CapitalPool).order_by(capital.capital_pool.c.currency, capital.capital_pool.c.country),
        CapitalPool,
    )


def jobs(connection: sa.Connection, *, state: str, limit: int) -> Sequence[Job]:
    """Return jobs in a state, newest first."""
    wanted = sa.select(*columns_of(Job)).where(flow.job.c.state == state)
    return many(
        connection, wanted.order_by(flow.job.c.created_at.desc(), flow.job.c.job_id).limit(_bounded(limit)), Job
    )


def figures(connection: sa.Connection) -> Mapping[str, int]:
    """Return the console's counts; a loan state that no loan is in counts zero."""
    loan, c, job, attempt = purchases.loan.c, purchases.checkout.c, flow.job.c, purchases.attempt.c
    states = ("active", "settled", "defaulted", "cancelled", "charged_off")
    found = {f"loans_{state}": 0 for state in states}
    for state, number in connection.execute(sa.select(loan.state, sa.func.count()).group_by(loan.state)):
        found[f"loans_{state}"] = number

    def number_of(*where: sa.ColumnElement[bool]) -> int:
        return int(connection.execute(sa.select(sa.func.count()).where(*where)).scalar_one())

    found["checkouts_open"] = number_of(c.state.in_((*purchases.EXPIRABLE, "authorised")))
    found["jobs_ready"] = number_of(job.state == "ready")
    found["jobs_dead"] = number_of(job.state == "dead")
    found["attempts_unknown"] = number_of(attempt.state == "unknown")
    return found


def _bounded(limit: int) -> int:
    if not 1 <= limit <= MOST_ROWS:
        raise InvalidInput(field="limit", fault=f"is {limit}", accepted=f"1 to {MOST_ROWS}")
    return limit


_Order = tuple[sa.ColumnElement[datetime], sa.ColumnElement[str]]
_Further = Callable[[Callable[[], tuple[datetime, str]]], str | None]


def _page(
    connection: sa.Connection, statement: sa.Select[Any], *, order: _Order, cursor: str | None, limit: int
) -> tuple[Sequence[Any], _Further]:
    """Return a page's rows and a function that makes the next cursor from the last row's place, or None at the end."""
    size = _bounded(limit)
    instant, ident = order
    if cursor is not None:
        at, last = read_cursor(cursor)
        statement = statement.where(sa.or_(instant < at, sa.and_(instant == at, ident < last)))
    found = connection.execute(statement.order_by(instant.desc(), ident.desc()).limit(size + 1)).all()

    def further(place: Callable[[], tuple[datetime, str]]) -> str | None:
        return write_cursor(*place()) if len(found) > size else None

    return found[:size], further


def write_cursor(at: datetime, ident: str, /) -> str:
    """Return the opaque text for a place in a list."""
    return base64.urlsafe_b64encode(f"{at.isoformat()} {ident}".encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> tuple[datetime, str]:
    """Return the place that a cursor names. Raises ``InvalidInput``."""
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        instant, ident = text.split(" ", 1)
        at = datetime.fromisoformat(instant)
        if at.tzinfo is not None:
            return at.astimezone(UTC), ident
    except (ValueError, OverflowError, binascii.Error):  # overflow: an instant that is in no year in UTC
        pass
    raise InvalidInput(field="cursor", fault="is not one of ours", accepted="the next_cursor of a page")
