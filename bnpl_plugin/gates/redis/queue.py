"""Claims on their way to the database: one stream a shard, one group of readers, each entry at least once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from redis.exceptions import ResponseError

from bnpl_plugin.gates.redis.packing import unpack
from bnpl_plugin.gates.redis.script import Shard, our_errors
from bnpl_plugin.ports.gate import Drained

_GROUP = "database"
#: Milliseconds after which an entry that its reader did not acknowledge is given to another one.
_PATIENCE = 30_000


def drain(client: Any, shards: Sequence[Shard], *, sale_id: str, reader: str, limit: int) -> list[Drained]:
    """Return up to ``limit`` entries: what this reader left undone, what dead readers left, then fresh ones."""
    found: list[Drained] = []
    for shard in shards:
        for turn in ("own", "dead", "fresh"):
            if len(found) < limit:
                with our_errors():
                    entries = _entries(client, shard, reader=reader, turn=turn, limit=limit - len(found))
                found += [
                    Drained(f"{shard.number}|{entry_id}", unpack(fields["c"], sale_id=sale_id))
                    for entry_id, fields in entries
                    if fields
                ]
    return list({drained.mark: drained for drained in found}.values())


def _entries(client: Any, shard: Shard, *, reader: str, turn: str, limit: int) -> Sequence[tuple[str, dict[str, str]]]:
    for _ in range(2):
        try:
            if turn == "dead":
                _, entries, *_ = client.xautoclaim(shard.stream, _GROUP, reader, min_idle_time=_PATIENCE, count=limit)
                return list(entries)
            since = "0" if turn == "own" else ">"
            reply = client.xreadgroup(_GROUP, reader, {shard.stream: since}, count=limit)
            streams = reply.values() if isinstance(reply, dict) else [entries for _, entries in reply or ()]
            return [entry for entries in streams for entry in _flat(entries)]
        except ResponseError as error:
            if "NOGROUP" not in str(error):
                raise
            client.xgroup_create(shard.stream, _GROUP, id="0", mkstream=True)
    return ()


def _flat(entries: Sequence[Any]) -> list[tuple[str, dict[str, str]]]:
    """Return the entries whatever version of the protocol told of them (RESP3 nests them once more)."""
    if entries and isinstance(entries[0], list):
        return [entry for inner in entries for entry in inner]
    return list(entries)


def ack(client: Any, shards: Sequence[Shard], *, marks: Sequence[str]) -> None:
    """Acknowledge and delete entries."""
    by_shard: dict[int, list[str]] = defaultdict(list)
    for mark in marks:
        number, entry_id = mark.split("|")
        by_shard[int(number)].append(entry_id)
    for place, entry_ids in by_shard.items():
        with our_errors():
            client.xack(shards[place].stream, _GROUP, *entry_ids)
            client.xdel(shards[place].stream, *entry_ids)
