"""The shop that each process of a rush builds on one database, one bank and one gate."""

from __future__ import annotations

import logging
import os
import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask, request
from werkzeug.serving import make_server

from bnpl_plugin import worker
from bnpl_plugin.errors import BnplError, GateUnavailable, StorageUnavailable
from bnpl_plugin.ext import Bnpl
from bnpl_plugin.lifecycle import checkout as checkouts
from bnpl_plugin.lifecycle import disclosure, payment, reconciliation, signature
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.ports.platform import LineKind, Order, OrderLine
from bnpl_plugin.testing import START, KeptNotifier, ShopBook
from examples.demo_shop.sample_law import SAMPLE_LAW
from tests.acceptance.host_shop import HostShop
from tests.lifecycle.world import GOOD, Courier, World

ITEM, SALE = "sit_rush", "sal_rush"
PRICE_MINOR = 29_900


@dataclass(frozen=True, slots=True)
class Place:
    """Where the processes of one run meet: the bank's folder, the database, the gate, and when the run began."""

    folder: Path
    url: str
    gate_url: str
    began: float


class RunningClock:
    """The house's clock in a run: five minutes after ``START`` when it began; ``skew`` seconds wrong."""

    def __init__(self, place: Place, *, skew: float = 0.0) -> None:
        self._ahead = timedelta(minutes=5, seconds=skew)
        self._began = place.began

    def now(self) -> datetime:
        """Return the present instant."""
        return START + self._ahead + timedelta(seconds=time.time() - self._began)


def order_of(ref: str) -> Order | None:
    """Return the order of a reference: one phone of the sale."""
    line = OrderLine(kind=LineKind.GOODS, name="Phone", quantity=1, unit_minor=PRICE_MINOR)
    return Order(
        order_ref=ref, currency="EUR", total_minor=PRICE_MINOR, lines=(line,), sale_item_id=ITEM, units=1
    )  # fmt: skip


def build(place: Place, *, clock: Any, pages: bool = False) -> tuple[World, HostShop]:
    """Return the shop, in host mode, and its host."""
    host = HostShop(place.url)
    app = Flask("shop", instance_path=str(place.folder))
    app.config.update(
        TESTING=True,
        SECRET_KEY="for tests",
        BNPL_DATABASE_URL=place.url,
        BNPL_SANDBOX_PATH=str(place.folder / "bank.sqlite"),
        BNPL_PUBLIC_URL="http://localhost",
        BNPL_CONSOLE_PASSWORD="console password",
        **({"BNPL_GATE": "redis", "BNPL_GATE_URL": place.gate_url} if place.gate_url else {}),
    )
    app.extensions["shop"] = ShopBook()
    courier = Courier()
    house: House = Bnpl(
        order=order_of,
        confirm_order=host.confirm_order,
        sessions=host.sessions,
        engine=host.engine,
        clock=clock,
        notifier=KeptNotifier(),
        courier=courier,
        law=SAMPLE_LAW,
    ).init_app(app, register_blueprints=pages)
    courier.house = house
    return World(app, house, clock, courier), host


def serve(place: Place, port: int, skew: float) -> None:
    """Be a web process."""
    logging.disable(logging.CRITICAL)
    world, _ = build(place, clock=RunningClock(place, skew=skew), pages=True)
    world.app.add_url_rule("/rush/<verb>", "rush", lambda verb: _shopper(world, verb), methods=["POST"])
    make_server("127.0.0.1", port, world.app, threaded=True).serve_forever()


def work(place: Place) -> None:
    """Be the worker."""
    logging.disable(logging.CRITICAL)
    world, _ = build(place, clock=RunningClock(place))
    with world.app.app_context():
        worker.run_forever(world.house, stop=threading.Event(), idle_seconds=0.05)
    os._exit(0)


def _shopper(world: World, verb: str) -> tuple[dict[str, str], int]:
    """The checkout's pages in one: sign and pay, or go away; whatever stands already is gone on from."""
    checkout_id = str(request.get_json()["checkout_id"])
    try:
        if verb == "cancel":
            if world.state(checkout_id) == "cancelled":  # it was, and the answer was lost
                return {"state": "cancelled"}, 200
            checkouts.cancel(world.house, checkout_id=checkout_id)
        else:
            for _ in range(4):
                if not _step(world, checkout_id):
                    break
        return {"state": world.state(checkout_id)}, 200
    except (GateUnavailable, StorageUnavailable) as error:
        return {"error": error.code}, 503
    except BnplError as error:
        return {"error": error.code, "state": world.state(checkout_id)}, 409


def _step(world: World, checkout_id: str) -> bool:
    house = world.house
    match world.state(checkout_id):
        case "held":
            checkouts.refresh_offer(house, checkout_id=checkout_id)
            disclosure.present(house, checkout_id=checkout_id, language="en")
            signature.sign(house, checkout_id=checkout_id, typed_name="Camille Martin", accepted=True)
        case "signed":
            attempt = payment.begin(house, checkout_id=checkout_id, return_url="http://localhost/return")
            if attempt.next_action and attempt.provider_ref:
                world.bank.submit_card(attempt.provider_ref, number=GOOD, expiry="12/30", cvc="123")
            reconciliation.settle_checkout(house, checkout_id=checkout_id)
        case "authorised":
            reconciliation.settle_checkout(house, checkout_id=checkout_id)
        case _:
            return False
    return True
