"""Processes that draw random sums from something scarce until not even one minor unit is left in it."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from multiprocessing.connection import Connection
from random import Random

from bnpl_plugin.errors import BnplError
from bnpl_plugin.ports.records import CapitalLimit, Record, Review, Subsidy
from bnpl_plugin.ports.store import Changeset, LineChange, PoolChange, RoomChange, Store
from bnpl_plugin.storage import SqlStore, build_engine
from tests.storage import factories as f

PLENTY = 10**12
SCARCE = ("credit_line", "capital_pool", "subsidy", "capital_limit")


def shopper_of(place: int, *, scarce: str) -> str:
    """Return who draws in a process: all the same one where their line is what is scarce."""
    return "shp_1" if scarce == "credit_line" else f"shp_{place + 1}"


def furnish(store: Store, *, scarce: str, ceiling_minor: int, processes: int) -> None:
    """Write what there is to draw from: plenty of everything but one."""
    room = {name: ceiling_minor if name == scarce else PLENTY for name in SCARCE}
    shoppers = sorted({shopper_of(place, scarce=scarce) for place in range(processes)})
    rows: list[Record] = [f.merchant(), f.policy(), f.pool(available_minor=room["capital_pool"])]
    for row in f.of_capital():
        if isinstance(row, Subsidy):
            rows.append(replace(row, ceiling_minor=room["subsidy"]))
        elif isinstance(row, CapitalLimit):
            rows.append(replace(row, ceiling_minor=room["capital_limit"]))
    for shopper_id in shoppers:
        rows += [
            f.person(shopper_id),
            f.decision(
                f"dec_{shopper_id}", shopper_id=shopper_id, limit_minor=room["credit_line"], decided_by="operator"
            ),
            answered(shopper_id),
            f.credit_line(shopper_id, limit_minor=room["credit_line"]),
        ]
    store.write(Changeset(rows=tuple(rows), entries=(f.capital_entry(minor=room["capital_pool"]),)))


def answered(shopper_id: str) -> Review:
    """Return the review in which an operator gave a shopper the line: a policy's decision would be replayed."""
    (row,) = (row for row in f.of_credit() if isinstance(row, Review))
    return replace(
        row, shopper_id=shopper_id, review_id=f"rev_{shopper_id}", decision_id=f"dec_before_{shopper_id}",
        state="closed", outcome="approved", new_decision_id=f"dec_{shopper_id}", operator="operator",
        closed_at=row.opened_at,
    )  # fmt: skip


def draw(name: str, *, shopper_id: str, minor: int) -> Changeset:
    """Return one hold that draws the same sum from the line, the pool, the budget and the limit."""
    held = f.hold(
        f"hld_{name}", shopper_id=shopper_id, checkout_id=f"chk_{name}", principal_minor=minor, subsidy_id="sub_1",
        subsidy_minor=minor, limit_ids=",lim_1,",
    )  # fmt: skip
    return Changeset(
        rows=(held,),
        lines=(LineChange(shopper_id, "EUR", held_minor=minor),),
        rooms=(RoomChange("subsidy", "sub_1", minor), RoomChange("capital_limit", "lim_1", minor)),
        pools=(PoolChange("pool_EUR", held_minor=minor),),
    )


def drain(pipe: Connection, *, url: str, place: int, scarce: str, most_minor: int) -> None:
    """Draw until one minor unit is refused; answer how much was drawn, and how often each refusal came."""
    engine = build_engine(url)
    store, luck, drawn, most, turn = SqlStore(engine), Random(place), 0, most_minor, 0
    refused: Counter[str] = Counter()
    pipe.send("ready")
    pipe.recv()
    while most:
        turn += 1
        minor = luck.randint(1, most)
        try:
            shopper_id = shopper_of(place, scarce=scarce)
            store.write(draw(f"{place}_{turn}", shopper_id=shopper_id, minor=minor))
            drawn += minor
        except BnplError as error:
            refused[error.code] += 1
            most = minor - 1  # nothing is ever given back: what did not fit will never fit
    engine.dispose()
    pipe.send((drawn, dict(refused)))


def race(url: str, *, scarce: str, processes: int, most_minor: int) -> tuple[int, Mapping[str, int]]:
    """Let processes drain at once; return what they drew together and the refusals by code."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    pipes, running = [], []
    for place in range(processes):
        here, there = context.Pipe()
        told = {"url": url, "place": place, "scarce": scarce, "most_minor": most_minor}
        process = context.Process(target=drain, args=(there,), kwargs=told, daemon=True)
        process.start()
        there.close()
        pipes.append(here)
        running.append(process)
    for pipe in pipes:
        pipe.recv()
    for pipe in pipes:
        pipe.send("go")
    ended = [pipe.recv() for pipe in pipes]
    for process in running:
        process.join(10)
    refused: Counter[str] = Counter()
    for _, codes in ended:
        refused.update(codes)
    return sum(drawn for drawn, _ in ended), dict(refused)
