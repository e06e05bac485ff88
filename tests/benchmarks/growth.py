"""A booking's cost with a small and with a large book: flat, or it is a bug.

The reference is the same booking, through the lifecycle, in the small book; both databases live on one server.
"""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.benchmarks.booking import opened, rate_of, started
from tests.benchmarks.figure import Figure, Size, measured
from tests.servers.postgres import PostgresServer


def figures(size: Size) -> list[Figure]:
    """Measure one client's bookings in both books in turns."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bnpl-bench-")))
        server = PostgresServer().start()
        stack.callback(server.close)
        rates = {}
        for name, loans in (("small", size.small_book), ("large", size.large_book)):
            bench = stack.enter_context(opened(server, folder=folder / name, loans=loans))
            clients = stack.enter_context(started(bench, folder=folder / name, count=1))
            bench.connection.execute("CHECKPOINT")
            rates[name] = rate_of(bench, clients, way="lifecycle", bookings=size.bookings)
            rates[name]()  # warm up
        figure = measured(
            "growth",
            params={"loans": size.large_book, "against": size.small_book},
            unit="bookings/s",
            product=rates["large"],
            reference=rates["small"],
            rounds=size.rounds,
        )
    return [figure]
