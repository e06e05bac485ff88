"""A small world to walk in: an app, its shop, its test bank, a courier that may lose or repeat, and sums to compare."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask

from bnpl_plugin import worker
from bnpl_plugin.errors import WebhookInvalid
from bnpl_plugin.lifecycle import provider_events, reconciliation
from bnpl_plugin.lifecycle.confirm import Confirmation
from bnpl_plugin.lifecycle.flash_sale import selling
from bnpl_plugin.lifecycle.flash_sale.terms import ItemTerms, SaleTerms
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.ports.platform import Order
from bnpl_plugin.ports.records import SaleItem
from bnpl_plugin.ports.store import LoanBook, Purchase
from bnpl_plugin.providers.sandbox import TEST_CARDS, Behaviour, SandboxProvider
from bnpl_plugin.providers.sandbox.provider import VERBS
from bnpl_plugin.testing import START, FrozenClock, ShopBook, Walker, make_app
from examples.demo_shop.sample_law import SAMPLE_LAW

CARDS = {card.behaviour: card.number for card in TEST_CARDS}
GOOD = CARDS[Behaviour.SUCCESS]

CLEARING = """SELECT currency, sum(amount_minor) FROM bnpl_posting WHERE account = 'provider_clearing'
               GROUP BY currency HAVING sum(amount_minor) <> 0"""


@dataclass
class Courier:
    """Carries the bank's webhooks into the house and keeps the merchants'; it may be told to lose or to repeat."""

    house: House | None = None
    losing: bool = False
    repeating: bool = False
    taken: list[tuple[Mapping[str, str], bytes]] = field(default_factory=list)
    posted: list[tuple[str, bytes]] = field(default_factory=list)

    def post(self, url: str, *, headers: Mapping[str, str], body: bytes) -> int:
        """Carry one webhook."""
        if "/webhooks/" not in url:
            self.posted.append((url, body))
            return 200
        assert self.house is not None
        if self.losing:
            return 503
        self.taken.append((headers, body))
        for _ in range(2 if self.repeating else 1):
            try:
                provider_events.receive(self.house, provider="sandbox", headers=headers, body=body)
            except WebhookInvalid:
                return 400
        return 200


@dataclass
class World:
    """One app with everything around it."""

    app: Flask
    house: House
    clock: FrozenClock
    courier: Courier

    @property
    def shop(self) -> ShopBook:
        book: ShopBook = self.app.extensions["shop"]
        return book

    @property
    def bank(self) -> SandboxProvider:
        bank = self.house.providers["sandbox"]
        assert isinstance(bank, SandboxProvider)
        return bank

    def shopper(self, *, phone: str = "+33612345678", **told: Any) -> Walker:
        return Walker(self.house, phone=phone, **told)

    def work(self) -> int:
        """Work until nothing is due."""
        return worker.run_until_idle(self.house)

    def later(self, **span: float) -> datetime:
        """Move the clock and work."""
        now = self.clock.advance(timedelta(**span))
        self.work()
        return now

    def settle(self, checkout_id: str) -> Confirmation:
        """What the browser's return does."""
        return reconciliation.settle_checkout(self.house, checkout_id=checkout_id)

    def buy(self, order: Order | None = None, *, card: str = GOOD, plan_code: str = "pay_in_3", **options: Any) -> str:
        """Walk the whole way; returns the checkout's id."""
        walker = options.pop("walker", None) or self.shopper()
        checkout_id = walker.to_signed(order or self.shop.add(), plan_code=plan_code, **options)
        walker.pay(checkout_id, card=card)
        self.settle(checkout_id)
        return str(checkout_id)

    def sale(
        self, *, units: int = 1, units_per_shopper: int = 1, days: int = 1, line: int = 0, **more: Any
    ) -> SaleItem:
        now = self.clock.now()
        item = ItemTerms(sku="phone", name="Phone", units=units, units_per_shopper=units_per_shopper, line_limit=line)
        terms = SaleTerms(
            name="Flash sale", country="FR", items=(item,), starts_at=now, ends_at=now + timedelta(days=days), **more
        )
        return selling.create(self.house, terms, merchant_id=self.house.host_merchant_id).items[0]

    # what is so now --------------------------------------------------------------------------------------------------
    def purchase(self, checkout_id: str) -> Purchase:
        return self.house.purchase(checkout_id)

    def state(self, checkout_id: str) -> str:
        return self.purchase(checkout_id).checkout.state

    def book(self, checkout_id: str) -> LoanBook:
        found = self.house.store.loan_book(checkout_id.replace("chk_", "loan_"))
        assert found is not None
        return found

    def units(self, sale_item_id: str) -> tuple[int, int, int, int]:
        """Free, held, sold, returned units."""
        item = self.house.store.sale_item(sale_item_id)
        assert item is not None
        return item.free_units, item.held_units, item.sold_units, item.returned_units

    def pool(self, currency: str = "EUR") -> tuple[int, int]:
        """Held and outstanding capital in minor units."""
        pool = self.house.store.pool(currency)
        assert pool is not None
        return pool.held_minor, pool.outstanding_minor

    def line(self, checkout_id: str) -> tuple[int, int]:
        """Held and drawn credit of the checkout's shopper in minor units."""
        checkout = self.purchase(checkout_id).checkout
        line = self.house.store.line(shopper_id=checkout.shopper_id or "", currency=checkout.currency)
        assert line is not None
        return line.held_minor, line.drawn_minor

    def statement(self) -> list[tuple[str, int]]:
        """What the bank says has moved: kind and sum, oldest first."""
        return [(line.kind, line.amount_minor) for line in self.bank.movements()]

    def count(self, table: str, where: str = "1 = 1") -> int:
        with self.house.store.engine.connect() as connection:  # type: ignore[attr-defined]
            found: int = connection.execute(sa.text(f"SELECT count(*) FROM bnpl_{table} WHERE {where}")).scalar_one()
        return found

    def events(self, checkout_id: str) -> list[str]:
        """The kinds of a checkout's events in order."""
        with self.house.store.engine.connect() as connection:  # type: ignore[attr-defined]
            query = sa.text("SELECT kind FROM bnpl_event WHERE stream = :s ORDER BY seq")
            return list(connection.execute(query, {"s": checkout_id}).scalars())

    def messages(self) -> list[str]:
        return [message.kind for message in self.house.notifier.sent if message.kind != "phone_code"]  # type: ignore[attr-defined]

    def bank_recovers(self) -> None:
        """Whatever was still to go wrong at the bank does not."""
        with self.bank.bank.book.page() as page:
            for verb in VERBS:
                while page.take_fault(verb):
                    pass

    # what must always be so ------------------------------------------------------------------------------------------
    def sound(self) -> None:
        """Every promise holds."""
        findings = self.house.verifier.findings()
        assert findings == (), findings

    def settled(self) -> None:
        """The worker has nothing more to do: every promise holds, and the bank's book and ours agree to the cent."""
        self.sound()
        assert self.bank_books() == self.our_books()
        assert self.lying_authorisations() == []

    def bank_books(self) -> dict[str, int]:
        """What the bank has moved to us, net, per currency."""
        sums: dict[str, int] = {}
        for line in self.bank.movements():
            sign = {"capture": 1, "charge": 1, "refund": -1}.get(line.kind, 0)
            sums[line.currency] = sums.get(line.currency, 0) + sign * line.amount_minor
        return {currency: minor for currency, minor in sums.items() if minor}

    def our_books(self) -> dict[str, int]:
        """What our ledger says the provider has moved to us, net, per currency."""
        with self.house.store.engine.connect() as connection:  # type: ignore[attr-defined]
            return {currency: int(minor) for currency, minor in connection.execute(sa.text(CLEARING))}

    def lying_authorisations(self) -> list[str]:
        """Movements authorised on a shopper's card and neither captured nor lifted."""
        over = {line.ref for line in self.bank.movements() if line.kind in ("capture", "void", "expiry")}
        return [x.ref for x in self.bank.movements() if x.kind == "authorisation" and x.ref not in over]


def make_world(folder: Path, url: str, *, start: datetime = START, **options: Any) -> World:
    """Return a world on a database. ``options`` go to ``make_app``."""
    clock, courier = FrozenClock(start), Courier()
    given = {"law": SAMPLE_LAW, "clock": clock, "courier": courier, "pages": False, **options}
    app = make_app(folder, database_url=url, **given)
    house: House = app.extensions["bnpl"]
    courier.house = house
    return World(app, house, clock, courier)


@contextmanager
def world_in(folder: Path, url: str, **options: Any) -> Iterator[World]:
    """Give a world inside its app context, and put its engine away afterwards."""
    world = make_world(folder, url, **options)
    try:
        with world.app.app_context():
            yield world
    finally:
        world.bank.close()
        world.house.store.engine.dispose()  # type: ignore[attr-defined]
