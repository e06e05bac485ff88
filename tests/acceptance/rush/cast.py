"""The processes of a run: started from a warm parent, killed with SIGKILL, started again at the same address."""

from __future__ import annotations

import http.client
import multiprocessing
from collections.abc import Callable
from typing import Any

from tests.acceptance.rush.shop import Place, serve, work
from tests.servers.process import free_port, wait_until

_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(["tests.acceptance.rush.shop"])


class Actor:
    """One process that can be killed and comes back."""

    def __init__(self, act: Callable[..., None], *told: Any) -> None:
        self._act, self._told = act, told
        self.process: Any = None

    def start(self) -> None:
        """Start it, or start it again."""
        self.process = _PROCESSES.Process(target=self._act, args=self._told, daemon=True)
        self.process.start()

    def kill9(self) -> None:
        """Kill it as a power cut would."""
        self.process.kill()
        self.process.join()


class Cast:
    """The web processes (the second one's clock is a second fast) and the worker of a run."""

    def __init__(self, place: Place, *, webs: int) -> None:
        self.ports = [free_port() for _ in range(webs)]
        self.webs = [Actor(serve, place, port, float(number % 2)) for number, port in enumerate(self.ports)]
        self.worker = Actor(work, place)

    def start(self) -> None:
        """Start all; returns when every web process answers."""
        for actor in (*self.webs, self.worker):
            actor.start()
        wait_until(lambda: all(_answers(port) for port in self.ports), what="the web processes", seconds=60)

    def close(self) -> None:
        """Kill whatever runs."""
        for actor in (*self.webs, self.worker):
            if actor.process is not None:
                actor.kill9()


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/nothing-here")
        return bool(connection.getresponse().status)
    except OSError:
        return False
    finally:
        connection.close()
