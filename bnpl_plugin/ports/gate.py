"""What a flash sale asks of its gate, where a rush is decided one claim at a time. Implemented in ``gates/``.

A gate decides three things and nothing else, in one atomic step: the **units** of an item, the units **per shopper**,
and the sale's **allotment** (capital that the database has set aside for it). Who may ask, and whether the shopper's
credit line bears it, was decided before, by the pass. The database is the truth: a gate's "admitted" is a promise of a
place, "it is yours" is said only after the database's commit.

A claim's life, and who moves it::

    waiting ──► admitted ──► held ──► booked          released: from every state but the two last
       the gate    the web      the                   expired: an admitted claim whose time is over
                   process      confirm               (released and expired are final: who asks again, asks anew)

- *waiting → admitted* is the gate's own step, inside whatever freed the unit: the first in line whom it suffices.
- *admitted → held* (``keep``) comes **before** the database's hold is committed. A claim that is held never expires in
  the gate: from then on the database says when it ends. So a process that dies between ``keep`` and its commit leaves a
  held claim without a hold; ``overdue`` lists it, the worker asks the database, and releases it.
- *held → booked* (``book``) follows the database's commit of the loan. If it is lost, ``overdue`` brings it back.
- *released* (``release``) follows the database's commit of the hold's end. If it is lost: ``overdue`` again.

All calls may be repeated, come late, or in another order: a claim never takes its units twice and never gives them back
twice. Instants are aware; sums are minor units of the sale's one currency.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bnpl_plugin.errors import InvalidInput

#: What an id may look like: it becomes part of a key and of a packed text.
_ID = re.compile(r"[A-Za-z0-9_.:\-]{1,120}")
MOST_UNITS = 10_000_000
MOST_MINOR = 10**15


def check_id(field: str, value: str) -> None:
    """Raise ``InvalidInput`` unless the value can be part of a gate's keys."""
    if not _ID.fullmatch(value):
        raise InvalidInput(field=field, fault="is not an id", accepted="1 to 120 of A-Z a-z 0-9 _ . : -")


def check_count(field: str, value: int, *, least: int, most: int) -> None:
    """Raise ``InvalidInput`` unless the value is a whole number within its range."""
    if not least <= value <= most:
        raise InvalidInput(field=field, fault=f"is {value}", accepted=f"{least} to {most}")


class ClaimState(StrEnum):
    """Where a claim stands; the module's docstring says who moves it."""

    WAITING = "waiting"
    ADMITTED = "admitted"
    HELD = "held"
    BOOKED = "booked"
    RELEASED = "released"
    EXPIRED = "expired"

    @property
    def live(self) -> bool:
        """Whether the shopper is in line or on the way: a second wish for the item then meets this claim."""
        return self in (ClaimState.WAITING, ClaimState.ADMITTED, ClaimState.HELD)

    @property
    def has_units(self) -> bool:
        """Whether units and allotment are taken for it."""
        return self in (ClaimState.ADMITTED, ClaimState.HELD, ClaimState.BOOKED)


class SaleState(StrEnum):
    """What the operator has said of a sale; its start and end come on top."""

    OPEN = "open"
    PAUSED = "paused"  # nobody new, nobody from the line; who was admitted goes on
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class GateItem:
    """One item of a sale: what the gate may give away, how many of it to one shopper, and how many may wait for it."""

    item_id: str
    units: int
    units_per_shopper: int
    line_limit: int

    def __post_init__(self) -> None:
        check_id("item_id", self.item_id)
        check_count("units", self.units, least=0, most=MOST_UNITS)
        check_count("units_per_shopper", self.units_per_shopper, least=1, most=MOST_UNITS)
        check_count("line_limit", self.line_limit, least=0, most=MOST_UNITS)


@dataclass(frozen=True, slots=True)
class GateSale:
    """A sale as its gate needs it.

    Attributes:
        sale_id: names it in every call.
        items: in the order in which freed allotment is offered to their lines.
        allotment_minor: capital that the database has set aside for this sale.
        starts_at, ends_at: claims are taken from the first up to, but not at, the second.
        hold_seconds: how long an admitted claim stands before it is kept; also the first span of a held one.
        ceiling_seconds: the longest that a claim can be stretched from its admission.
        shards: over how many independent parts the sale is spread; a shopper always meets the same one.
        changes: what was added since the start, by its ref, and is in the figures above already.
    """

    sale_id: str
    items: tuple[GateItem, ...]
    allotment_minor: int
    starts_at: datetime
    ends_at: datetime
    hold_seconds: int
    ceiling_seconds: int
    shards: int = 1
    changes: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_id("sale_id", self.sale_id)
        check_count("items", len(self.items), least=1, most=100)
        if len({item.item_id for item in self.items}) != len(self.items):
            raise InvalidInput(field="items", fault="name one item twice", accepted="each item once")
        check_count("allotment_minor", self.allotment_minor, least=0, most=MOST_MINOR)
        check_count("hold_seconds", self.hold_seconds, least=1, most=86_400)
        check_count("ceiling_seconds", self.ceiling_seconds, least=self.hold_seconds, most=86_400)
        check_count("shards", self.shards, least=1, most=256)
        if self.ends_at <= self.starts_at:
            raise InvalidInput(field="ends_at", fault="is not after the start", accepted="a later instant")


