"""What the store answers about flash sales, and how it takes down what a gate hands over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bnpl_plugin.ports.gate import Claim
from bnpl_plugin.ports.records import Hold, Sale, SaleChange, SaleDraw, SaleItem


@dataclass(frozen=True, slots=True)
class SaleView:
    """A sale with its items, in their order."""

    sale: Sale
    items: tuple[SaleItem, ...]

    def item(self, sale_item_id: str) -> SaleItem | None:
        """Return one of the items."""
        return next((item for item in self.items if item.sale_item_id == sale_item_id), None)


@dataclass(frozen=True, slots=True)
class SaleCounts:
    """How far the shoppers of a sale have come, in holds: what the operator's board shows beside the gate's figures."""

    ready: int  # they have their credit line reserved
    held: int
    sold: int
    ended: int  # released, expired, voided


class Sales(Protocol):
    """Reads of flash sales, each one short transaction (``Store.sales``)."""

    def sale(self, sale_id: str) -> Sale | None:
        """Return a sale."""
        ...

    def view(self, sale_id: str) -> SaleView | None:
        """Return a sale with its items."""
        ...

    def of_item(self, sale_item_id: str) -> tuple[Sale, SaleItem] | None:
        """Return an item and its sale."""
        ...

    def live(self, *, starting_by: datetime) -> Sequence[Sale]:
        """Return the sales that are not closed and start by an instant, the oldest first."""
        ...

    def all(self, *, merchant_id: str | None = None, limit: int = 100) -> Sequence[SaleView]:
        """Return sales with their items, the latest start first."""
        ...

    def changes(self, sale_id: str, *, untold: bool) -> Sequence[SaleChange]:
        """Return what was added to a sale, oldest first; with ``untold`` only what the gate may not know yet."""
        ...

    def hold(self, *, shopper_id: str, hold_id: str) -> Hold | None:
        """Return a hold."""
        ...

    def reserved(self, sale_item_id: str, *, limit: int, after: str = "") -> Sequence[Hold]:
        """Return holds that reserve a credit line for an item, in the order of their ids, from after one on."""
        ...

    def ready_in_browser(self, sale_id: str, *, device: str) -> Sequence[str]:
        """Return the shoppers who got ready for a sale in one browser."""
        ...

    def claims(self, sale_id: str) -> Sequence[Claim]:
        """Return a sale's claims as the database knows them, for a gate that has lost them.

        Each pending hold as a held claim, each hold of a confirmed checkout as a booked one, and those that wait if the
        gate had handed them down; in the order of their turns, the lines' after the others.
        """
        ...

    def drawn(self, sale_item_id: str) -> SaleDraw | None:
        """Return how a lottery's item was drawn."""
        ...

    def counts(self, sale_id: str) -> SaleCounts:
        """Return how far the shoppers of a sale have come."""
        ...

    def take_down(self, claims: Sequence[Claim]) -> None:
        """Keep claims that a gate hands down, in one statement; a claim that is there already becomes as it is now."""
        ...
