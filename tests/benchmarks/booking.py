"""Take holds + confirm through the lifecycle on PostgreSQL: two commits, no provider, each client a process.

Reference: the same two commits by hand (``by_hand``). Both book copies of one purchase; in each round every client
first takes all its holds, then (after untimed rows for what was shown, signed and paid) confirms all its checkouts.
"""

from __future__ import annotations

import multiprocessing
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import psycopg
from flask import Flask

from bnpl_plugin.ext import Bnpl
from bnpl_plugin.lifecycle import holds
from bnpl_plugin.lifecycle.confirm import confirm
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.testing import START, FrozenClock, ShopBook
from examples.demo_shop.sample_law import SAMPLE_LAW
from tests.benchmarks.by_hand import ByHand, install
from tests.benchmarks.figure import Figure, Rate, Size, measured
from tests.benchmarks.purchases import (
    Template,
    add_approved,
    add_loans,
    authorise,
    make_template,
    open_app,
    plain_url,
)
from tests.servers.postgres import PostgresServer

_TWO_NAMES = ("lifecycle", "by_hand")
Steps = Mapping[str, Callable[[str], object]]


@dataclass(slots=True)
class Bench:
    """A database with a book, and the number of its next purchase."""

    url: str
    connection: psycopg.Connection[Any]
    template: Template
    next_number: int = 1


@contextmanager
def opened(server: PostgresServer, *, folder: Path, loans: int) -> Iterator[Bench]:
    """Make a database with a book of some loans."""
    url = server.create_database()
    app = open_app(folder, url=url)
    with psycopg.connect(plain_url(url), autocommit=True) as connection:
        install(connection)
        bench = Bench(url, connection, make_template(app, url=url))
        app.extensions["bnpl"].store.engine.dispose()
        add_loans(connection, bench.template, first=1, count=loans)
        bench.next_number = loans + 1
        yield bench


def house_of(folder: str, *, url: str) -> House:
    """Wire a house as a shop's worker process would."""
    app = Flask("shop", instance_path=folder)
    app.config.update(TESTING=True, SECRET_KEY="for benchmarks", BNPL_DATABASE_URL=url)
    book = ShopBook()
    wired = Bnpl(
        order=book.order, confirm_order=book.confirm_order, order_refused=book.order_refused,
        clock=FrozenClock(), law=SAMPLE_LAW,
    )  # fmt: skip
    return wired.init_app(app, register_blueprints=False)


@contextmanager
def ready_to_book(way: str, *, folder: str, url: str, name: str, principal_minor: int) -> Iterator[Steps]:
    """Open one way of booking: its two steps, each from a checkout's id to its commit."""
    if way == "by_hand":
        with psycopg.connect(plain_url(url), autocommit=True) as connection:
            by_hand = ByHand(connection, name, principal_minor, START)
            yield {"take": by_hand.take, "confirm": by_hand.confirm}
        return
    house = house_of(folder, url=url)

    def confirmed(checkout_id: str) -> None:
        if not confirm(house, checkout_id=checkout_id).made_here:
            raise RuntimeError(f"{checkout_id} was not confirmed")

    try:
        yield {"take": lambda checkout_id: holds.take(house, checkout_id=checkout_id), "confirm": confirmed}
    finally:
        house.store.engine.dispose()  # type: ignore[attr-defined]


def client(pipe: Connection, *, folder: str, url: str, name: str, principal_minor: int) -> None:
    """Serve as one client: take orders (way, step, ids), answer with the instants of beginning and end."""
    told = {"folder": folder, "url": url, "name": name}
    with ExitStack() as stack:
        ways = {
            way: stack.enter_context(ready_to_book(way, **told, principal_minor=principal_minor)) for way in _TWO_NAMES
        }
        pipe.send("ready")
        while (asked := pipe.recv()) is not None:
            way, step, ids = asked
            work = ways[way][step]
            began = time.perf_counter()
            for checkout_id in ids:
                work(checkout_id)
            pipe.send((began, time.perf_counter()))


@dataclass(slots=True)
class Clients:
    """Running client processes."""

    pipes: list[Connection]

    def seconds(self, way: str, *, step: str, ids: Sequence[str]) -> float:
        """Let all clients work on their share at once; returns from the first beginning to the last end."""
        share = len(ids) // len(self.pipes)
        for place, pipe in enumerate(self.pipes):
            pipe.send((way, step, ids[place * share : (place + 1) * share]))
        spans = [pipe.recv() for pipe in self.pipes]
        return float(max(end for _, end in spans) - min(began for began, _ in spans))


@contextmanager
def started(bench: Bench, *, folder: Path, count: int) -> Iterator[Clients]:
    """Start clients; they end with the block."""
    context = multiprocessing.get_context("spawn")
    processes, pipes = [], []
    for place in range(count):
        here, there = context.Pipe()
        told = {
            "folder": str(folder),
            "url": bench.url,
            "name": f"{count}x{place}",
            "principal_minor": bench.template.principal_minor,
        }
        process = context.Process(target=client, args=(there,), kwargs=told, daemon=True)
        process.start()
        there.close()
        processes.append(process)
        pipes.append(here)
    try:
        for pipe in pipes:
            pipe.recv()
        yield Clients(pipes)
    finally:
        for pipe, process in zip(pipes, processes, strict=True):
            if process.is_alive():
                pipe.send(None)
            process.join(10)
            pipe.close()


def rate_of(bench: Bench, clients: Clients, *, way: str, bookings: int) -> Rate:
    """Return a round: fresh purchases, holds, what lies between, confirm; bookings a second over both timed parts."""

    def once() -> float:
        count, first = bookings * len(clients.pipes), bench.next_number
        bench.next_number += count
        ids = add_approved(bench.connection, bench.template, first=first, count=count)
        seconds = clients.seconds(way, step="take", ids=ids)
        authorise(bench.connection, bench.template, first=first, count=count)
        return count / (seconds + clients.seconds(way, step="confirm", ids=ids))

    return once


def figures(size: Size) -> list[Figure]:
    """Measure booking with each number of clients."""
    done = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bnpl-bench-")))
        server = PostgresServer().start()
        stack.callback(server.close)
        bench = stack.enter_context(opened(server, folder=folder, loans=size.small_book))
        for count in size.clients:
            with started(bench, folder=folder, count=count) as clients:
                for way in _TWO_NAMES:  # warm up: connections, plans, caches
                    rate_of(bench, clients, way=way, bookings=min(10, size.bookings))()
                done.append(
                    measured(
                        "booking",
                        params={"clients": count, "loans": size.small_book},
                        unit="bookings/s",
                        product=rate_of(bench, clients, way="lifecycle", bookings=size.bookings),
                        reference=rate_of(bench, clients, way="by_hand", bookings=size.bookings),
                        rounds=size.rounds,
                    )
                )
    return done
