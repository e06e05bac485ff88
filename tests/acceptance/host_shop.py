"""A shop in host mode: orders and stock in tables of its own, beside ours in one database."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from bnpl_plugin import storage
from bnpl_plugin.ext import Bnpl
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.testing import FrozenClock, KeptNotifier, ShopBook
from examples.demo_shop.sample_law import SAMPLE_LAW
from tests.lifecycle.world import Courier, World

STOCK = 1_000_000


class HostShop:
    """Orders and stock of a host; what it does in ``confirm_order`` commits or rolls back with the loan."""

    def __init__(self, url: str) -> None:
        self.engine = storage.build_engine(url)
        self.sessions: Callable[[], Session] = sessionmaker(self.engine)

    def create(self) -> None:
        """Create the shop's own tables and fill its stock."""
        with self.engine.begin() as connection:
            connection.execute(sa.text("CREATE TABLE shop_order (ref VARCHAR(40) PRIMARY KEY)"))
            connection.execute(sa.text("CREATE TABLE shop_stock (sku VARCHAR(40) PRIMARY KEY, units INTEGER NOT NULL)"))
            connection.execute(sa.text("INSERT INTO shop_stock VALUES ('phone', :units)"), {"units": STOCK})

    def confirm_order(self, ref: str, session: Any) -> None:
        """Write the order and take one unit, on the session that was handed over."""
        session.execute(sa.text("INSERT INTO shop_order (ref) VALUES (:ref)"), {"ref": ref})
        session.execute(sa.text("UPDATE shop_stock SET units = units - 1 WHERE sku = 'phone'"))

    def orders(self) -> list[str]:
        """Return the references of all orders placed."""
        with self.engine.connect() as connection:
            return list(connection.execute(sa.text("SELECT ref FROM shop_order ORDER BY ref")).scalars())

    def units_gone(self) -> int:
        """Return how many units have left the stock."""
        with self.engine.connect() as connection:
            left: int = connection.execute(sa.text("SELECT units FROM shop_stock")).scalar_one()
        return STOCK - left


def host_world(folder: Path, url: str, *, host: HostShop, clock: FrozenClock) -> World:
    """Return a world in host mode on a database that has its tables already; writes nothing."""
    return bare_world(
        folder, url, clock=clock, confirm_order=host.confirm_order, sessions=host.sessions, engine=host.engine
    )


def bare_world(folder: Path, url: str, *, clock: FrozenClock, **wiring: Any) -> World:
    """Return a world (in own-database mode unless wired otherwise) on a database that has its tables already."""
    app = Flask("shop", instance_path=str(folder))
    app.config.update(
        TESTING=True,
        SECRET_KEY="for tests",
        BNPL_DATABASE_URL=url,
        BNPL_SANDBOX_PATH=str(folder / "bank.sqlite"),
        BNPL_PUBLIC_URL="http://localhost",
        BNPL_CONSOLE_PASSWORD="console password",
    )
    book, courier = ShopBook(), Courier()
    app.extensions["shop"] = book
    given: dict[str, Any] = {"confirm_order": book.confirm_order, **wiring}
    house: House = Bnpl(
        order=book.order,
        order_refused=book.order_refused,
        clock=clock,
        notifier=KeptNotifier(),
        courier=courier,
        law=SAMPLE_LAW,
        **given,
    ).init_app(app, register_blueprints=False)
    courier.house = house
    return World(app, house, clock, courier)
