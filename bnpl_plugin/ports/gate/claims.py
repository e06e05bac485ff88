"""What crosses a gate: the sale that it is told of, a shopper's wish, and the claim that a wish becomes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bnpl_plugin.errors import InvalidInput

#: What an id may look like: it becomes part of a key and of a packed text.
_ID = re.compile(r"[A-Za-z0-9_.:\-]{1,120}")
_FOUR_IDS = re.compile(" ".join([_ID.pattern] * 4))
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


def check_change(ref: str, amount: int, *, most: int) -> None:
    """Raise ``InvalidInput`` unless a change of units or allotment has an id and a sum that can be."""
    check_id("ref", ref)
    check_count("amount", amount, least=-most, most=most)


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
        if not _FOUR_IDS.fullmatch(f"{self.claim_id} {self.sale_id} {self.item_id} {self.shopper_id}"):
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
