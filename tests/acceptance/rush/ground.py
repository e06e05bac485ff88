"""Shoppers who are ready, made once by walking the real way; each run gets a copy of the database and the bank."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from bnpl_plugin import storage
from bnpl_plugin.lifecycle.flash_sale import readiness, selling
from bnpl_plugin.lifecycle.flash_sale.terms import ItemTerms, SaleTerms
from bnpl_plugin.testing import START, FrozenClock
from bnpl_plugin.web.sale import tickets
from tests.acceptance.race import open_for_business
from tests.acceptance.rush.shop import ITEM, PRICE_MINOR, SALE, Place, build, order_of
from tests.servers.postgres import PostgresServer


@dataclass(frozen=True, slots=True)
class Shopper:
    """Who is ready: the ticket, and the checkout that it is for."""

    number: int
    ticket: str
    checkout_id: str


class Ground:
    """A prepared sale on a PostgreSQL server of our own.

    Args:
        folder: for the bank.
        shoppers: how many are ready.
        units: how many there are to be had.
        line: how many may wait.
    """

    def __init__(self, folder: Path, *, shoppers: int, units: int, line: int) -> None:
        self.server = PostgresServer().start()
        self.units = units
        self._folder = folder
        self._runs = 0
        bank = folder / "first"
        bank.mkdir()
        self._first = Place(bank, "", "", 0.0)
        self.shoppers: tuple[Shopper, ...] = ()
        self.server.template("rush", prepare=lambda url: self._prepare(url, count=shoppers, line=line))

    def place(self, *, gate_url: str) -> Place:
        """Return a fresh copy, whose time begins now."""
        self._runs += 1
        folder = self._folder / f"run-{self._runs}"
        shutil.copytree(self._first.folder, folder)
        return Place(folder, self.server.create_database(template="rush"), gate_url, time.time())

    def close(self) -> None:
        """Stop the server."""
        self.server.close()

    def _prepare(self, url: str, *, count: int, line: int) -> None:
        world, host = build(replace(self._first, url=url), clock=FrozenClock(START))
        storage.upgrade(host.engine)
        host.create()
        with world.app.app_context():
            open_for_business(world)
            item = ItemTerms(
                sku="phone", name="Phone", units=self.units, price_minor=PRICE_MINOR, line_limit=line, sale_item_id=ITEM
            )
            terms = SaleTerms(
                name="Rush", country="FR", items=(item,), starts_at=START, ends_at=START + timedelta(hours=6)
            )
            selling.create(world.house, terms, merchant_id=world.house.host_merchant_id, sale_id=SALE)
            self.shoppers = tuple(_ready(world, number) for number in range(count))
        world.bank.close()
        host.engine.dispose()


def _ready(world, number: int) -> Shopper:
    walker = world.shopper(phone=f"+336{12_000_000 + number:08}")
    order = order_of(f"order-{number}")
    assert order is not None
    checkout = walker.open(order)
    walker.choose(checkout)
    walker.identify(checkout)
    walker.decide(checkout)
    readiness.reserve(world.house, checkout_id=checkout.checkout_id)
    ticket = tickets.issue(world.house, world.purchase(checkout.checkout_id))
    return Shopper(number, ticket, checkout.checkout_id)
