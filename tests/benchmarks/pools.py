"""Bookings of one capital pool by 16 clients, against the same bookings spread over 16 pools, one for each client.

Product and reference are both the lifecycle's bookings (``booking``: holds, then confirm) in one database and one run:
the ratio says what the one row costs that all the clients' bookings end on. Pools are one for each currency and
country, so the spread bookings are given 16 made-up countries.
"""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.benchmarks.booking import Bench, Clients, opened, started
from tests.benchmarks.figure import Figure, Rate, Size, measured
from tests.benchmarks.purchases import add_approved, authorise
from tests.servers.postgres import PostgresServer

CLIENTS = 16


def open_pools(bench: Bench, *, count: int) -> None:
    """Open pools for made-up countries ``00``, ``01`` …, as full as the currency's own."""
    bench.connection.execute(
        "INSERT INTO bnpl_capital_pool SELECT (jsonb_populate_record(p, jsonb_build_object("
        "'pool_id', 'pool_' || lpad(n::text, 2, '0'), 'country', lpad(n::text, 2, '0'), 'held_minor', 0,"
        " 'outstanding_minor', 0))).* FROM bnpl_capital_pool AS p, generate_series(0, %s - 1) AS n"
        " WHERE p.currency = 'EUR' AND p.country = ''",
        [count],
    )


def rate_over(bench: Bench, clients: Clients, *, bookings: int, spread: bool) -> Rate:
    """Return a round: each client holds and confirms its share, from one pool or each from its own."""
    places = len(clients.pipes)

    def once() -> float:
        count, first = bookings * places, bench.next_number
        bench.next_number += count
        ids = add_approved(bench.connection, bench.template, first=first, count=count)
        if spread:
            for place in range(places):
                bench.connection.execute(
                    "UPDATE bnpl_checkout SET country = %s WHERE checkout_id = ANY(%s)",
                    [f"{place:02d}", ids[place * bookings : (place + 1) * bookings]],
                )
        seconds = clients.seconds("lifecycle", step="take", ids=ids)
        authorise(bench.connection, bench.template, first=first, count=count)
        return count / (seconds + clients.seconds("lifecycle", step="confirm", ids=ids))

    return once


def figures(size: Size) -> list[Figure]:
    """Measure one pool against as many as there are clients."""
    count = min(CLIENTS, size.most_clients)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bnpl-bench-")))
        server = PostgresServer().start()
        stack.callback(server.close)
        bench = stack.enter_context(opened(server, folder=folder, loans=size.small_book))
        open_pools(bench, count=count)
        clients = stack.enter_context(started(bench, folder=folder, count=count))
        for spread in (False, True):  # warm up: connections, plans, caches
            rate_over(bench, clients, bookings=min(5, size.bookings), spread=spread)()
        return [
            measured(
                "pools",
                params={"clients": count, "one_against": count},
                unit="bookings/s",
                product=rate_over(bench, clients, bookings=size.bookings, spread=False),
                reference=rate_over(bench, clients, bookings=size.bookings, spread=True),
                rounds=size.rounds,
            )
        ]
