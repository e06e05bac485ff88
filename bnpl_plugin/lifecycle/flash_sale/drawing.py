"""The lottery's draw: every reserved line is an entry; the line is put up in the order of the lots, then served."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from bnpl_plugin.errors import AllotmentExhausted, StateMoved
from bnpl_plugin.lifecycle.flash_sale import lottery
from bnpl_plugin.lifecycle.flash_sale.allotment import happened, top_up
from bnpl_plugin.lifecycle.flash_sale.gatekeeping import at_gate
from bnpl_plugin.lifecycle.house import House, values
from bnpl_plugin.ports.gate import Wish
from bnpl_plugin.ports.records import Hold, Sale, SaleDraw, SaleItem
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
    if not sale.undrawn or sale.sealed_seed is None or sale.state != "open":
        return 0
    if house.clock.now() < sale.starts_at:
        return 0
    seed = str(house.seal.unseal(sale.sealed_seed)["seed"])
    at_gate(house, sale.sale_id, lambda gate: gate.pause(sale.sale_id))
    lined, wanted_minor, draws, now = 0, 0, [], house.clock.now()
    for item in view.items:
        found = {entry.entry_id: entry.hold for entry in entries(house, item)}
        order = lottery.draw(seed, sale_id=item.sale_item_id, entrants=found)
        draws.append(SaleDraw(item.sale_item_id, sale.sale_id, {"entries": list(order)}, now))
        wishes = [_wish(sale, item, found[entry_id]) for entry_id in order]
        wanted_minor += _wanted(wishes, units=item.free_units)
        for start in range(0, len(wishes), _PAGE):
            page = wishes[start : start + _PAGE]
            lined += at_gate(house, sale.sale_id, lambda gate, page=page: gate.line_up(page, now=house.clock.now()))  # type: ignore[misc]
    _provide(house, sale, wanted_minor=wanted_minor)
    shown = Move(
        "sale", values(sale_id=sale.sale_id), ("open",), values(seed=seed, changed_at=now), values(seed=None)
    )  # fmt: skip
    drawn = happened(house, "sale.drawn", sale, entries=lined, seed_hash=sale.seed_hash)
    try:
        house.commit(Changeset(moves=(shown,), rows=tuple(draws), events=(drawn,)))
    except StateMoved:  # another process has drawn, in the same order; or the sale was paused: then in a later round
        return lined
    at_gate(house, sale.sale_id, lambda gate: gate.resume(sale.sale_id, now=house.clock.now()))
    return lined


def _wanted(wishes: Sequence[Wish], *, units: int) -> int:
    """Return what the shoppers who win these units need of the sale's capital."""
    wanted_minor = 0
    for wish in wishes:
        if wish.units > units:
            break
        units -= wish.units
        wanted_minor += wish.principal_minor
    return wanted_minor


def _provide(house: House, sale: Sale, *, wanted_minor: int) -> None:
    """Have the winners' capital set aside before they are let in; what the pool has not, they are told."""
    if wanted_minor > sale.left_minor:
        with suppress(AllotmentExhausted):
            top_up(house, sale_id=sale.sale_id, missing_minor=wanted_minor - sale.left_minor)


def _wish(sale: Sale, item: SaleItem, hold: Hold) -> Wish:
    return Wish(hold.hold_id, sale.sale_id, item.sale_item_id, hold.shopper_id, hold.units, hold.own_minor)


def _reserved(house: House, item: SaleItem) -> Iterator[Hold]:
    after = ""
    while page := house.store.sales.reserved(item.sale_item_id, limit=_PAGE, after=after):
        yield from page
        after = page[-1].hold_id
