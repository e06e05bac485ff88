"""What a use case writes: one frozen changeset, its guards in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bnpl_plugin.ledger.journal import JournalEntry
from bnpl_plugin.ports.gate import Wish
from bnpl_plugin.ports.records import Record


@dataclass(frozen=True, slots=True)
class Move:
    """A guarded change of one row: found by ``key``, refused (guard ``state``) unless its state is one of ``sources``.

    ``set`` names the columns to change, usually with the new ``state``. ``expect`` are further column values that
    must still hold. An empty ``sources`` puts no condition on the state.
    """

    table: str
    key: Mapping[str, Any]
    sources: tuple[str, ...]
    set: Mapping[str, Any]
    expect: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LineChange:
    """Change a credit line's sums.

    A rise of drawn + held is refused (``credit_line``) beyond the limit or if not open.
    """

    shopper_id: str
    currency: str
    held_minor: int = 0
    drawn_minor: int = 0


@dataclass(frozen=True, slots=True)
class UnitsChange:
    """Move units of a sale item; the four changes sum to what is ``added``.

    A fall of ``free`` below zero is refused (``sale_item``); the shopper's own count is ``held + sold`` and is refused
    (``units_per_shopper``) above the item's allowance. ``claim`` is the gate's claim on these units, if there is one:
    once this is committed, the gate is told (``House.commit``); the store itself writes nothing of it.
    """

    sale_item_id: str
    shopper_id: str
    free: int = 0
    held: int = 0
    sold: int = 0
    returned: int = 0
    added: int = 0
    claim: Wish | None = None


@dataclass(frozen=True, slots=True)
class RoomChange:
    """Change what is used of a budget, a concentration limit or a sale's capital (``table``: see ``ROOMS``).

    A rise is refused (guard: the table's name) beyond the ceiling. A budget must be "active"; a limit that has ended
    counts on without binding; a sale's capital binds whatever its state.
    """

    table: str
    room_id: str
    used_minor: int


@dataclass(frozen=True, slots=True)
class PoolChange:
    """Change a pool's sums. A rise of held + outstanding is refused (``capital_pool``) beyond what is available.

    ``terms_version`` is the version of the pool's terms by which this was decided: refused (``state``) if they have
    changed since. ``new_terms`` says that this change is one of the terms itself.
    """

    pool_id: str
    held_minor: int = 0
    outstanding_minor: int = 0
    available_minor: int = 0
    terms_version: int | None = None
    new_terms: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a purchase.

    ``stream`` is the checkout id (a loan's events go on in its checkout's stream).

    The store numbers events within a stream from 1. ``deliver`` says that the merchant's webhook is owed this event;
    the store then writes the ``deliver`` job in the same commit. ``payload`` holds ids and sums only, never personal
    data.
    """

    event_id: str
    stream: str
    kind: str  # past tense, dotted: checkout.opened, loan.booked, instalment.paid …
    shopper_id: str
    merchant_id: str
    payload: Mapping[str, Any]
    at: datetime
    deliver: bool = False


@dataclass(frozen=True, slots=True)
class Changeset:
    """Everything that one use case writes, in the order in which it is written."""

    moves: tuple[Move, ...] = ()
    rows: tuple[Record, ...] = ()
    entries: tuple[JournalEntry, ...] = ()
    events: tuple[Event, ...] = ()
    lines: tuple[LineChange, ...] = ()
    units: tuple[UnitsChange, ...] = ()
    rooms: tuple[RoomChange, ...] = ()
    pools: tuple[PoolChange, ...] = ()


#: Tables whose rows ``Move`` may change; all others are append-only.
MUTABLE = frozenset(
    {
        "merchant", "api_key", "person", "phone_code", "checkout", "hold", "attempt", "loan", "instalment", "job",
        "idempotency", "credit_line", "sale_item", "limit_change", "pass", "prequalification", "review",
        "policy_version", "enquiry", "borrowing", "co_lending", "loan_sale", "subsidy", "subsidy_part", "capital_limit",
        "sale", "sale_change",
    }
)  # fmt: skip

#: Tables whose used sum may not pass their ceiling (``RoomChange``), in the order in which they are locked.
ROOMS = ("subsidy", "sale", "capital_limit")

#: Those that count on once they have ended, without binding: what names them falls as it is repaid.
ENDED_COUNTS_ON = frozenset({"capital_limit"})

#: Those that bind in every state.
ALWAYS_BIND = frozenset({"sale"})
