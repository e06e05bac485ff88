"""Calling the gate's one script on one shard: by its hash, by its text where a node has not seen it yet."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from typing import Any

from redis.exceptions import NoScriptError, RedisError

from bnpl_plugin.errors import GateUnavailable

SOURCE = files(__package__).joinpath("gate.lua").read_text(encoding="utf-8")
SHA = hashlib.sha1(SOURCE.encode(), usedforsecurity=False).hexdigest()
_NAMES = ("sale", "claims", "mine", "line", "due", "kept", "stream", "moves")


@contextmanager
def our_errors() -> Iterator[None]:
    """Turn what the client says into ``GateUnavailable``: a lost answer too, for nobody knows then."""
    try:
        yield
    except RedisError as error:
        raise GateUnavailable(f"{type(error).__name__}: {error}") from error


class Shard:
    """One shard of one sale: its keys, all in one slot, and the script on them."""

    __slots__ = ("_client", "keys", "number")

    def __init__(self, client: Any, *, prefix: str, sale_id: str, number: int, shards: int) -> None:
        self._client = client
        self.number = number
        tag = f"{prefix}{{{sale_id}:{number}:{shards}}}:"
        self.keys = tuple(tag + name for name in _NAMES)

    @property
    def stream(self) -> str:
        """The key of the claims on their way to the database."""
        return self.keys[6]

    def call(self, operation: str, *values: object) -> Sequence[str]:
        """Run one operation of the script. Raises ``GateUnavailable``."""
        with our_errors():
            try:
                reply: Sequence[str] = self._client.execute_command("EVALSHA", SHA, 8, *self.keys, operation, *values)
            except NoScriptError:
                reply = self._client.execute_command("EVAL", SOURCE, 8, *self.keys, operation, *values)
        return reply

    def fields(self, *names: str) -> Sequence[str | None]:
        """Return fields of the sale's hash. Raises ``GateUnavailable``."""
        with our_errors():
            found: Sequence[str | None] = self._client.hmget(self.keys[0], names)
        return found

    def forget(self) -> None:
        """Delete the shard. Raises ``GateUnavailable``."""
        with our_errors():
            self._client.delete(*self.keys)