@dataclass(frozen=True, slots=True)
class Wish:
    """What one shopper asks for, under a fresh id: the same id is always the same wish.

    ``shopper_id`` is the verified identity's, never a session's. ``principal_minor`` is what would be lent for it.
    """

    claim_id: str
    sale_id: str
    item_id: str
    shopper_id: str
    units: int
    principal_minor: int

    def __post_init__(self) -> None:
        for name in ("claim_id", "sale_id", "item_id", "shopper_id"):
            check_id(name, getattr(self, name))
        check_count("units", self.units, least=1, most=MOST_UNITS)
        check_count("principal_minor", self.principal_minor, least=0, most=MOST_MINOR)


@dataclass(frozen=True, slots=True)
class Claim:
    """A wish that the gate has taken down, and where it stands.

    ``turn`` numbers the claims of a shard in the order in which they came. ``until`` and ``ceiling_at`` are set once it
    was admitted: when its time is over unless kept or stretched, and the latest that this can become.
    """

    wish: Wish
    state: ClaimState
    turn: int
    until: datetime | None = None
    ceiling_at: datetime | None = None


# answers -------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Admitted:
    """The units are put aside for the shopper until ``claim.until``: keep the claim, then commit the hold."""

    claim: Claim


@dataclass(frozen=True, slots=True)
class Place:
    """All units are taken for now, and the shopper waits as number ``number`` of their line (1: next).

    The number never grows. A sale over several shards has as many lines, as a shop has tills.
    """

    claim: Claim
    number: int


@dataclass(frozen=True, slots=True)
class Already:
    """The shopper has this claim, or had it and it is over; ``number`` is the place in line while it waits, else 0."""

    claim: Claim
    number: int = 0


@dataclass(frozen=True, slots=True)
class SoldOut:
    """There are not enough units, and the line is full.

    ``free`` tells how many could still be had by who wants less. ``final``: all others are booked, so that nothing can
    come back but by the operator's hand.
    """

    free: int
    final: bool


@dataclass(frozen=True, slots=True)
class TooManyUnits:
    """The shopper has ``has`` units already and may have ``allowed``."""

    allowed: int
    has: int


@dataclass(frozen=True, slots=True)
class AllotmentGone:
    """There are units, but the sale's capital falls short by ``missing_minor``: top it up, or say why."""

    missing_minor: int


@dataclass(frozen=True, slots=True)
class NotOpen:
    """The sale has not started."""

    starts_at: datetime


@dataclass(frozen=True, slots=True)
class Paused:
    """The operator has stopped the sale for now."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The sale is over."""


Answer = Admitted | Place | Already | SoldOut | TooManyUnits | AllotmentGone | NotOpen | Paused | Ended


# what the board shows ------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class ItemFigures:
    """One item's units (free + held + booked = total; ``held`` counts admitted claims too) and how many claims wait.

    ``free`` below zero: the database had given away more than the gate knew of; nobody is admitted until it is made up.
    """

    total: int
    free: int
    held: int
    booked: int
    waiting: int


@dataclass(frozen=True, slots=True)
class SaleFigures:
    """A sale as its gate sees it; the sums of all shards, read one after the other while the rush goes on."""

    state: SaleState
    items: Mapping[str, ItemFigures]
    allotment_minor: int
    left_minor: int
    claims: int


@dataclass(frozen=True, slots=True)
class Drained:
    """A claim on its way to the database: as it was when it was taken down or admitted; ``mark`` is for ``ack``."""

    mark: str
    claim: Claim


