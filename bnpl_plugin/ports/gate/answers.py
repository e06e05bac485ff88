"""What a gate says: to a shopper who asks, to the operator's board, to who carries claims to the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bnpl_plugin.ports.gate.claims import Claim, SaleState


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
    """A claim on its way to the database: as it was when it was taken down, admitted, or left its line.

    ``mark`` is for ``ack``.
    """

    mark: str
    claim: Claim
