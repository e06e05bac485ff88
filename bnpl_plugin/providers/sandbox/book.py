"""The test bank's own book: a file of its own, so that it behaves like the outside world.

Nothing here shares a transaction with the shop. Every change is committed to the bank's SQLite file before the bank
answers, so what the bank has done stays done when the shop's process is killed.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from time import sleep

_SCHEMA = """
CREATE TABLE IF NOT EXISTS secret (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS movement (
    ref TEXT PRIMARY KEY, idempotency_key TEXT NOT NULL UNIQUE, verb TEXT NOT NULL, state TEXT NOT NULL,
    attempt_id TEXT NOT NULL, shopper_id TEXT NOT NULL, currency TEXT NOT NULL, amount_minor INTEGER NOT NULL,
    captured_minor INTEGER NOT NULL, parent_ref TEXT NOT NULL, customer_ref TEXT NOT NULL, method_ref TEXT NOT NULL,
    card TEXT NOT NULL, decline_code TEXT NOT NULL, return_url TEXT NOT NULL, description TEXT NOT NULL,
    hidden_looks INTEGER NOT NULL, capture_failures INTEGER NOT NULL, created_at TEXT NOT NULL, ready_at TEXT NOT NULL,
    authorised_at TEXT NOT NULL, expires_at TEXT NOT NULL, diagnostic TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS movement_parent ON movement (parent_ref) WHERE parent_ref <> '';
CREATE INDEX IF NOT EXISTS movement_ageing ON movement (state) WHERE state IN ('processing', 'authorised');
CREATE TABLE IF NOT EXISTS method (
    method_ref TEXT PRIMARY KEY, customer_ref TEXT NOT NULL, card TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS line (
    number INTEGER PRIMARY KEY, kind TEXT NOT NULL, ref TEXT NOT NULL, attempt_id TEXT NOT NULL,
    currency TEXT NOT NULL, amount_minor INTEGER NOT NULL, at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS webhook (
    number INTEGER PRIMARY KEY, event_id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, ref TEXT NOT NULL,
    attempt_id TEXT NOT NULL, created_at TEXT NOT NULL, tries INTEGER NOT NULL, next_try_at TEXT NOT NULL,
    delivered_at TEXT
);
CREATE INDEX IF NOT EXISTS webhook_pending ON webhook (next_try_at) WHERE delivered_at IS NULL;
CREATE TABLE IF NOT EXISTS fault (
    number INTEGER PRIMARY KEY, verb TEXT NOT NULL, kind TEXT NOT NULL, remaining INTEGER NOT NULL,
    seconds REAL NOT NULL
);
"""


class MovementState(StrEnum):
    """Where the bank stands with a movement. ``refunded`` is the state of a refund, never of what it gives back."""

    OPEN = "open"
    THREE_D_SECURE = "three_d_secure"
    PROCESSING = "processing"
    AUTHORISED = "authorised"
    CAPTURED = "captured"
    SAVED = "saved"
    VOIDED = "voided"
    DECLINED = "declined"
    REFUNDED = "refunded"


@dataclass(frozen=True, slots=True)
class Movement:
    """One movement in the bank's book; instants are UTC as ISO text of fixed width, "" for none."""

    ref: str
    idempotency_key: str
    verb: str  # begin, charge, refund
    state: MovementState
    attempt_id: str
    shopper_id: str
    currency: str
    amount_minor: int
    captured_minor: int = 0
    parent_ref: str = ""
    customer_ref: str = ""
    method_ref: str = ""
    card: str = ""
    decline_code: str = ""
    return_url: str = ""
    description: str = ""
    hidden_looks: int = 0
    capture_failures: int = 0
    created_at: str = ""
    ready_at: str = ""
    authorised_at: str = ""
    expires_at: str = ""
    diagnostic: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the bank's statement: money (or a promise of it) that really moved.

    ``kind``: authorisation, capture, charge, refund, void or expiry. ``ref`` is the movement it belongs to.
    """

    kind: str
    ref: str
    attempt_id: str
    currency: str
    amount_minor: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong with the next calls of a verb."""

    verb: str
    kind: str
    seconds: float


_COLUMNS = ", ".join(field.name for field in fields(Movement))
_MARKS = ", ".join("?" for _ in fields(Movement))
_PUT = f"INSERT OR REPLACE INTO movement ({_COLUMNS}) VALUES ({_MARKS})"  # noqa: S608 -- names and marks only
_GET = f"SELECT {_COLUMNS} FROM movement "  # noqa: S608 -- names only; values are always bound


def stamp(instant: datetime) -> str:
    """Return an instant as UTC text of fixed width, so that text order is time order."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds")


class Page:
    """The bank's book while one transaction is open."""

    def __init__(self, connection: sqlite3.Connection, *, now: datetime) -> None:
        self._connection = connection
        self.now = now

    def movement(self, ref: str) -> Movement | None:
        """Return the movement of a reference."""
        return self._first("WHERE ref = ?", ref)

    def movement_of_key(self, idempotency_key: str) -> Movement | None:
        """Return the movement that an idempotency key names."""
        return self._first("WHERE idempotency_key = ?", idempotency_key)

    def refunds_of(self, ref: str) -> list[Movement]:
        """Return the refunds of a captured movement."""
        return self._all("WHERE parent_ref = ? AND verb = 'refund'", ref)

    def ripe(self) -> list[Movement]:
        """Return the movements that time alone moves on now, oldest first."""
        now = stamp(self.now)
        return self._all(
            "WHERE (state = 'processing' AND ready_at <= ?) OR (state = 'authorised' AND expires_at <= ?)"
            " ORDER BY created_at",
            now,
            now,
        )

    def put(self, movement: Movement) -> Movement:
        """Write a movement."""
        self._connection.execute(_PUT, astuple(movement))
        return movement

    def change(self, movement: Movement, **changes: object) -> Movement:
        """Write a movement with some fields changed, and return it."""
        return self.put(replace(movement, **changes))  # type: ignore[arg-type]

    def save_method(self, *, method_ref: str, customer_ref: str, card: str) -> None:
        """Keep a card for later charges."""
        self._connection.execute("INSERT OR REPLACE INTO method VALUES (?, ?, ?)", (method_ref, customer_ref, card))

    def forget_method(self, method_ref: str) -> None:
        """Drop a saved card."""
        self._connection.execute("DELETE FROM method WHERE method_ref = ?", (method_ref,))

    def card_of(self, *, method_ref: str, customer_ref: str) -> str | None:
        """Return the number of a customer's saved card."""
        row = self._connection.execute(
            "SELECT card FROM method WHERE method_ref = ? AND customer_ref = ?", (method_ref, customer_ref)
        ).fetchone()
        return None if row is None else str(row[0])

    def note(self, kind: str, *, movement: Movement, ref: str, amount_minor: int) -> None:
        """Write a line of the statement."""
        self._connection.execute(
            "INSERT INTO line (kind, ref, attempt_id, currency, amount_minor, at) VALUES (?, ?, ?, ?, ?, ?)",
            (kind, ref, movement.attempt_id, movement.currency, amount_minor, stamp(self.now)),
        )

    def announce(self, kind: str, *, movement: Movement, event_id: str) -> None:
        """Owe the shop a webhook about a movement."""
        now = stamp(self.now)
        self._connection.execute(
            "INSERT INTO webhook (event_id, kind, ref, attempt_id, created_at, tries, next_try_at)"
            " VALUES (?, ?, ?, ?, ?, 0, ?)",
            (event_id, kind, movement.ref, movement.attempt_id, now, now),
        )

    def due_webhooks(self, *, limit: int) -> list[tuple[str, str, str, str, str]]:
        """Return (event_id, kind, ref, attempt_id, created_at) of the webhooks to send now, oldest first."""
        return self._connection.execute(
            "SELECT event_id, kind, ref, attempt_id, created_at FROM webhook"
            " WHERE delivered_at IS NULL AND next_try_at <= ? ORDER BY number LIMIT ?",
            (stamp(self.now), limit),
        ).fetchall()

    def webhook_delivered(self, event_id: str) -> None:
        """The shop has taken a webhook."""
        self._connection.execute("UPDATE webhook SET delivered_at = ? WHERE event_id = ?", (stamp(self.now), event_id))

    def webhook_failed(self, event_id: str) -> None:
        """The shop has not taken a webhook: wait 2, 4, 8 … seconds, an hour at most."""
        (tries,) = self._connection.execute("SELECT tries FROM webhook WHERE event_id = ?", (event_id,)).fetchone()
        wait = timedelta(seconds=min(2 ** (tries + 1), 3600))
        self._connection.execute(
            "UPDATE webhook SET tries = tries + 1, next_try_at = ? WHERE event_id = ?",
            (stamp(self.now + wait), event_id),
        )

    def lines(self) -> list[Line]:
        """Return the whole statement, oldest line first."""
        rows = self._connection.execute(
            "SELECT kind, ref, attempt_id, currency, amount_minor, at FROM line ORDER BY number"
        ).fetchall()
        return [
            Line(kind, ref, of, currency, minor, datetime.fromisoformat(at))
            for kind, ref, of, currency, minor, at in rows
        ]

    def plan_fault(self, fault: Fault, *, times: int) -> None:
        """Let the next calls of a verb go wrong."""
        self._connection.execute(
            "INSERT INTO fault (verb, kind, remaining, seconds) VALUES (?, ?, ?, ?)",
            (fault.verb, fault.kind, times, fault.seconds),
        )

    def take_fault(self, verb: str) -> Fault | None:
        """Use up one planned fault of a verb."""
        row = self._connection.execute(
            "SELECT number, verb, kind, seconds FROM fault WHERE verb = ? AND remaining > 0 ORDER BY number LIMIT 1",
            (verb,),
        ).fetchone()
        if row is None:
            return None
        self._connection.execute("UPDATE fault SET remaining = remaining - 1 WHERE number = ?", (row[0],))
        return Fault(verb=row[1], kind=row[2], seconds=row[3])

    def _first(self, where: str, *values: str) -> Movement | None:
        found = self._all(where, *values)
        return found[0] if found else None

    def _all(self, where: str, *values: str) -> list[Movement]:
        rows = self._connection.execute(_GET + where, values).fetchall()
        return [Movement(row[0], row[1], row[2], MovementState(row[3]), *row[4:]) for row in rows]


class Book:
    """The bank's file. Several processes may have it open; each change is one committed transaction.

    Args:
        path: the file; it and its folder are made when missing.
        now: the bank's clock, aware instants.
        durable: whether a commit waits for the disk; a bank that can be made again, like a simulation's, need not.
    """

    def __init__(self, path: Path, *, now: Callable[[], datetime], durable: bool = True) -> None:
        self.path = path
        self._durable = durable
        self._now = now
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._process = 0
        self._secrets: dict[str, bytes] = {}

    @contextmanager
    def page(self) -> Iterator[Page]:
        """Open a transaction; it commits when the block ends, and rolls back on an exception."""
        now = self._now()
        with self._lock:
            connection = self._open()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield Page(connection, now=now)
                connection.execute("COMMIT")
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    def secret(self, name: str) -> bytes:
        """Return one of the bank's keys: ``references`` or ``webhooks``."""
        if not self._secrets:
            with self._lock:
                self._open()
        return self._secrets[name]

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        with self._lock:
            if self._connection is not None and self._process == os.getpid():
                self._connection.close()
            self._connection = None

    def _open(self) -> sqlite3.Connection:
        # a connection must not cross a fork: a child opens its own
        if self._connection is None or self._process != os.getpid():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(self.path, timeout=30, isolation_level=None, check_same_thread=False)
            self._process = os.getpid()
            self._secrets = _prepare(self._connection)
            if not self._durable:
                self._connection.execute("PRAGMA synchronous=OFF")
        return self._connection


def _prepare(connection: sqlite3.Connection) -> dict[str, bytes]:
    """Make the file what it should be and return the bank's keys, made at the first opening.

    Several processes may do so at once, and SQLite does not queue the change to WAL.
    """
    for _ in range(100):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            break
        except sqlite3.OperationalError:
            sleep(0.05)
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.executescript(_SCHEMA)
    for name in ("references", "webhooks"):
        connection.execute("INSERT OR IGNORE INTO secret VALUES (?, ?)", (name, secrets.token_hex(32)))
    return {name: bytes.fromhex(value) for name, value in connection.execute("SELECT name, value FROM secret")}