class Gate(Protocol):
    """The gate of any number of sales. Every method may raise ``GateUnavailable``; then nothing is known of the call.

    Methods about a sale raise ``GateLost`` when the gate does not know it: it was never opened, or the gate has lost
    its memory. Then ``rebuild`` it from the database. An item that is not the sale's is ``InvalidInput``.
    """

    code: str

    # the operator's part
    def open(self, sale: GateSale) -> None:
        """Make a sale known; one that is known already stays as it is."""
        ...

    def pause(self, sale_id: str) -> None:
        """Take nobody new and nobody from the line; an ended sale stays ended."""
        ...

    def resume(self, sale_id: str, *, now: datetime) -> None:
        """Go on after a pause, the line first; an ended sale stays ended."""
        ...

    def end(self, sale_id: str) -> None:
        """Take nobody ever again; who was admitted goes on, who waits is told that it is over."""
        ...

    def add_units(self, sale_id: str, item_id: str, *, units: int, ref: str, now: datetime) -> int:
        """Add units, or take back free ones (below zero); returns how many it was, at most as many as are free.

        The same ``ref`` changes nothing again and returns the same.
        """
        ...

    def add_allotment(self, sale_id: str, *, minor: int, ref: str, now: datetime) -> int:
        """Add capital, or take back what is left of it; as ``add_units``."""
        ...

    def rebuild(self, sale: GateSale, *, claims: Sequence[Claim], state: SaleState, ref: str, now: datetime) -> bool:
        """Forget a sale and learn it anew from the database.

        ``claims`` that have units take them (and their allotment) out of the sale's totals; those that wait wait again,
        in the order of their turns. Until it is done everybody is told that the sale is paused. Of two rebuilds at once
        the later one wins; the other one returns False.

        Args:
            sale: with the totals of today and the ``changes`` that they count.
            claims: every claim that has units, and those that wait if they are known.
            state: what the sale is in afterwards.
            ref: a fresh id of this rebuilding.
            now: the present instant.
        """
        ...

    def line_up(self, wishes: Sequence[Wish], *, now: datetime) -> int:
        """Put drawn wishes of one sale in line in this order, whatever the line's limit; returns how many were taken.

        Who has a live claim, or wants more than is allowed, is left out. For a lottery's winners and reserves; only for
        a sale of one shard.
        """
        ...

    # the shopper's part
    def ask(self, wish: Wish, *, now: datetime) -> Answer:
        """Decide a wish. A live claim of the shopper's on the item is always the answer (``Already``)."""
        ...

    def place(self, sale_id: str, item_id: str, *, shopper_id: str, now: datetime) -> Answer | None:
        """Tell a shopper how their live claim stands, else their newest; None if there is none. Changes nothing.

        Place while there is hope; SoldOut, AllotmentGone or Ended while waiting without; else Already.
        """
        ...

    # the house's part
    def keep(self, wish: Wish, *, now: datetime, until: datetime) -> Claim | None:
        """Call before the database's hold is committed: an admitted claim becomes held, with the hold's own end.

        Returns the claim as it now is; only HELD lets the hold be committed. None if the gate knows nothing of it.
        """
        ...

    def stretch(self, wish: Wish, *, until: datetime) -> Claim | None:
        """Let an admitted or held claim live longer, never past its ceiling, never shorter; else changes nothing."""
        ...

    def book(self, wish: Wish, *, now: datetime) -> Claim:
        """Say that the database has committed the loan. It is the truth: a claim forgotten or over is taken anew."""
        ...

    def release(self, wish: Wish, *, now: datetime) -> Claim | None:
        """Give a claim's units and allotment back, in the same step to the first in line; a second time does nothing.

        Also for a booked one whose loan was undone during the sale.
        """
        ...

    # the worker's part
    def sweep(self, sale_id: str, *, now: datetime, limit: int) -> Sequence[Claim]:
        """Expire admitted claims whose time is over, and finish what a dead process left half done.

        Returns the expired claims, at most ``limit``.
        """
        ...

    def overdue(self, sale_id: str, *, now: datetime, limit: int) -> Sequence[Claim]:
        """Return held claims past their end, oldest first: ask the database, then book, stretch or release them."""
        ...

    def drain(self, sale_id: str, *, reader: str, limit: int) -> Sequence[Drained]:
        """Return claims that the database does not have yet, at least once each; empty where claims are rows already.

        ``reader`` names the process: what it took and did not acknowledge, it gets again, and so do others later.
        """
        ...

    def ack(self, sale_id: str, *, marks: Sequence[str]) -> None:
        """Say that drained claims are committed."""
        ...

    def figures(self, sale_id: str) -> SaleFigures:
        """Return what the operator's board shows."""
        ...


class MakeGate(Protocol):
    """How a leaf builds its gate for one app."""

    def __call__(self, settings: Mapping[str, str], *, at_home: Gate) -> Gate:
        """Return the gate.

        Args:
            settings: the app's settings by their full names (``BNPL_GATE_URL``).
            at_home: the gate that keeps its claims in the house's own database.

        Raises ``ConfigurationError`` if a setting is missing or wrong, or a package is not installed.
        """
        ...


@dataclass(frozen=True, slots=True)
class GateLeaf:
    """The constant ``GATE`` of a leaf in ``gates/``: its code and how to build it. Importing it imports no client."""

    code: str
    make: MakeGate
