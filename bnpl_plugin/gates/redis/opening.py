"""What each shard is told when a sale is opened, or learnt anew from the database."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

from bnpl_plugin.gates.redis.packing import micros, pack
from bnpl_plugin.gates.redis.script import Shard
from bnpl_plugin.gates.redis.spreading import shares
from bnpl_plugin.ports.gate import Claim, GateSale, SaleState

_BATCH = 500
_SECOND = 1_000_000


def first_shard(text: str, *, count: int) -> int:
    """Return the shard that an id falls to: of a shopper's claims, or of a change."""
    return zlib.crc32(text.encode()) % count


def opening_values(sale: GateSale, *, count: int, spread: Sequence[Sequence[Claim]] = ()) -> list[tuple[object, ...]]:
    """Return what the script's ``define`` takes, for each shard.

    A shard's units are those of its own claims and an equal share of what nobody has; so it is with the allotment.
    """
    own = spread or [()] * count
    taken = [[claim.wish for claim in claims if claim.state.has_units] for claims in own]
    lent = [sum(wish.principal_minor for wish in wishes) for wishes in taken]
    rest = shares(sale.allotment_minor - sum(lent), parts=count)
    allotments = [lent[place] + rest[place] for place in range(count)]
    items: list[list[object]] = [[] for _ in range(count)]
    for item in sale.items:
        used = [sum(wish.units for wish in wishes if wish.item_id == item.item_id) for wishes in taken]
        free = shares(item.units - sum(used), parts=count)
        lines = shares(item.line_limit, parts=count)
        for place in range(count):
            units = used[place] + free[place]
            items[place] += [item.item_id, units, item.units_per_shopper, lines[place]]
    instants = (micros(sale.starts_at), micros(sale.ends_at))
    common = (*instants, sale.hold_seconds * _SECOND, sale.ceiling_seconds * _SECOND, count)
    return [(*common, allotments[place], *items[place]) for place in range(count)]


def learn(
    shards: Sequence[Shard], sale: GateSale, *, spread: Sequence[Sequence[Claim]], state: SaleState, ref: str, now: int
) -> bool:
    """Rebuild every shard; returns False if somebody else began to rebuild meanwhile. Raises ``GateUnavailable``."""
    values = opening_values(sale, count=len(shards), spread=spread)
    for shard, told in zip(shards, values, strict=True):
        shard.call("begin", ref, *told)
    for shard, claims in zip(shards, spread, strict=True):
        ordered = sorted(claims, key=lambda claim: claim.turn)
        for first in range(0, len(ordered), _BATCH):
            if shard.call("load", ref, *(pack(claim) for claim in ordered[first : first + _BATCH]))[0] != "ok":
                return False
    done = True
    for shard in shards:
        counted = [
            f"{change}={amount if first_shard(change, count=len(shards)) == shard.number else 0}"
            for change, amount in sale.changes.items()
        ]
        done = shard.call("finish", ref, now, state, *counted)[0] == "ok" and done
    return done
