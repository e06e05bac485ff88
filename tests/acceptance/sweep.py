"""The kill sweep: `python -m tests.acceptance.sweep FOLDER STEP [POSTGRES_URL]`; without an address, on SQLite.

This process stays small: it holds no connection and no thread. Every act is a child of its own, forked with the code
loaded and nothing else: the unfaulted run that counts the points, the victim that is killed at one of them, and the
heir that starts afresh on what the victim left behind. Killed before a point, the shopper comes back and goes on;
killed after one, only the worker does. Prints the counts; leaves with 1 and the failures if there are any.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy.engine import make_url

from bnpl_plugin import storage
from bnpl_plugin.testing import START, FrozenClock
from tests.acceptance import journey
from tests.acceptance.host_shop import HostShop, host_world
from tests.acceptance.points import Points
from tests.acceptance.race import open_for_business
from tests.lifecycle.world import World

KILLED = -signal.SIGKILL


@dataclass(frozen=True, slots=True)
class Scenario:
    """A way to walk, from where it starts, and what must be true when a shopper has gone on to its end."""

    name: str
    days: int
    prepare: Callable[[World], object]
    walk: Callable[[World], object]
    finished: Callable[[World, HostShop], None]


def _bought(world: World, host: HostShop) -> None:
    assert world.count("loan", "state = 'active'") == 1
    assert host.orders() == ["order-1"]
    assert host.units_gone() == 1
    assert world.bank_books() == {"EUR": 9_967}
    assert world.pool() == (0, 29_900 - 9_967)


def _given_back(world: World, host: HostShop) -> None:
    assert world.count("loan", "state = 'cancelled'") == 1
    assert world.bank_books() == {}
    assert world.pool() == (0, 0)
    charged = [minor for kind, minor in world.statement() if kind in ("capture", "charge")]
    assert sum(charged) in (9_967, 9_967 * 2, 29_900)
    assert host.orders() == ["order-1"]


def _shop_and_work(world: World) -> None:
    journey.go_shopping(world)
    world.work()


SCENARIOS = (
    Scenario("purchase", 0, lambda world: None, _shop_and_work, _bought),
    Scenario("owing", 30, _shop_and_work, journey.owe_and_give_back, _given_back),
)


class Ground:
    """Fresh copies of one prepared database with its bank, on PostgreSQL or SQLite."""

    def __init__(self, folder: Path, address: str) -> None:
        self.folder = folder
        self.address = address
        self._count = 0

    def first(self) -> tuple[Path, str]:
        """Make an empty place."""
        return self._place(template=None)

    def copy(self, place: tuple[Path, str]) -> tuple[Path, str]:
        """Make a copy of a place that nobody is connected to."""
        made = self._place(template=make_url(place[1]).database)
        for file in place[0].glob("bank.sqlite*"):
            shutil.copy(file, made[0] / file.name)
        if not self.address:
            for file in place[0].glob("shop.sqlite*"):
                shutil.copy(file, made[0] / file.name)
        return made

    def drop(self, place: tuple[Path, str]) -> None:
        """Remove a place."""
        shutil.rmtree(place[0])
        if self.address:
            self._run(f'DROP DATABASE "{make_url(place[1]).database}" WITH (FORCE)')

    def _place(self, *, template: str | None) -> tuple[Path, str]:
        self._count += 1
        folder = self.folder / f"place-{self._count}"
        folder.mkdir(parents=True)
        if not self.address:
            return folder, f"sqlite:///{folder / 'shop.sqlite'}"
        name = f"sweep_{os.getpid()}_{self._count}"
        self._run(f'CREATE DATABASE "{name}" TEMPLATE "{template or "template0"}"')
        return folder, make_url(self.address).set(database=name).render_as_string(hide_password=False)

    def _run(self, statement: str) -> None:
        url = make_url(self.address)
        told = {"host": url.host, "port": url.port, "user": url.username, "dbname": "postgres"}
        with psycopg.connect(**told, autocommit=True) as connection:  # type: ignore[arg-type]
            connection.execute(statement)


def in_child(act: Callable[[], dict[str, Any]]) -> tuple[int, dict[str, Any]]:
    """Run an act in a forked process; returns its exit code (minus the signal that killed it) and what it told."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        try:
            told, code = act(), 0
        except BaseException:  # noqa: BLE001 - whatever it was, the parent prints it
            told, code = {"error": traceback.format_exc()}, 1
        with os.fdopen(writing, "w") as pipe:
            json.dump(told, pipe)
        os._exit(code)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        text = pipe.read()
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status), json.loads(text or "{}")


