"""What a gate must do, said a second time, as plainly as can be: one shard, in memory, one claim after the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bnpl_plugin.ports.gate import (
    Admitted,
    AllotmentGone,
    Already,
    Answer,
    Claim,
    ClaimState,
    Ended,
    GateSale,
    NotOpen,
    Paused,
    Place,
    SaleState,
    SoldOut,
    TooManyUnits,
    Wish,
)

HELD = (ClaimState.ADMITTED, ClaimState.HELD)


@dataclass
class GateModel:
    """A sale as a list of claims; every sum is counted afresh from it."""

    sale: GateSale
    state: SaleState = SaleState.OPEN
    units: dict[str, int] = field(default_factory=dict)
    allotment: int = 0
    claims: dict[str, Claim] = field(default_factory=dict)
    done: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.units = {item.item_id: item.units for item in self.sale.items}
        self.allotment = self.sale.allotment_minor

    # sums
    def of(self, item_id: str, *states: ClaimState) -> list[Claim]:
        return [c for c in self.claims.values() if c.wish.item_id == item_id and c.state in states]

    def free(self, item_id: str) -> int:
        return self.units[item_id] - sum(c.wish.units for c in self.of(item_id, *HELD, ClaimState.BOOKED))

    def held(self, item_id: str) -> int:
        return sum(c.wish.units for c in self.of(item_id, *HELD))

    def left(self) -> int:
        return self.allotment - sum(c.wish.principal_minor for c in self.claims.values() if c.state.has_units)

    def line(self, item_id: str) -> list[Claim]:
        return sorted(self.of(item_id, ClaimState.WAITING), key=lambda c: c.turn)

    def item(self, item_id: str):
        return next(item for item in self.sale.items if item.item_id == item_id)

    def number(self, claim: Claim) -> int:
        if claim.state is not ClaimState.WAITING:
            return 0
        return [c.turn for c in self.line(claim.wish.item_id)].index(claim.turn) + 1

    def last(self, item_id: str, shopper_id: str) -> Claim | None:
        own = [c for c in self.claims.values() if (c.wish.item_id, c.wish.shopper_id) == (item_id, shopper_id)]
        return max(own, key=lambda c: (c.state.live, c.turn), default=None)

    # steps
    def put(self, claim: Claim, state: ClaimState, **changes: datetime) -> Claim:
        self.claims[claim.wish.claim_id] = replace(claim, state=state, **changes)  # type: ignore[arg-type]
        return self.claims[claim.wish.claim_id]

    def admit(self, claim: Claim, now: datetime) -> Claim:
        return self.put(
            claim, ClaimState.ADMITTED, until=now + timedelta(seconds=self.sale.hold_seconds),
            ceiling_at=now + timedelta(seconds=self.sale.ceiling_seconds),
        )  # fmt: skip

    def pump(self, now: datetime) -> None:
        if self.state is SaleState.OPEN and self.sale.starts_at <= now < self.sale.ends_at:
            for item in self.sale.items:
                for claim in self.line(item.item_id):
                    if claim.wish.units <= self.free(item.item_id) and claim.wish.principal_minor <= self.left():
                        self.admit(claim, now)

    def hopeless(self, wish: Wish) -> Answer | None:
        free = self.free(wish.item_id)
        if free >= wish.units:
            missing = wish.principal_minor - self.left()
            return AllotmentGone(missing) if missing > 0 else None
        return SoldOut(max(free, 0), final=True) if free + self.held(wish.item_id) < wish.units else None

    # the same verbs
    def ask(self, wish: Wish, *, now: datetime) -> Answer:
        last = self.claims.get(wish.claim_id) or self.last(wish.item_id, wish.shopper_id)
        if last and (last.state.live or last.wish.claim_id == wish.claim_id):
            return Already(last, self.number(last))
        if self.state is SaleState.ENDED or now >= self.sale.ends_at:
            return Ended()
        if now < self.sale.starts_at:
            return NotOpen(self.sale.starts_at)
        if self.state is SaleState.PAUSED:
            return Paused()
        item = self.item(wish.item_id)
        taken = self.of(wish.item_id, *HELD, ClaimState.BOOKED)
        has = sum(c.wish.units for c in taken if c.wish.shopper_id == wish.shopper_id)
        if has + wish.units > item.units_per_shopper:
            return TooManyUnits(item.units_per_shopper, has)
        fresh = Claim(wish, ClaimState.WAITING, turn=len(self.claims) + 1)
        if self.free(wish.item_id) >= wish.units and self.left() >= wish.principal_minor:
            return Admitted(self.admit(fresh, now))
        if (no := self.hopeless(wish)) is not None:
            return no
        if len(self.line(wish.item_id)) >= item.line_limit:
            return SoldOut(max(self.free(wish.item_id), 0), final=False)
        self.claims[wish.claim_id] = fresh
        return Place(fresh, self.number(fresh))

    def place(self, item_id: str, *, shopper_id: str, now: datetime) -> Answer | None:
        claim = self.last(item_id, shopper_id)
        if claim is None or claim.state is not ClaimState.WAITING:
            return None if claim is None else Already(claim)
        if self.state is SaleState.ENDED or now >= self.sale.ends_at:
            return Ended()
        return self.hopeless(claim.wish) or Place(claim, self.number(claim))

    def keep(self, wish: Wish, *, until: datetime) -> Claim | None:
        claim = self.claims.get(wish.claim_id)
        if claim is None or claim.state is not ClaimState.ADMITTED:
            return claim
        assert claim.until
        assert claim.ceiling_at
        return self.put(claim, ClaimState.HELD, until=min(claim.ceiling_at, max(claim.until, until)))

    def stretch(self, wish: Wish, *, until: datetime) -> Claim | None:
        claim = self.claims.get(wish.claim_id)
        if claim is None or claim.state not in HELD:
            return claim
        assert claim.until
        assert claim.ceiling_at
        return self.put(claim, claim.state, until=max(claim.until, min(claim.ceiling_at, until)))

    def book(self, wish: Wish) -> Claim:
        fresh = Claim(wish, ClaimState.BOOKED, turn=len(self.claims) + 1)
        return self.put(self.claims.get(wish.claim_id, fresh), ClaimState.BOOKED)

    def release(self, wish: Wish, *, now: datetime) -> Claim | None:
        claim = self.claims.get(wish.claim_id)
        if claim is None or claim.state in (ClaimState.RELEASED, ClaimState.EXPIRED):
            return claim
        ended = self.put(claim, ClaimState.RELEASED)
        self.pump(now)
        return ended

    def sweep(self, *, now: datetime) -> set[str]:
        ended = set()
        for claim in sorted(self.due(ClaimState.ADMITTED, now=now), key=lambda c: (c.until, c.wish.claim_id)):
            ended.add(claim.wish.claim_id)
            self.put(claim, ClaimState.EXPIRED)
            self.pump(now)
        return ended

    def due(self, state: ClaimState, *, now: datetime) -> Iterator[Claim]:
        return (c for c in self.claims.values() if c.state is state and c.until is not None and c.until <= now)

    def change(self, what: str | None, amount: int, *, ref: str, now: datetime) -> int:
        """Units of an item, or (None) the allotment."""
        if ref not in self.done:
            there = self.left() if what is None else self.free(what)
            self.done[ref] = max(amount, min(0, -there))
            if what is None:
                self.allotment += self.done[ref]
            else:
                self.units[what] += self.done[ref]
            self.pump(now)
        return self.done[ref]
