"""The lottery's draw: every reserved line is an entry; the line is put up in the order of the lots, then served."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from bnpl_plugin.errors import StateMoved
from bnpl_plugin.lifecycle.flash_sale import lottery
from bnpl_plugin.lifecycle.flash_sale.allotment import happened
from bnpl_plugin.lifecycle.flash_sale.gatekeeping import at_gate
from bnpl_plugin.lifecycle.house import House, values
from bnpl_plugin.ports.gate import Wish
from bnpl_plugin.ports.records import Hold, Sale, SaleItem
from bnpl_plugin.ports.store import Changeset, Move, SaleView

_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Entry:
    """One shopper's entry: ``entry_id`` is what is published of it."""

    entry_id: str
    hold: Hold


def entry_id_of(sale_item_id: str, *, shopper_id: str) -> str:
    """Return the number under which a shopper's entry is published: it tells nobody else who it is."""
    return hashlib.sha256(f"{sale_item_id}:{shopper_id}".encode()).hexdigest()[:20]


def entries(house: House, item: SaleItem) -> tuple[Entry, ...]:
    """Return an item's entries: the shoppers who are ready."""
    return tuple(
        Entry(entry_id_of(item.sale_item_id, shopper_id=hold.shopper_id), hold) for hold in _reserved(house, item)
    )


def draw(house: House, view: SaleView) -> int:
    """Draw a lottery whose start has come; returns how many entries were put in line.

    May be repeated, and taken up by another process: the order is the seed's, and a claim is put in line once.
    """
    sale = view.sale
    if sale.fairness != "lottery" or sale.seed is not None or sale.sealed_seed is None or sale.state != "open":
        return 0
    if house.clock.now() < sale.starts_at:
        return 0
    seed = str(house.seal.unseal(sale.sealed_seed)["seed"])
    at_gate(house, sale.sale_id, lambda gate: gate.pause(sale.sale_id))
    lined = 0
    for item in view.items:
        found = {entry.entry_id: entry.hold for entry in entries(house, item)}
        order = lottery.draw(seed, sale_id=item.sale_item_id, entrants=found)
        wishes = [_wish(sale, item, found[entry_id]) for entry_id in order]
        for start in range(0, len(wishes), _PAGE):
            page = wishes[start : start + _PAGE]
            lined += at_gate(house, sale.sale_id, lambda gate, page=page: gate.line_up(page, now=house.clock.now()))  # type: ignore[misc]
    now = house.clock.now()
    shown = Move(
        "sale", values(sale_id=sale.sale_id), ("open",), values(seed=seed, changed_at=now), values(seed=None)
    )  # fmt: skip
    drawn = happened(house, "sale.drawn", sale, entries=lined, seed_hash=sale.seed_hash)
    try:
        house.commit(Changeset(moves=(shown,), events=(drawn,)))
    except StateMoved:  # another process has drawn, in the same order; or the sale was paused: then in a later round
        return lined
    at_gate(house, sale.sale_id, lambda gate: gate.resume(sale.sale_id, now=house.clock.now()))
    return lined


def _wish(sale: Sale, item: SaleItem, hold: Hold) -> Wish:
    return Wish(hold.hold_id, sale.sale_id, item.sale_item_id, hold.shopper_id, hold.units, hold.own_minor)


def _reserved(house: House, item: SaleItem) -> Iterator[Hold]:
    after = ""
    while page := house.store.sales.reserved(item.sale_item_id, limit=_PAGE, after=after):
        yield from page
        after = page[-1].hold_id
