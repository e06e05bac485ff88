"""Processes that walk one shopper's checkouts from the hold to the loan, all at once, until the credit line is full."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path

from bnpl_plugin.errors import BnplError, StateMoved
from bnpl_plugin.lifecycle import disclosure, holds, reconciliation, signature
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.ports.platform import Order
from bnpl_plugin.testing import Walker, make_app
from examples.demo_shop.sample_law import SAMPLE_LAW
from tests.lifecycle.world import GOOD

SETTINGS = {"BNPL_CODES_PER_HOUR": 100, "BNPL_CODES_PER_BROWSER": 1_000}


def walk(pipe: Connection, *, folder: str, url: str, checkout_ids: Sequence[str]) -> None:
    """Buy with each checkout in turn; answer how they ended."""
    app = make_app(Path(folder), database_url=url, law=SAMPLE_LAW, pages=False, config=SETTINGS, capital={"EUR": 1})
    house: House = app.extensions["bnpl"]
    for checkout_id in checkout_ids:
        order = Order.from_json(house.purchase(checkout_id).checkout.cart)
        app.extensions["shop"].orders[order.order_ref] = order
    ended: Counter[str] = Counter()
    pipe.send("ready")
    pipe.recv()
    with app.app_context():
        for checkout_id in checkout_ids:
            ended[_bought(house, checkout_id)] += 1
    house.store.engine.dispose()  # type: ignore[attr-defined]
    pipe.send(dict(ended))


def _bought(house: House, checkout_id: str) -> str:
    walker = Walker(house)
    for _ in range(50):
        try:
            holds.take(house, checkout_id=checkout_id)
        except StateMoved:
            continue
        except BnplError as error:
            return error.code
        break
    disclosure.present(house, checkout_id=checkout_id, language="en")
    signature.sign(house, checkout_id=checkout_id, typed_name=walker.full_name, accepted=True)
    walker.pay(checkout_id, card=GOOD)
    return reconciliation.settle_checkout(house, checkout_id=checkout_id).state


def race(folder: Path, url: str, *, shares: Sequence[Sequence[str]]) -> Counter[str]:
    """Give each share of the checkouts to a process of its own; return how all ended."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    pipes, running = [], []
    for share in shares:
        here, there = context.Pipe()
        told = {"folder": str(folder), "url": url, "checkout_ids": list(share)}
        process = context.Process(target=walk, args=(there,), kwargs=told, daemon=True)
        process.start()
        there.close()
        pipes.append(here)
        running.append(process)
        here.recv()  # one after the other: each looks after the tables when it starts
    for pipe in pipes:
        pipe.send("go")
    ended: Counter[str] = Counter()
    for pipe in pipes:
        ended.update(pipe.recv())
    for process in running:
        process.join(10)
    return ended
