"""A credit decision (rules and scorecard, no bureau) on one core, beside one client's bookings in the same run."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from itertools import count
from pathlib import Path

from bnpl_plugin.lifecycle.judgement import weigh
from bnpl_plugin.registry import leaves
from bnpl_plugin.rules.standard import POLICY
from tests.benchmarks.booking import opened, rate_of, started
from tests.benchmarks.figure import Figure, Size, measured
from tests.contracts.test_rules import SOUND
from tests.servers.postgres import PostgresServer

_EACH = 20  # decisions for each booking of a round: both rounds then take about as long


def deciding(many: int) -> Callable[[], float]:
    """Return a round: so many decisions about ever other shoppers; it says how many a second."""
    rules, incomes = leaves("RULE"), count(100_000, 137)

    def one_round() -> float:
        shoppers = [replace(SOUND, income_minor=next(incomes)) for _ in range(many)]
        start = time.perf_counter()
        for shopper in shoppers:
            weigh(POLICY, shopper, rules=rules)
        return many / (time.perf_counter() - start)

    return one_round


def figures(size: Size) -> list[Figure]:
    """Measure decisions and bookings in turns."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bnpl-bench-")))
        server = PostgresServer().start()
        stack.callback(server.close)
        bench = stack.enter_context(opened(server, folder=folder, loans=size.small_book))
        clients = stack.enter_context(started(bench, folder=folder, count=1))
        booking = rate_of(bench, clients, way="lifecycle", bookings=size.bookings)
        booking()
        return [
            measured(
                "decision",
                params={"rules": len(POLICY.rules), "figures": len(POLICY.scorecard.attributes)},
                unit="decisions/s",
                product=deciding(size.bookings * _EACH),
                reference=booking,
                rounds=size.rounds,
            )
        ]
