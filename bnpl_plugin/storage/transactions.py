"""Our own short transactions, and the two that a host takes part in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bnpl_plugin.errors import CheckoutNotFound, HostTransactionOpen
from bnpl_plugin.ports.store import Changeset, Purchase
from bnpl_plugin.storage.engine import BEGIN_OPTION, SQLITE, require_real_transactions
from bnpl_plugin.storage.reads import purchases as purchase_reads
from bnpl_plugin.storage.refusals import our_errors
from bnpl_plugin.storage.schema.columns import POSTGRESQL
from bnpl_plugin.storage.schema.purchases import checkout
from bnpl_plugin.storage.writing import portable, postgres

#: Set while this thread or task is inside ``confirming``: another write of ours would wait for our own lock for ever.
_inside: ContextVar[bool] = ContextVar("bnpl_confirming", default=False)

WRITE_OPTIONS = {BEGIN_OPTION: "BEGIN IMMEDIATE"}


def write_by_dialect(connection: sa.Connection, changeset: Changeset) -> None:
    """Write a changeset inside the connection's transaction, by the writer of its database."""
    if connection.dialect.name == POSTGRESQL:
        postgres.write(connection, changeset)
    else:
        portable.write(connection, changeset)


def refuse_inside_confirm() -> None:
    """Raise ``HostTransactionOpen`` if this thread's ``confirm`` is still open."""
    if _inside.get():
        raise HostTransactionOpen("a write of its own was asked for inside confirm: use the block's own write")


@dataclass(slots=True)
class OpenConfirm:
    """The open transaction of one ``confirm``. ``session`` is the host's in host mode, else None."""

    purchase: Purchase
    session: Any
    connection: sa.Connection

    def write(self, changeset: Changeset) -> None:
        """Write inside this transaction."""
        with our_errors():
            if self.session is not None:
                self.session.flush()
            write_by_dialect(self.connection, changeset)


@dataclass(slots=True)
class GuardedConfirm:
    """One ``confirm`` of our own on PostgreSQL: read in one statement, written in one at the end of the block."""

    purchase: Purchase
    session: None = None
    decided: Changeset | None = None

    def write(self, changeset: Changeset) -> None:
        """Keep the changeset for the end of the block. Raises ``ValueError`` for a second one."""
        if self.decided is not None:
            raise ValueError("a confirm writes once")
        self.decided = changeset


@contextmanager
def confirming_by_guards(single: sa.Engine, checkout_id: str) -> Iterator[GuardedConfirm]:
    """Run ``confirm`` without a transaction around it, where no host takes part.

    The one statement that writes locks the checkout row first, and its guards refuse (``StateMoved``) whatever was not
    as it was read: two of the four trips to the database are saved, and who comes second is told the same.

    Args:
        single: an engine on which each statement is its own transaction.
        checkout_id: what is to be confirmed.
    """
    with our_errors():
        connection = single.connect()
    try:
        with our_errors():
            purchase = purchase_reads.purchase(connection, checkout_id, whole=False)
        if purchase is None:
            raise CheckoutNotFound(f"no checkout {checkout_id}")
        opened = GuardedConfirm(purchase)
        with _marked():
            yield opened
        if opened.decided is not None:
            with our_errors():
                postgres.write(connection, opened.decided)
    finally:
        connection.close()


@contextmanager
def confirming_on_engine(engine: sa.Engine, checkout_id: str) -> Iterator[OpenConfirm]:
    """Run ``confirm`` in a transaction of our own."""
    with our_errors():
        connection = engine.connect().execution_options(**WRITE_OPTIONS)
    try:
        with our_errors():
            connection.begin()
            opened = _opened(connection, checkout_id, session=None)
        with _marked():
            yield opened
        with our_errors():
            connection.commit()
    finally:
        connection.close()  # rolls back what is not committed


@contextmanager
def confirming_on_host(sessions: Callable[[], Session], checkout_id: str) -> Iterator[OpenConfirm]:
    """Run ``confirm`` on a fresh session of the host's; a failure rolls the host's rows back too."""
    session = sessions()
    try:
        with our_errors():
            connection = session.connection(execution_options=WRITE_OPTIONS)
            require_real_transactions(connection)
            opened = _opened(connection, checkout_id, session=session)
        with _marked():
            yield opened
        with our_errors():
            session.commit()
    finally:
        session.close()  # rolls back what is not committed


@contextmanager
def _marked() -> Iterator[None]:
    token = _inside.set(True)
    try:
        yield
    finally:
        _inside.reset(token)


def _opened(connection: sa.Connection, checkout_id: str, *, session: Session | None) -> OpenConfirm:
    """Lock the checkout and read its purchase. Raises ``CheckoutNotFound``."""
    if connection.dialect.name == SQLITE:
        # A host's own hooks may begin with a read lock; a write first makes it a writer before anything is read.
        touched = sa.update(checkout).where(checkout.c.checkout_id == checkout_id)
        connection.execute(touched.values(changed_at=checkout.c.changed_at))
    purchase = purchase_reads.purchase(connection, checkout_id, locked=True, whole=False)
    if purchase is None:
        raise CheckoutNotFound(f"no checkout {checkout_id}")
    return OpenConfirm(purchase, session, connection)
