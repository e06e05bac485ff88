"""Calling the gate's one function on one shard; a server that does not have it yet is taught it first."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from typing import Any

from redis.cluster import RedisCluster
from redis.exceptions import RedisError, ResponseError

from bnpl_plugin.errors import GateUnavailable
from bnpl_plugin.gates.redis.wire import Wire

_TEXT = files(__package__).joinpath("gate.lua").read_text(encoding="utf-8")
#: Named by its text, so that two releases of this package can share a server while one replaces the other.
NAME = "bnpl_gate_" + hashlib.sha256(_TEXT.encode()).hexdigest()[:12]
LIBRARY = _TEXT.replace("NAME", NAME)
_KEYS = ("sale", "book", "line", "due", "kept", "stream", "moves")


@contextmanager
def our_errors() -> Iterator[None]:
    """Turn what the client says into ``GateUnavailable``: a lost answer too, for nobody knows then."""
    try:
        yield
    except RedisError as error:
        raise GateUnavailable(f"{type(error).__name__}: {error}") from error


def teach(client: Any) -> None:
    """Load the function: on every primary of a Cluster, whose replicas learn it from them."""
    everywhere = {"target_nodes": RedisCluster.PRIMARIES} if isinstance(client, RedisCluster) else {}
    client.execute_command("FUNCTION LOAD", "REPLACE", LIBRARY, **everywhere)


class Shard:
    """One shard of one sale: its keys, all in one slot, and the function on them."""

    __slots__ = ("_tag", "_wire", "number", "sale", "stream")

    def __init__(self, wire: Wire, *, prefix: str, sale_id: str, number: int, shards: int) -> None:
        self._wire = wire
        self._tag = f"{prefix}{{{sale_id}:{number}:{shards}}}:"
        self.number = number
        self.sale = self._tag + "sale"
        #: The key of the claims on their way to the database.
        self.stream = self._tag + "stream"

    def call(self, operation: str, *values: object) -> Sequence[str]:
        """Run one operation. Raises ``GateUnavailable``."""
        try:
            reply: str = self._wire.call("FCALL", NAME, 1, self._tag, operation, *values)
        except RedisError as error:
            if not isinstance(error, ResponseError) or "function not found" not in str(error).lower():
                raise GateUnavailable(f"{type(error).__name__}: {error}") from error
            with our_errors():
                teach(self._wire.client)
                reply = self._wire.call("FCALL", NAME, 1, self._tag, operation, *values)
        return reply.split("\n")

    def fields(self, *names: str) -> Sequence[str | None]:
        """Return fields of the sale's hash. Raises ``GateUnavailable``."""
        with our_errors():
            found: Sequence[str | None] = self._wire.client.hmget(self.sale, names)
        return found

    def forget(self) -> None:
        """Delete the shard. Raises ``GateUnavailable``."""
        with our_errors():
            self._wire.client.delete(*(self._tag + name for name in _KEYS))
