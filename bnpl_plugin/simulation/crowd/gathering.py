"""One step of many shoppers, written at once: each use case runs as always, only its commit waits for the others'."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

from bnpl_plugin.errors import GuardFailed
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.ports.platform import Customer, Order
from bnpl_plugin.ports.records import Checkout, Decision, Hold, Person, Record, Sale, SaleItem
from bnpl_plugin.ports.store import Changeset, Purchase

_PARTS = ("moves", "rows", "entries", "events", "lines", "units", "rooms", "pools")


class Gathering:
    """A store that keeps what is written until it is flushed; reads see what was flushed.

    No shopper may take two steps between two flushes: the second would not see the first. What a shopper's own steps
    have changed of their checkout is known without reading it again: nobody else touches it while it gets ready.

    Args:
        house: whose store it stands before.
    """

    def __init__(self, house: House) -> None:
        self._house = house
        self._kept: list[Changeset] = []
        self._purchases: dict[str, Purchase | None] = {}
        self._persons: dict[str, Person | None] = {}
        self._policy_states: dict[str, str | None] = {}
        self.sales: Any = _Known(house.store.sales)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._house.store, name)

    def write(self, changeset: Changeset) -> None:
        """Keep a changeset for the next flush."""
        self._kept.append(changeset)

    def purchase(self, checkout_id: str) -> Purchase | None:
        """Return a checkout as it was flushed, read once."""
        if checkout_id not in self._purchases:
            self._purchases[checkout_id] = self._house.store.purchase(checkout_id)
        return self._purchases[checkout_id]

    def person(self, shopper_id: str) -> Person | None:
        """Return a shopper as flushed, read once."""
        if shopper_id not in self._persons:
            self._persons[shopper_id] = self._house.store.person(shopper_id)
        return self._persons[shopper_id]

    def flush(self) -> int:
        """Commit what was kept, in one transaction; if a guard fails, each alone. Returns how many failed."""
        kept, self._kept, failed = self._kept, [], 0
        if not kept:
            return 0
        try:
            self._house.commit(merged(kept))
        except GuardFailed:
            self._purchases.clear()
            self._persons.clear()
            for changeset in kept:
                try:
                    self._house.commit(changeset)
                except GuardFailed:
                    failed += 1
        else:
            for changeset in kept:
                self._learn(changeset)
        return failed

    def _learn(self, changeset: Changeset) -> None:
        """Know of what was committed what the next step will ask for."""
        for row in changeset.rows:
            if isinstance(row, Person):
                self._persons[row.shopper_id] = row
        for move in changeset.moves:
            if move.table == Person.table:
                self._persons.pop(move.key["shopper_id"], None)
            known = self._purchases.get(move.key["checkout_id"]) if move.table == Checkout.table else None
            if known is not None:
                checkout = replace(known.checkout, **move.set)
                self._purchases[checkout.checkout_id] = self._after(replace(known, checkout=checkout), changeset.rows)

    def _after(self, purchase: Purchase, rows: Sequence[Record]) -> Purchase:
        """Return a purchase with the decision and the hold that its checkout names by now."""
        for row in rows:
            if isinstance(row, Decision) and row.decision_id == purchase.checkout.decision_id:
                purchase = replace(purchase, decision=row, policy_state=self._policy_state(row.policy_version))
            if isinstance(row, Hold) and row.hold_id == purchase.checkout.hold_id:
                purchase = replace(purchase, hold=row)
        return purchase

    def _policy_state(self, version: str) -> str | None:
        if version not in self._policy_states:
            self._policy_states[version] = self._house.store.policy_state(version)
        return self._policy_states[version]


class _Known:
    """The sales' reads, with an item and its sale read once: nothing that getting ready asks of them changes."""

    def __init__(self, sales: Any) -> None:
        self._sales = sales
        self._items: dict[str, tuple[Sale, SaleItem] | None] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sales, name)

    def of_item(self, sale_item_id: str) -> tuple[Sale, SaleItem] | None:
        """Return an item and its sale."""
        if sale_item_id not in self._items:
            self._items[sale_item_id] = self._sales.of_item(sale_item_id)
        return self._items[sale_item_id]


class MakeBelieveHost:
    """A host that knows the crowd's orders and nobody else's, so that its database is not asked at every step."""

    def __init__(self, orders: Mapping[str, Order]) -> None:
        self._orders = orders

    def order(self, order_ref: str) -> Order | None:
        """Return one of the crowd's orders."""
        return self._orders.get(order_ref)

    def customer(self) -> Customer | None:
        """Nobody is signed in."""
        return None

    def confirm_order(self, _order_ref: str, _session: Any) -> None:
        """Never asked: nobody pays while getting ready."""
        raise AssertionError("a crowd that gets ready places no order")

    def order_refused(self, _order_ref: str, _reason: str) -> None:
        """Nothing was placed."""


def gathering_house(house: House, orders: Mapping[str, Order]) -> tuple[House, Gathering]:
    """Return a house whose writes gather, that believes the crowd's phone numbers, and what gathers them."""
    gathering: Any = Gathering(house)
    believing = replace(house.settings, trust_host_phone=True)
    host: Any = MakeBelieveHost(orders)
    return replace(house, store=gathering, host=host, settings=believing, announce=_nobody), gathering


def merged(changesets: Sequence[Changeset]) -> Changeset:
    """Return changesets of different shoppers as one."""
    return Changeset(*(tuple(chain.from_iterable(getattr(each, part) for each in changesets)) for part in _PARTS))


def _nobody(_events: object) -> None:
    """Announce nothing yet: the flush's commit does."""
