"""The board of a sale: units, shoppers, capital, as of now; it says whether the gate answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bnpl_plugin.errors import GateLost, GateUnavailable
from bnpl_plugin.lifecycle.flash_sale.selling import of_merchant
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.ports.gate import SaleFigures
from bnpl_plugin.ports.records import Sale, SaleItem
from bnpl_plugin.ports.store import SaleView
from bnpl_plugin.ports.store.sales import SaleCounts


class GateWord(StrEnum):
    """Whether a sale's gate says anything."""

    ANSWERS = "answers"
    DOWN = "down"  # it does not answer: the units are the database's
    FORGOTTEN = "forgotten"  # it does not know the sale until it is taught, by the next shopper or by hand
    NONE = "none"  # the sale is closed


class Phase(StrEnum):
    """What a sale is now: its state and its times together."""

    COMING = "coming"
    OPEN = "open"
    PAUSED = "paused"
    ENDED = "ended"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class ItemBoard:
    """One item: free, held and sold are all units but those returned, at every moment.

    ``free_units`` are free in the database and at the gate, which takes a unit first and gives it back last; what it
    has not heard of yet is free. ``sold_units`` are the database's: paid and booked. All others are held: their
    shoppers may still be on the way. ``waiting`` is None where only the gate would know.
    """

    item: SaleItem
    free_units: int
    held_units: int
    sold_units: int
    waiting: int | None


@dataclass(frozen=True, slots=True)
class Board:
    """A sale as of one moment. ``decided`` counts the wishes that the gate has taken down since it was opened."""

    at: datetime
    sale: Sale
    items: tuple[ItemBoard, ...]
    counts: SaleCounts
    gate: GateWord
    left_minor: int
    decided: int | None

    @property
    def phase(self) -> Phase:
        """What the sale is now."""
        sale = self.sale
        if sale.state in (Phase.CLOSED, Phase.ENDED) or self.at >= sale.ends_at:
            return Phase.CLOSED if sale.state == Phase.CLOSED else Phase.ENDED
        if sale.state == Phase.PAUSED:
            return Phase.PAUSED
        return Phase.COMING if self.at < sale.starts_at else Phase.OPEN

    @property
    def free_units(self) -> int:
        """Units that nobody has."""
        return sum(item.free_units for item in self.items)

    @property
    def held_units(self) -> int:
        """Units of shoppers who are on the way."""
        return sum(item.held_units for item in self.items)

    @property
    def sold_units(self) -> int:
        """Units paid and booked."""
        return sum(item.sold_units for item in self.items)

    @property
    def waiting(self) -> int | None:
        """How many are in line; None: only the gate knows."""
        if any(item.waiting is None for item in self.items):
            return None
        return sum(item.waiting or 0 for item in self.items)


def board_of(house: House, *, sale_id: str, merchant_id: str | None = None) -> Board:
    """Return a sale's board; ``merchant_id`` None: any merchant's. Raises ``NotYours``."""
    view = of_merchant(house, sale_id=sale_id, merchant_id=merchant_id)
    figures, word = _asked(house, view)
    return Board(
        at=house.clock.now(),
        sale=view.sale,
        items=tuple(_item(item, figures=figures) for item in view.items),
        counts=house.store.sales.counts(sale_id),
        gate=word,
        left_minor=min(figures.left_minor, view.sale.left_minor) if figures else view.sale.left_minor,
        decided=figures.claims if figures else None,
    )


def _asked(house: House, view: SaleView) -> tuple[SaleFigures | None, GateWord]:
    if view.sale.state == "closed":
        return None, GateWord.NONE
    try:
        return house.gate.figures(view.sale.sale_id), GateWord.ANSWERS
    except GateLost:
        return None, GateWord.FORGOTTEN
    except GateUnavailable:
        return None, GateWord.DOWN


def _item(item: SaleItem, *, figures: SaleFigures | None) -> ItemBoard:
    told = figures.items.get(item.sale_item_id) if figures else None
    if told is None:
        return ItemBoard(item, item.free_units, item.held_units, item.sold_units, None)
    ours = item.total_units - item.returned_units
    free = max(min(told.free + max(ours - told.total, 0), item.free_units), 0)
    return ItemBoard(item, free, ours - free - item.sold_units, item.sold_units, told.waiting)
