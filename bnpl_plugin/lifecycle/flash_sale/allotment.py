"""The capital of a sale: set aside out of a pool, topped up while the pool can, and what was added told to the gate."""

from __future__ import annotations

from contextlib import suppress

from bnpl_plugin.errors import AllotmentExhausted, CapitalExhausted, InvalidInput, StateMoved
from bnpl_plugin.lifecycle.delivery import TOLD_KINDS
from bnpl_plugin.lifecycle.flash_sale.gatekeeping import closed, quietly
from bnpl_plugin.lifecycle.flash_sale.terms import MOST_MINOR, within
from bnpl_plugin.lifecycle.house import House, values
from bnpl_plugin.ports.gate import Gate
from bnpl_plugin.ports.records import Sale, SaleChange
from bnpl_plugin.ports.store import Changeset, Event, Move, PoolChange

RUNNING = ("open", "paused")
_TURNS = 20


def top_up(house: House, *, sale_id: str, missing_minor: int, by: str = "house") -> None:
    """Set more of the pool's capital aside for a sale, and tell the gate; if somebody just has, do nothing.

    At least ``missing_minor``; the sale's own step if that is more and the pool has it.

    Raises ``AllotmentExhausted`` (the pool cannot), ``SaleNotOpen``.
    """
    if tell(house, sale_id):
        return  # decided by another process: the gate knows now, and is asked again
    sale = house.store.sales.sale(sale_id)
    if sale is None or sale.state not in RUNNING:
        raise closed(sale, sale_id=sale_id)
    try:
        _add(house, sale, minor=max(missing_minor, sale.top_up_minor), by=by)
    except StateMoved:
        pass
    except CapitalExhausted as error:
        if missing_minor >= sale.top_up_minor:
            raise AllotmentExhausted(guard="sale") from error
        try:
            _add(house, sale, minor=missing_minor, by=by)
        except StateMoved:
            pass
        except CapitalExhausted as too_much:
            raise AllotmentExhausted(guard="sale") from too_much
    tell(house, sale_id)


def cover(house: House, *, sale_id: str, minor: int) -> None:
    """See to it that so much of a sale's capital is left. Raises ``AllotmentExhausted``, ``SaleNotOpen``."""
    sale = house.store.sales.sale(sale_id)
    if sale is not None and sale.left_minor < minor:
        top_up(house, sale_id=sale_id, missing_minor=minor - sale.left_minor)


def add(house: House, *, sale_id: str, minor: int, by: str) -> None:
    """Set more capital aside because an operator says so. Raises ``InvalidInput``, ``SaleNotOpen``."""
    within("by_minor", minor, low=1, high=MOST_MINOR)
    try:
        grow(house, sale_id=sale_id, minor=minor, by=by)
    except CapitalExhausted as error:
        sale = house.store.sales.sale(sale_id)
        raise more_than_free(house, sale.pool_id if sale else "", field="by_minor", minor=minor) from error


def more_than_free(house: House, pool_id: str, *, field: str, minor: int) -> InvalidInput:
    """Return the error of an operator who asks for more than a pool has."""
    pool = house.store.treasury.pool(pool_id)
    accepted = f"at most {max(pool.free_minor, 0) if pool else 0} minor units, which the pool has free"
    return InvalidInput(field=field, fault=f"is {minor}", accepted=accepted)


def grow(house: House, *, sale_id: str, minor: int, by: str) -> None:
    """Set more capital aside. Raises ``CapitalExhausted``, ``SaleNotOpen``."""
    for turn in range(1, _TURNS + 1):
        sale = house.store.sales.sale(sale_id)
        if sale is None or sale.state not in RUNNING:
            raise closed(sale, sale_id=sale_id)
        try:
            _add(house, sale, minor=minor, by=by)
        except StateMoved:
            if turn == _TURNS:
                raise
        else:
            tell(house, sale_id)
            return


def _add(house: House, sale: Sale, *, minor: int, by: str) -> None:
    now = house.clock.now()
    change = SaleChange(sale.sale_id, house.ids.new("chg"), "decided", None, 0, minor, by, now)
    ceiling_minor = sale.ceiling_minor + minor
    more = Move(
        "sale", values(sale_id=sale.sale_id), RUNNING, values(ceiling_minor=ceiling_minor, changed_at=now),
        expect=values(ceiling_minor=sale.ceiling_minor),
    )  # fmt: skip
    told = happened(house, "sale.capital_added", sale, added_minor=minor, ceiling_minor=ceiling_minor, by=by)
    pools = (PoolChange(sale.pool_id, held_minor=minor),)
    house.commit(Changeset(moves=(more,), rows=(change,), events=(told,), pools=pools))


def tell(house: House, sale_id: str) -> int:
    """Tell the gate what was added and it may not know yet; returns how many changes it has heard."""
    heard = 0
    for change in house.store.sales.changes(sale_id, untold=True):

        def one(gate: Gate, change: SaleChange = change) -> object:
            now = house.clock.now()
            if change.sale_item_id is None:
                return gate.add_allotment(sale_id, minor=change.minor, ref=change.ref, now=now)
            return gate.add_units(sale_id, change.sale_item_id, units=change.units, ref=change.ref, now=now)

        if not quietly(house, sale_id, one):
            break
        key = values(sale_id=sale_id, ref=change.ref)
        with suppress(StateMoved):  # another process has told it too: the gate counts it once
            house.commit(Changeset(moves=(Move("sale_change", key, ("decided",), values(state="told")),)))
        heard += 1
    return heard


def happened(house: House, kind: str, sale: Sale, **payload: object) -> Event:
    """Return an event of a sale's stream, stamped now; another shop is owed a webhook of what it may read."""
    return Event(
        event_id=house.ids.new("evt"),
        stream=sale.sale_id,
        kind=kind,
        shopper_id="",
        merchant_id=sale.merchant_id,
        payload={"sale_id": sale.sale_id, **payload},
        at=house.clock.now(),
        deliver=sale.merchant_id != house.host_merchant_id and kind in TOLD_KINDS,
    )
