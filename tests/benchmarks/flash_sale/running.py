"""One run: servers, crowd, rush, judgement, and the references round it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import psycopg

from bnpl_plugin.lifecycle.house import House
from tests.benchmarks.figure import Figure, Size, measured
from tests.benchmarks.flash_sale import by_hand, draining, loading, seeding, serving
from tests.benchmarks.flash_sale.judging import judge, verify
from tests.benchmarks.flash_sale.loading import Loader, Rush, Told
from tests.benchmarks.flash_sale.seeding import Crowd
from tests.benchmarks.purchases import plain_url
from tests.servers.postgres import PostgresServer
from tests.servers.valkey import ValkeyServer

NAME = "flash_sale"
SHARE = 0.4  # of the bare view's rate, at which the crowd arrives
CLOSED, OPEN = 8, 256  # lines
_WARM = 20
_LOSERS = ("sold_out", "waiting")


@dataclass(slots=True)
class Bench:
    """A shop with its crowds, served."""

    house: House
    url: str
    crowds: dict[str, Crowd]
    loader: Loader
    size: Size

    def closed(self, crowd: str, *, path: str, first: int, count: int) -> Told:
        """Have each line bring tickets one after the other."""
        return self.loader.go(Rush(crowd, first, count, path, CLOSED))

    def bare_rate(self) -> float:
        """Return the rate of the bare view, now."""
        count = min(10 * self.size.requests, self.size.shoppers)
        return median(self.closed("rush", path=serving.BARE, first=0, count=count).rate for _ in range(3))


@contextmanager
def ready(size: Size, *, folder: Path) -> Iterator[Bench]:
    """Start the servers, seed the crowds, serve."""
    with ExitStack() as stack:
        gate_url = ""
        if size.gate == "redis":
            valkey = ValkeyServer().start()
            stack.callback(valkey.close)
            gate_url = valkey.url
        url = f"sqlite:///{folder / 'rush.sqlite'}"
        if not size.sqlite:
            postgres = PostgresServer().start()
            stack.callback(postgres.close)
            url = postgres.create_database()
        app = seeding.make_shop(folder, url=url, gate_url=gate_url)
        house: House = app.extensions["bnpl"]
        stack.callback(house.store.engine.dispose)  # type: ignore[attr-defined]
        few = size.units
        crowds = seeding.make_crowds(
            app, wanted={"rush": (size.units, size.shoppers), "calm": (few + _WARM, few + _WARM), "hand": (few, few)}
        )
        web = stack.enter_context(serving.served(folder, url=url, gate_url=gate_url))
        tickets = {name: crowd.tickets for name, crowd in crowds.items()}
        loader = stack.enter_context(loading.started(port=web.port, tickets=tickets))
        bench = Bench(house, url, crowds, loader, size)
        bench.closed("calm", path=serving.CLAIM, first=0, count=_WARM)
        bench.closed("calm", path=serving.BARE, first=0, count=_WARM)
        yield bench


def figures(size: Size) -> list[Figure]:
    """Run the rush, judge it, and measure what it is compared with."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bnpl-bench-")))
        bench = stack.enter_context(ready(size, folder=folder))
        rate = SHARE * bench.bare_rate()
        some = min(size.shoppers, int(10 * rate))
        bare = bench.loader.go(Rush("rush", 0, some, serving.BARE, OPEN, rate, size.seed))
        told = bench.loader.go(Rush("rush", 0, size.shoppers, serving.CLAIM, OPEN, rate, size.seed))
        judge(bench.house, bench.crowds["rush"], told=told)
        print(_told(told, rate=rate, seed=size.seed), flush=True)
        done = [_latency("rush loser", told.wait_ms(p, *_LOSERS), bare.wait_ms(p), p, rate) for p in (50, 99)]
        done.append(_losers(bench))
        done += _winners(bench, told=told)
        if size.gate == "redis":
            claims = 100 * size.requests
            done.append(
                draining.figure(bench.house, url=plain_url(bench.url), claims=claims, rounds=size.rounds // 3 or 1)
            )
        verify(bench.house)
    return done


def _losers(bench: Bench) -> Figure:
    """Measure how many of those who have lost can be answered, against the bare view."""
    size, half = bench.size, bench.size.shoppers // 2
    count = min(10 * size.requests, size.shoppers - half)
    turns = {serving.CLAIM: 0, serving.BARE: 0}

    def rate(path: str) -> float:
        turn = turns[path]
        turns[path] += 1
        first = half + (turn * count) % max(size.shoppers - half - count, 1)
        told = bench.closed("rush", path=path, first=first, count=count)
        assert set(told.states) <= set(_LOSERS), (told.states, told.odd)
        return told.rate

    return measured(
        NAME, params={"part": "capacity loser", "gate": size.gate}, unit="answers/s",
        product=lambda: rate(serving.CLAIM), reference=lambda: rate(serving.BARE), rounds=size.rounds,
    )  # fmt: skip


def _winners(bench: Bench, *, told: Told) -> list[Figure]:
    """Measure winners alone, and tell of those of the rush, against the same commits by hand and the bare script."""
    calm = bench.closed("calm", path=serving.CLAIM, first=_WARM, count=bench.size.units)
    assert calm.states == {"held": bench.size.units}, (calm.states, calm.odd)
    if bench.size.sqlite:
        return [_latency("rush winner", told.wait_ms(p, "held"), calm.wait_ms(p), p, 0) for p in (50, 99)]
    with psycopg.connect(plain_url(bench.url), autocommit=True) as connection:
        connection.execute(by_hand.TAKE)
    hand = by_hand.take_all(plain_url(bench.url), bench.crowds["hand"].checkout_ids, connections=serving.THREADS)
    return [
        *(_latency("rush winner", told.wait_ms(p, "held"), hand.wait_ms(p), p, 0) for p in (50, 99)),
        Figure(NAME, {"part": "capacity winner"}, calm.rate, "holds/s", hand.rate, calm.rate / hand.rate),
    ]


def _latency(part: str, value: float, reference: float, percent: int, rate: float) -> Figure:
    at = {"rate": round(rate)} if rate else {}
    return Figure(NAME, {"part": f"{part} p{percent}", **at}, value, "ms", reference, reference / value)


def _told(told: Told, *, rate: float, seed: int) -> str:
    states = ", ".join(f"{count:,} {state}" for state, count in told.states.most_common())
    winners = told.states["held"] / told.spans["held"]
    return (
        f"rush: {told.states.total():,} taps at {rate:,.0f}/s (seed {seed}) answered in {told.span:.1f} s at"
        f" {told.rate:,.0f}/s: {states}; winners {winners:,.0f}/s; the client used {told.cpu:.1f} s of a core"
    )
