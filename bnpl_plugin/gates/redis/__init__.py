"""The gate on Redis 7+ or Valkey, one server or a Cluster: for sales that one database could not decide fast enough.

``BNPL_GATE_URL`` says where: ``redis://…``, ``rediss://…`` or ``unix://…`` for one server, ``redis+cluster://host:port``
for a Cluster. All of a shard's keys lie in one slot (``{sale:shard}``), and one function, which the gate teaches the
server itself, decides on them. The server's memory is no truth: whatever it forgets is learnt anew from the database.
"""

from __future__ import annotations

from collections.abc import Mapping

from bnpl_plugin.errors import ConfigurationError
from bnpl_plugin.ports.gate import Gate, GateLeaf

_CLUSTER = "redis+cluster://"
_SECONDS = 2


def make(settings: Mapping[str, str], *, at_home: Gate) -> Gate:  # noqa: ARG001 (the port's)
    """Return the gate at ``BNPL_GATE_URL``; nothing is asked of the server yet."""
    address = settings.get("BNPL_GATE_URL", "")
    if not address:
        raise ConfigurationError("BNPL_GATE=redis needs BNPL_GATE_URL")
    try:
        from redis import Redis
        from redis.cluster import RedisCluster
    except ImportError as error:
        raise ConfigurationError("BNPL_GATE=redis needs the extra: pip install bnpl_plugin[redis]") from error
    from bnpl_plugin.gates.redis.gate import RedisGate

    told = {"decode_responses": True, "socket_timeout": _SECONDS, "socket_connect_timeout": _SECONDS}
    try:
        if address.startswith(_CLUSTER):
            return RedisGate(RedisCluster.from_url("redis://" + address.removeprefix(_CLUSTER), **told))
        return RedisGate(Redis.from_url(address, **told))
    except ValueError as error:
        raise ConfigurationError(f"BNPL_GATE_URL cannot be read: {error}") from error


GATE = GateLeaf(code="redis", make=make)
