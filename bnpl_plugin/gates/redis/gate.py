"""The gate on Redis or Valkey, one server or a Cluster."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bnpl_plugin.errors import GateLost, InvalidInput
from bnpl_plugin.gates.redis import queue, spreading
from bnpl_plugin.gates.redis.opening import first_shard, learn, opening_values
from bnpl_plugin.gates.redis.packing import answer, known, micros, unpack
from bnpl_plugin.gates.redis.script import Shard, our_errors
from bnpl_plugin.gates.redis.spreading import Elsewhere
from bnpl_plugin.gates.redis.wire import Wire
from bnpl_plugin.ports.gate import (
    Answer,
    Claim,
    Drained,
    GateSale,
    ItemFigures,
    SaleFigures,
    SaleState,
    Wish,
)
from bnpl_plugin.ports.gate.claims import MOST_MINOR, MOST_UNITS, check_change

#: How often a wish looks at the other shards again because units were moving between them just then.
_LOOKS = 20


class RedisGate:
    """The gate whose claims live in a server's memory and stream into the database.

    Args:
        client: a ``redis.Redis`` or ``redis.cluster.RedisCluster`` that decodes its answers. A call that the client
            repeats by itself does no harm.
        prefix: put before every key.
    """

    code = "redis"

    def __init__(self, client: Any, *, prefix: str = "bnpl:gate:") -> None:
        self._client = client
        self._wire = Wire(client)
        self._prefix = prefix
        self._shards: dict[str, tuple[Shard, ...]] = {}

    # which shard -----------------------------------------------------------------------------------------------------
    def _count_key(self, sale_id: str) -> str:
        return f"{self._prefix}{{{sale_id}}}:shards"

    def _made(self, sale_id: str, *, count: int) -> tuple[Shard, ...]:
        return tuple(
            Shard(self._wire, prefix=self._prefix, sale_id=sale_id, number=number, shards=count)
            for number in range(count)
        )

    def _all(self, sale_id: str) -> tuple[Shard, ...]:
        """Return a sale's shards. Raises ``GateLost``."""
        shards = self._shards.get(sale_id)
        if shards is None:
            with our_errors():
                count = self._client.get(self._count_key(sale_id))
            if count is None:
                raise GateLost(f"no sale {sale_id}")
            shards = self._shards[sale_id] = self._made(sale_id, count=int(count))
        return shards

    def _of(self, sale_id: str, shopper_id: str) -> Shard:
        shards = self._all(sale_id)
        return shards[first_shard(shopper_id, count=len(shards))]

    def _on(self, wish: Wish, operation: str, *values: object) -> Sequence[str]:
        """Run an operation on the shard of a wish; a sale that was spread anew since we last looked is found again."""
        reply = self._of(wish.sale_id, wish.shopper_id).call(operation, *values)
        if reply[0] in ("lost", "none") and self._moved(wish.sale_id):
            reply = self._of(wish.sale_id, wish.shopper_id).call(operation, *values)
        return reply

    def _moved(self, sale_id: str) -> bool:
        """Forget what we knew of a sale's shards; returns whether it was wrong. Raises ``GateLost``."""
        before = len(self._shards.pop(sale_id, ()))
        return len(self._all(sale_id)) != before

    # the operator's part ---------------------------------------------------------------------------------------------
    def open(self, sale: GateSale) -> None:
        """Make a sale known; one that is known already stays as it is."""
        with our_errors():
            self._client.set(self._count_key(sale.sale_id), sale.shards, nx=True)
        self._shards.pop(sale.sale_id, None)
        shards = self._all(sale.sale_id)
        if len(shards) == sale.shards:
            for shard, values in zip(shards, opening_values(sale, count=sale.shards), strict=True):
                shard.call("open", "open", *values)

    def pause(self, sale_id: str) -> None:
        """Take nobody new and nobody from the line."""
        self._each(sale_id, "state", 0, SaleState.PAUSED)

    def resume(self, sale_id: str, *, now: datetime) -> None:
        """Go on after a pause, the line first."""
        self._each(sale_id, "state", micros(now), SaleState.OPEN)

    def end(self, sale_id: str) -> None:
        """Take nobody ever again."""
        self._each(sale_id, "state", 0, SaleState.ENDED)

    def _each(self, sale_id: str, operation: str, *values: object) -> list[Sequence[str]]:
        self._moved(sale_id)
        return [known(shard.call(operation, *values), sale_id=sale_id) for shard in self._all(sale_id)]

    def add_units(self, sale_id: str, item_id: str, *, units: int, ref: str, now: datetime) -> int:
        """Add units, or take back free ones; returns how many it was."""
        check_change(ref, units, most=MOST_UNITS)
        fields = (f"{item_id}|total", f"{item_id}|free")
        done = self._change(sale_id, ref=ref, fields=fields, amount=units, now=now)
        self._each(sale_id, "fresh", item_id)
        return done

    def add_allotment(self, sale_id: str, *, minor: int, ref: str, now: datetime) -> int:
        """Add capital, or take back what is left of it; returns how much it was."""
        check_change(ref, minor, most=MOST_MINOR)
        done = self._change(sale_id, ref=ref, fields=("allotment", "left"), amount=minor, now=now)
        for item in str(self._all(sale_id)[0].fields("items")[0] or "").split("|")[:-1]:
            self._each(sale_id, "fresh", item)
        return done

    def _change(self, sale_id: str, *, ref: str, fields: tuple[str, str], amount: int, now: datetime) -> int:
        """Add at the shard that the ref falls to; take back from shard after shard until it is enough."""
        self._moved(sale_id)
        shards = self._all(sale_id)
        first = first_shard(ref, count=len(shards))
        order = (*shards[first:], *shards[:first]) if amount < 0 else shards[first : first + 1]
        done = 0
        for shard in order:
            reply = known(shard.call("change", micros(now), ref, *fields, amount - done), sale_id=sale_id)
            done += int(reply[1])
        return done

    def rebuild(self, sale: GateSale, *, claims: Sequence[Claim], state: SaleState, ref: str, now: datetime) -> bool:
        """Forget a sale and learn it anew from the database."""
        with our_errors():
            before = self._client.get(self._count_key(sale.sale_id))
        if before is not None and int(before) != sale.shards:
            for shard in self._made(sale.sale_id, count=int(before)):
                shard.forget()
        shards = self._made(sale.sale_id, count=sale.shards)
        spread: list[list[Claim]] = [[] for _ in shards]
        for claim in claims:
            spread[first_shard(claim.wish.shopper_id, count=sale.shards)].append(claim)
        with our_errors():
            self._client.set(self._count_key(sale.sale_id), sale.shards)
        self._shards.pop(sale.sale_id, None)
        return learn(shards, sale, spread=spread, state=state, ref=ref, now=micros(now))

    def line_up(self, wishes: Sequence[Wish], *, now: datetime) -> int:
        """Put drawn wishes in line in this order; returns how many were taken."""
        taken = 0
        for wish in wishes:
            self._one_shard(wish.sale_id)
            reply = self._on(
                wish, "lineup", micros(now), wish.item_id, wish.claim_id, wish.shopper_id, wish.units,
                wish.principal_minor,
            )  # fmt: skip
            taken += int(known(reply, sale_id=wish.sale_id)[0])
        for sale_id in {wish.sale_id for wish in wishes}:
            self._each(sale_id, "pump", micros(now))
        return taken

    def _one_shard(self, sale_id: str) -> None:
        if len(self._all(sale_id)) != 1:
            raise InvalidInput(field="shards", fault="are several", accepted="one shard for a drawn line")

    # the shopper's part ----------------------------------------------------------------------------------------------
    def ask(self, wish: Wish, *, now: datetime) -> Answer:
        """Decide a wish; one that the shopper's own shard cannot fulfil after a look at all the others."""
        asked = f"{micros(now)}|{wish.claim_id}|{wish.item_id}|{wish.shopper_id}|{wish.units}|{wish.principal_minor}"
        reply = self._on(wish, "ask", asked)
        for turn in range(_LOOKS):
            if reply[0] != "look":
                break
            elsewhere = self._fetched(wish, now=now)
            last = elsewhere is not Elsewhere.ENOUGH or turn == _LOOKS - 1
            gone = elsewhere is Elsewhere.NOTHING
            reply = self._on(wish, "ask", asked, "1" if last else "0", "1" if gone else "0")
        said = answer(reply, sale_id=wish.sale_id, wish=wish)
        assert said is not None
        return said

    def _fetched(self, wish: Wish, *, now: datetime) -> Elsewhere:
        shards = self._all(wish.sale_id)
        own = self._of(wish.sale_id, wish.shopper_id)
        return spreading.borrow(
            shards, own, item_id=wish.item_id, units=wish.units, minor=wish.principal_minor, now=micros(now)
        )

    def place(self, sale_id: str, item_id: str, *, shopper_id: str, now: datetime) -> Answer | None:
        """Tell a shopper how their live claim stands, else their newest."""
        someone = Wish("-", sale_id, item_id, shopper_id, 1, 0)
        reply = self._on(someone, "place", micros(now), item_id, shopper_id, "0", "0")
        if reply[0] == "look":
            shards = self._all(sale_id)
            read = (spreading.stands(shards, item_id=item_id), spreading.stands(shards, item_id=item_id))
            gone = spreading.outlook(*read, own=self._of(sale_id, shopper_id)) is Elsewhere.NOTHING
            reply = self._on(someone, "place", micros(now), item_id, shopper_id, "1", "1" if gone else "0")
        return answer(reply, sale_id=sale_id)

    # the house's part ------------------------------------------------------------------------------------------------
    def _claim(self, wish: Wish, operation: str, *values: object) -> Claim | None:
        named = (wish.claim_id, wish.item_id, wish.shopper_id)
        reply = known(self._on(wish, operation, *named, *values), sale_id=wish.sale_id)
        return unpack(reply[1], sale_id=wish.sale_id) if reply[0] == "claim" else None

    def keep(self, wish: Wish, *, now: datetime, until: datetime) -> Claim | None:
        """Make an admitted claim held, before the database's hold is committed."""
        return self._claim(wish, "keep", micros(until))

    def stretch(self, wish: Wish, *, until: datetime) -> Claim | None:
        """Let an admitted or held claim live longer, never past its ceiling."""
        return self._claim(wish, "stretch", micros(until))

    def book(self, wish: Wish, *, now: datetime) -> Claim:
        """Say that the database has committed the loan."""
        claim = self._claim(wish, "book", wish.units, wish.principal_minor)
        assert claim is not None
        return claim

    def release(self, wish: Wish, *, now: datetime) -> Claim | None:
        """Give a claim's units and allotment back, to the first in line."""
        return self._claim(wish, "release", micros(now))

    # the worker's part -----------------------------------------------------------------------------------------------
    def sweep(self, sale_id: str, *, now: datetime, limit: int) -> Sequence[Claim]:
        """Expire admitted claims whose time is over; finish and level what shards lend one another."""
        found = self._listed(sale_id, "sweep", now=now, limit=limit)
        shards = self._all(sale_id)
        if len(shards) > 1:
            spreading.finish_moves(shards, now=micros(now))
            for item in str(shards[0].fields("items")[0] or "").split("|")[:-1]:
                spreading.level(shards, item_id=item, now=micros(now))
        return found

    def overdue(self, sale_id: str, *, now: datetime, limit: int) -> Sequence[Claim]:
        """Return held claims past their end."""
        return sorted(self._listed(sale_id, "overdue", now=now, limit=limit), key=lambda claim: str(claim.until))

    def _listed(self, sale_id: str, operation: str, *, now: datetime, limit: int) -> list[Claim]:
        self._moved(sale_id)
        found: list[Claim] = []
        for shard in self._all(sale_id):
            reply = shard.call(operation, micros(now), limit - len(found))
            found += [unpack(text, sale_id=sale_id) for text in known(reply, sale_id=sale_id)[1:]]
            if len(found) >= limit:
                break
        return found

    def drain(self, sale_id: str, *, reader: str, limit: int) -> Sequence[Drained]:
        """Return claims that the database does not have yet."""
        self._moved(sale_id)
        return queue.drain(self._client, self._all(sale_id), sale_id=sale_id, reader=reader, limit=limit)

    def ack(self, sale_id: str, *, marks: Sequence[str]) -> None:
        """Say that drained claims are committed."""
        queue.ack(self._client, self._all(sale_id), marks=marks)

    def figures(self, sale_id: str) -> SaleFigures:
        """Return what the operator's board shows."""
        self._moved(sale_id)
        totals: dict[str, list[int]] = {}
        state, allotment, left, turns = "", 0, 0, 0
        for shard in self._all(sale_id):
            found = shard.fields("state", "items", "allotment", "left", "turn")
            if found[0] is None:
                raise GateLost(f"no sale {sale_id}")
            state = state or str(found[0])
            allotment, left, turns = (
                so_far + int(part or 0) for so_far, part in zip((allotment, left, turns), found[2:], strict=True)
            )
            for item in str(found[1]).split("|")[:-1]:
                names = [f"{item}|{what}" for what in ("total", "free", "held", "booked", "waiting")]
                parts = [int(part or 0) for part in shard.fields(*names)]
                totals[item] = [a + b for a, b in zip(totals.get(item, [0] * 5), parts, strict=True)]
        return SaleFigures(
            state=SaleState.PAUSED if state == "rebuilding" else SaleState(state),
            items={item: ItemFigures(*parts) for item, parts in totals.items()},
            allotment_minor=allotment,
            left_minor=left,
            claims=turns,
        )
