"""One sale's rows, locked, changed in memory, written back at the end: where claims take and give back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bnpl_plugin.errors import GateLost, InvalidInput
from bnpl_plugin.ports.gate import AllotmentGone, Claim, ClaimState, SaleState, SoldOut, Wish
from bnpl_plugin.storage.schema.sales.gate import gate_claim, gate_item, gate_sale

_UNITS_IN = {ClaimState.ADMITTED: "held", ClaimState.HELD: "held", ClaimState.BOOKED: "booked"}
_PAGE = 200

Spans = tuple[datetime, datetime | None]
"""When a claim is over, and the latest that this can become."""


@dataclass(slots=True)
class Sale:
    """The row of a sale."""

    sale_id: str
    state: SaleState
    starts_at: datetime
    ends_at: datetime
    hold_seconds: int
    ceiling_seconds: int
    allotment: int
    left: int
    turns: int

    def takes_people(self, now: datetime) -> bool:
        """Whether somebody may be admitted at this instant."""
        return self.state is SaleState.OPEN and self.starts_at <= now < self.ends_at


@dataclass(slots=True)
class Item:
    """The row of an item."""

    item_id: str
    total: int
    free: int
    held: int
    booked: int
    waiting: int
    per_shopper: int
    line_limit: int


def sale_of(row: sa.Row[Any]) -> Sale:
    """Read the first nine columns of a row as ``gate_sale``'s."""
    sale_id, state, *figures = tuple(row)[:9]
    return Sale(sale_id, SaleState(state), *figures)


def item_of(row: sa.Row[Any], *, first: int = 0) -> Item:
    """Read ten columns of a row as ``gate_item``'s, from ``first`` on."""
    return Item(row[first + 1], *tuple(row)[first + 3 : first + 10])


def claim_of(row: Sequence[Any]) -> Claim:
    """Read ten columns as ``gate_claim``'s."""
    shopper_id, claim_id, sale_id, item_id, units, minor, state, turn, until, ceiling_at = row
    wish = Wish(claim_id, sale_id, item_id, shopper_id, units, minor)
    return Claim(wish, ClaimState(state), turn, until, ceiling_at)


def claim_row(claim: Claim) -> dict[str, Any]:
    """Return a claim as its row."""
    wish = claim.wish
    return {
        "shopper_id": wish.shopper_id,
        "claim_id": wish.claim_id,
        "sale_id": wish.sale_id,
        "item_id": wish.item_id,
        "units": wish.units,
        "principal_minor": wish.principal_minor,
        "state": str(claim.state),
        "turn": claim.turn,
        "until": claim.until,
        "ceiling_at": claim.ceiling_at,
    }


def hopeless(sale: Sale, item: Item, *, units: int, minor: int) -> SoldOut | AllotmentGone | None:
    """Return why nothing can come of a wish as things stand, or None."""
    if item.free >= units:
        missing = minor - sale.left
        return AllotmentGone(missing) if missing > 0 else None
    return SoldOut(max(item.free, 0), final=True) if item.free + item.held < units else None


def number_in_line(connection: sa.Connection, claim: Claim) -> int:
    """Return a waiting claim's place in its line, 1 for the next; 0 for a claim that does not wait."""
    if claim.state is not ClaimState.WAITING:
        return 0
    columns = gate_claim.c
    ahead = sa.select(sa.func.count()).where(
        columns.sale_id == claim.wish.sale_id, columns.item_id == claim.wish.item_id,
        columns.state == ClaimState.WAITING.value, columns.turn <= claim.turn,
    )  # fmt: skip
    return int(connection.execute(ahead).scalar_one())


