"""One run: the processes start, the crowd comes, and in the middle of it one of them is killed."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from tests.acceptance.rush.cast import Cast
from tests.acceptance.rush.crowd import Crowd
from tests.acceptance.rush.ground import Ground
from tests.acceptance.rush.judging import judge
from tests.acceptance.rush.shop import SALE
from tests.servers.valkey import ValkeyCluster, ValkeyServer

VICTIMS = ("web", "worker", "valkey", "cluster", "postgres")


def run(ground: Ground, *, victim: str, seed: int, webs: int = 2) -> str:
    """Run one rush in which ``victim`` is killed at an instant of the seed; returns what happened, in a line."""
    gate: ValkeyServer | ValkeyCluster = (
        ValkeyCluster(primaries=3, replicas=1) if victim == "cluster" else ValkeyServer()
    )
    gate.start()
    place = ground.place(gate_url=gate.url.replace("redis://", "redis+cluster://") if victim == "cluster" else gate.url)
    cast = Cast(place, webs=webs)
    dice = random.Random(f"{victim} {seed}")
    crowd = Crowd(ground.shoppers, cast.ports, seed)
    deadly = threading.Event()
    instant = dice.randrange(1, 2 * ground.units)  # while there are units to be had
    delay = dice.random() * 0.05

    def at(count: int) -> None:
        if count == instant:
            deadly.set()

    try:
        cast.start()
        with ThreadPoolExecutor(1) as beside:  # killed from here: a server dies with the thread that started it
            rushing = beside.submit(crowd.rush, threads=8, at=at)
            deadly.wait(120)
            time.sleep(delay)
            _killer(victim, ground, cast, gate, dice)()
            diaries = rushing.result()
        cast.close()
        said = judge(place, diaries, units=ground.units)
        return f"{victim} seed {seed}, killed after {instant} answers: {said}; {dict(sorted(crowd.statuses.items()))}"
    finally:
        cast.close()
        gate.close()
        ground.server.drop(place.url)


def _killer(
    victim: str, ground: Ground, cast: Cast, gate: ValkeyServer | ValkeyCluster, dice: random.Random
) -> Callable[[], None]:  # fmt: skip
    def again(kill9: Callable[[], object], start: Callable[[], object]) -> Callable[[], None]:
        def act() -> None:
            kill9()
            start()

        return act

    if victim == "web":
        one = dice.choice(cast.webs)
        return again(one.kill9, one.start)
    if victim == "worker":
        return again(cast.worker.kill9, cast.worker.start)
    if victim == "postgres":
        return again(ground.server.kill9, ground.server.restart)
    if isinstance(gate, ValkeyServer):
        return again(gate.kill9, gate.start)
    client = gate.client()
    port = client.get_node_from_key(f"bnpl:gate:{{{SALE}:0:1}}:sale").port
    client.close()
    primary = next(node for node in gate.nodes if node.port == port)

    def fail_over() -> None:
        primary.kill9()
        time.sleep(6)  # longer than the others wait for it: a replica is the primary by now
        primary.start()

    return fail_over
