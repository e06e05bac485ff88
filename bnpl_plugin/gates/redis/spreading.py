"""A sale over several shards: each has its part of the units and of the allotment, and lends to the others.

"Sold out" and "no capital" are said only after all shards were looked at. What moves between two shards is noted at the
sender until it has arrived; receiving is counted once; whoever sweeps finishes the move of a process that died.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bnpl_plugin.gates.redis.script import Shard


@dataclass(frozen=True, slots=True)
class Stand:
    """What one shard has of an item: free units, held ones, those it sent away that have not arrived, and so on.

    ``sent`` counts what it ever sent: two readings between which it stands still have missed nothing on its way.
    """

    shard: Shard
    free: int
    held: int
    flying: int
    waiting: int
    left: int
    sent: int


class Elsewhere(StrEnum):
    """What the other shards have for a wish."""

    ENOUGH = "enough"  # or something was moving just then: ask again
    HOPE = "hope"  # nothing free, but units that may come back
    NOTHING = "nothing"


def stands(shards: Sequence[Shard], *, item_id: str) -> list[Stand]:
    """Read an item's figures in every shard, one after the other. Raises ``GateUnavailable``."""
    names = [f"{item_id}|{what}" for what in ("free", "held", "flying", "waiting")]
    found = []
    for shard in shards:
        free, held, flying, waiting, left, sent = (int(value or 0) for value in shard.fields(*names, "left", "sent"))
        found.append(Stand(shard, max(free, 0), held, flying, waiting, max(left, 0), sent))
    return found


def move(donor: Shard, to: Shard, *, item_id: str, units: int, minor: int, now: int) -> bool:
    """Move units and allotment, as far as the donor still has them; returns whether anything moved."""
    reply = donor.call("send", now, to.number, item_id, units, minor)
    if reply[0] != "sent":
        return False
    _, move_id, generation, sent_units, sent_minor = reply
    _deliver(donor, to, generation=generation, move_id=move_id, what=(item_id, sent_units, sent_minor), now=now)
    return True


def _deliver(donor: Shard, to: Shard, *, generation: str, move_id: str, what: tuple[str, str, str], now: int) -> None:
    to.call("receive", now, generation, f"{donor.number}.{move_id}", *what)
    donor.call("arrived", generation, move_id)


def finish_moves(shards: Sequence[Shard], *, now: int) -> None:
    """Deliver what somebody sent and did not live to deliver."""
    for donor in shards:
        generation, *notes = donor.call("flying")
        for move_id, note in zip(notes[::2], notes[1::2], strict=True):
            to, item_id, units, minor = note.split("|")
            _deliver(
                donor, shards[int(to)], generation=generation, move_id=move_id, what=(item_id, units, minor), now=now
            )


def borrow(shards: Sequence[Shard], own: Shard, *, item_id: str, units: int, minor: int, now: int) -> Elsewhere:
    """Fetch what a wish for ``units`` and ``minor`` lacks from the other shards, the richest first.

    A donor gives half of what it has if that is more than is lacking, so that the next asker need not look again.
    """
    read = stands(shards, item_id=item_id)
    others = [stand for stand in read if stand.shard is not own]
    mine = next(stand for stand in read if stand.shard is own)
    lacks_units, lacks_minor = max(0, units - mine.free), max(0, minor - mine.left)
    if lacks_units <= sum(stand.free for stand in others) and lacks_minor <= sum(stand.left for stand in others):
        for stand in sorted(others, key=lambda stand: (stand.free, stand.left), reverse=True):
            if lacks_units <= 0 and lacks_minor <= 0:
                break
            take = min(stand.free, max(lacks_units, stand.free // 2)) if lacks_units > 0 else 0
            fund = min(stand.left, max(lacks_minor, stand.left // 2)) if lacks_minor > 0 else 0
            if (take or fund) and move(stand.shard, own, item_id=item_id, units=take, minor=fund, now=now):
                lacks_units, lacks_minor = lacks_units - take, lacks_minor - fund
        return Elsewhere.ENOUGH
    return outlook(read, stands(shards, item_id=item_id), own=own)


def outlook(before: Sequence[Stand], after: Sequence[Stand], *, own: Shard) -> Elsewhere:
    """Judge two readings that found too little: was something moving meanwhile, and can anything come back?"""
    if any(stand.flying for stand in after) or sum(each.sent for each in before) != sum(each.sent for each in after):
        return Elsewhere.ENOUGH
    others = [stand for stand in after if stand.shard is not own]
    return Elsewhere.HOPE if any(stand.free + stand.held > 0 for stand in others) else Elsewhere.NOTHING


def level(shards: Sequence[Shard], *, item_id: str, now: int) -> None:
    """Bring free units to the shard where most are waiting; a shard left without units lends its allotment too."""
    read = stands(shards, item_id=item_id)
    needy = max(read, key=lambda stand: stand.waiting)
    if needy.waiting == 0:
        return
    for stand in read:
        if stand is not needy and (stand.free or stand.left):
            move(stand.shard, needy.shard, item_id=item_id, units=stand.free, minor=stand.left, now=now)


def shares(total: int, *, parts: int) -> list[int]:
    """Split a total into parts that differ by at most one.

    >>> shares(10, parts=4)
    [3, 3, 2, 2]
    """
    whole, rest = divmod(total, parts)
    return [whole + (place < rest) for place in range(parts)]