class Desk:
    """A sale under its lock, within one transaction; ``close`` writes its figures.

    Args:
        connection: in a transaction that can write.
        sale_id: the sale.

    Raises:
        GateLost: no such sale.
    """

    def __init__(self, connection: sa.Connection, sale_id: str) -> None:
        self.connection = connection
        row = connection.execute(
            sa.select(gate_sale).where(gate_sale.c.sale_id == sale_id).with_for_update()
        ).one_or_none()
        if row is None:
            raise GateLost(f"no sale {sale_id}")
        self.sale = sale_of(row)
        rows = connection.execute(
            sa.select(gate_item).where(gate_item.c.sale_id == sale_id).order_by(gate_item.c.place)
        )
        self.items = {found.item_id: found for found in map(item_of, rows)}
        self._before = replace(self.sale), {name: replace(item) for name, item in self.items.items()}

    def item(self, item_id: str) -> Item:
        """Return an item. Raises ``InvalidInput``."""
        if item_id not in self.items:
            raise InvalidInput(field="item_id", fault="is not an item of this sale", accepted="an item of the sale")
        return self.items[item_id]

    def claim(self, wish: Wish) -> Claim | None:
        """Return the claim of a wish's id. Raises ``InvalidInput`` if it is another shopper's or another item's."""
        row = self.connection.execute(sa.select(gate_claim).where(gate_claim.c.claim_id == wish.claim_id)).one_or_none()
        claim = claim_of(row) if row is not None else None
        if claim is not None:
            own = claim.wish
            if (own.shopper_id, own.sale_id, own.item_id) != (wish.shopper_id, wish.sale_id, wish.item_id):
                raise InvalidInput(field="claim_id", fault="is another claim's", accepted="a fresh id")
        return claim

    def write(self, claim: Claim) -> Claim:
        """Change a claim's row."""
        key = (gate_claim.c.shopper_id == claim.wish.shopper_id, gate_claim.c.claim_id == claim.wish.claim_id)
        changed = {"state": str(claim.state), "until": claim.until, "ceiling_at": claim.ceiling_at}
        self.connection.execute(sa.update(gate_claim).where(*key).values(changed))
        return claim

    def add(self, wish: Wish, state: ClaimState, *, spans: Spans | None = None) -> Claim:
        """Take a fresh wish down in a state, with the next turn."""
        self.sale.turns += 1
        until, ceiling_at = spans or (None, None)
        claim = Claim(wish, state, self.sale.turns, until, ceiling_at)
        self.count(claim, 1)
        self.connection.execute(sa.insert(gate_claim), claim_row(claim))
        return claim

    def count(self, claim: Claim, sign: int) -> None:
        """Take what a claim in its state has out of what is free (1), or give it back (-1)."""
        item, units = self.item(claim.wish.item_id), sign * claim.wish.units
        kind = _UNITS_IN.get(claim.state)
        if kind is not None:
            item.free -= units
            setattr(item, kind, getattr(item, kind) + units)
            self.sale.left -= sign * claim.wish.principal_minor
        elif claim.state is ClaimState.WAITING:
            item.waiting += sign

    def change(self, claim: Claim, state: ClaimState, *, spans: Spans | None = None) -> Claim:
        """Bring a claim into another state, with all that it takes or gives back."""
        self.count(claim, -1)
        until, ceiling_at = spans or (claim.until, claim.ceiling_at)
        changed = replace(claim, state=state, until=until, ceiling_at=ceiling_at)
        self.count(changed, 1)
        return self.write(changed)

    def spans(self, now: datetime) -> Spans:
        """Return the spans of a claim that is admitted now."""
        hold, ceiling = timedelta(seconds=self.sale.hold_seconds), timedelta(seconds=self.sale.ceiling_seconds)
        return now + hold, now + ceiling

    def pump(self, now: datetime) -> None:
        """Admit from the lines: each time the first whom units and allotment suffice, until nobody fits."""
        if self.sale.takes_people(now):
            for item in self.items.values():
                if item.waiting > 0:
                    self._pump(item, now)

    def _pump(self, item: Item, now: datetime) -> None:
        columns, after = gate_claim.c, 0
        line = (
            columns.sale_id == self.sale.sale_id,
            columns.item_id == item.item_id,
            columns.state == ClaimState.WAITING.value,
        )
        while item.free > 0:
            query = sa.select(gate_claim).where(*line, columns.turn > after).order_by(columns.turn).limit(_PAGE)
            page = [claim_of(row) for row in self.connection.execute(query)]
            if not page:
                return
            after = page[-1].turn
            for claim in page:
                if claim.wish.units <= item.free and claim.wish.principal_minor <= self.sale.left:
                    self.change(claim, ClaimState.ADMITTED, spans=self.spans(now))

    def close(self) -> None:
        """Write the figures that have changed."""
        sale, (sale_before, items_before) = self.sale, self._before
        if sale != sale_before:
            values = {
                "state": str(sale.state), "allotment_minor": sale.allotment, "left_minor": sale.left,
                "turns": sale.turns,
            }  # fmt: skip
            self.connection.execute(sa.update(gate_sale).where(gate_sale.c.sale_id == sale.sale_id).values(values))
        for name, item in self.items.items():
            if item != items_before[name]:
                key = (gate_item.c.sale_id == sale.sale_id, gate_item.c.item_id == name)
                self.connection.execute(
                    sa.update(gate_item).where(*key).values(
                        total_units=item.total, free_units=item.free, held_units=item.held,
                        booked_units=item.booked, waiting=item.waiting,
                    )
                )  # fmt: skip