def act_in(place: tuple[Path, str], work: Callable[[World, HostShop], object], *, days: int, minutes: int = 0,
           points: Points | None = None) -> dict[str, Any]:  # fmt: skip
    """Open a world on a place at START plus a span, work in it, and put it away."""
    from datetime import timedelta

    folder, url = place
    host = HostShop(url)
    world = host_world(folder, url, host=host, clock=FrozenClock(START + timedelta(days=days, minutes=minutes)))
    if points is not None:
        points.watch(host.engine, world.bank)
    with world.app.app_context():
        work(world, host)
    world.bank.close()
    host.engine.dispose()
    return {} if points is None else {"count": points.count, "kinds": points.kinds}


def _founded(world: World, host: HostShop) -> None:
    storage.upgrade(host.engine)
    host.create()
    open_for_business(world)


def _inherited(world: World, host: HostShop, *, scenario: Scenario, shopper: bool) -> None:
    """What must be so at once after the kill, and at the end."""
    assert len(host.orders()) == host.units_gone() == world.count("loan"), "an order without its loan, or the reverse"
    world.sound()
    if shopper:
        scenario.walk(world)
        world.sound()
    journey.grow_old(world)
    if shopper:
        if scenario.name == "owing":
            scenario.walk(world)
            journey.grow_old(world)
        scenario.finished(world, host)
    assert len(host.orders()) == host.units_gone() == world.count("loan")
    assert world.count("hold", "state = 'pending'") == 0
    world.settled()


def sweep(ground: Ground, scenario: Scenario, *, step: int) -> list[str]:
    """Kill at every ``step``-th point, before and after; print the counts and return the failures."""
    base = _prepared(ground, scenario)
    place = ground.copy(base)
    code, told = in_child(lambda: act_in(place, lambda w, _h: scenario.walk(w), days=scenario.days, points=Points()))
    if code:
        return [f"{scenario.name}: the unfaulted run failed: {told}"]
    ground.drop(place)
    failures: list[str] = []
    kills = 0
    for number in range(1, told["count"] + 1, step):
        for moment in ("before", "after"):
            place = ground.copy(base)
            points = Points(deadly=number, moment=moment)
            code, said = in_child(
                lambda: act_in(place, lambda w, _h: scenario.walk(w), days=scenario.days, points=points)  # noqa: B023
            )
            if code != KILLED:
                failures.append(f"{scenario.name}: nobody died {moment} point {number}: {code} {said}")
                continue
            kills += 1
            heir = lambda w, h: _inherited(w, h, scenario=scenario, shopper=moment == "before")  # noqa: B023, E731
            code, said = in_child(lambda: act_in(place, heir, days=scenario.days, minutes=2))  # noqa: B023
            if code:
                failures.append(f"{scenario.name}: killed {moment} point {number}: {said.get('error', said)}")
            ground.drop(place)
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(told["kinds"].items()))
    engine = "PostgreSQL" if ground.address else "SQLite"
    print(f"{engine} {scenario.name}: {told['count']} points ({kinds}); {kills} kills, {len(failures)} failures")
    return failures


def _prepared(ground: Ground, scenario: Scenario) -> tuple[Path, str]:
    base = ground.first()
    for work in (_founded, lambda world, _host: scenario.prepare(world)):
        code, told = in_child(lambda: act_in(base, work, days=0))  # noqa: B023
        if code:
            raise RuntimeError(told.get("error"))
    return base


def main() -> int:
    """Sweep both scenarios on one database."""
    folder, step = Path(sys.argv[1]), int(sys.argv[2])
    ground = Ground(folder, sys.argv[3] if len(sys.argv) > 3 else "")
    failures = [failure for scenario in SCENARIOS for failure in sweep(ground, scenario, step=step)]
    print("\n\n".join(failures))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
