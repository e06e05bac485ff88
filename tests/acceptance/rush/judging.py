"""What must be so when the rush is over: in the books, at the gate, and in what every shopper was told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise

import sqlalchemy as sa

from bnpl_plugin.testing import FrozenClock
from tests.acceptance.host_shop import HostShop
from tests.acceptance.rush.crowd import Diary
from tests.acceptance.rush.shop import ITEM, SALE, Place, RunningClock, build
from tests.lifecycle.world import World


def judge(place: Place, diaries: Sequence[Diary], *, units: int) -> str:
    """Let the worker finish, the holds run out and the sale close; assert what must be. Returns the counts."""
    clock = FrozenClock(RunningClock(place).now() + timedelta(seconds=1))
    world, host = build(place, clock=clock)
    try:
        with world.app.app_context():
            world.work()
            world.sound()
            for minutes in (1, 2, 30, 61, 10):
                world.later(minutes=minutes)
            world.sound()
            _at_the_gate(world, units=units)
            _told(world, host, diaries)
            world.later(hours=8)
            world.later(hours=30)
            assert world.house.store.sales.sale(SALE).state == "closed"  # type: ignore[union-attr]
            assert world.count("hold", "state IN ('reserved', 'pending')") == 0
            world.settled()
            free, held, sold, returned = world.units(ITEM)
            assert (free, held, sold + returned) == (0, 0, units)
            ends = Counter(diary.told[-1] for diary in diaries)
            return f"{sold} of {units} sold; told at last: {dict(sorted(ends.items()))}"
    finally:
        world.bank.close()
        host.engine.dispose()


def _at_the_gate(world: World, *, units: int) -> None:
    free, held, sold, _ = world.units(ITEM)
    assert sold <= units
    assert held == 0
    figures = world.house.gate.figures(SALE)
    at_gate = figures.items[ITEM]
    assert (at_gate.total, at_gate.booked) == (units, sold), (at_gate, sold)
    assert at_gate.free + at_gate.held == free, (at_gate, free)  # held: admitted from the line, and not come yet


def _told(world: World, host: HostShop, diaries: Sequence[Diary]) -> None:
    """No shopper was told two different endings, and every ending is true."""
    orders = set(host.orders())
    loans = _confirmed(world)
    assert {f"order-{diary.shopper.number}" for diary in diaries if diary.shopper.checkout_id in loans} == orders
    lies = [lie for diary in diaries for lie in _lies(diary, has_loan=diary.shopper.checkout_id in loans)]
    assert lies == [], "\n".join(lies)


def _lies(diary: Diary, *, has_loan: bool) -> list[str]:
    told, whose = diary.told, f"shopper {diary.shopper.number} ({diary.means}): {diary.told}"
    found = []
    if not told or "nothing" in told:
        found.append(f"never answered: {whose}")
    if "confirmed" in told and not has_loan:
        found.append(f"told of an order that is not there: {whose}")
    if has_loan and "held" not in told:
        found.append(f"has a loan, and was never told of a unit: {whose}")
    for before, after in pairwise(told):
        allowed = {
            "held": {"confirmed", "cancelled"},
            "reserving": {"held", "waiting", "sold_out", "sold_out_final"},  # let in: nothing was promised
            "waiting": {"held", "reserving", "sold_out", "sold_out_final"},
            "sold_out": {"held", "reserving", "waiting", "sold_out_final"},
            "sold_out_final": set(),
            "confirmed": {"enough"},  # tapped once more: has it already
            "cancelled": {"refused", "enough", "sold_out", "sold_out_final"},
        }.get(before)
        if allowed is None or after not in allowed:
            found.append(f"{before}, then {after}: {whose}")
    if diary.means == "buy" and "held" in told and not has_loan:
        found.append(f"had it, meant to buy it, and has not got it: {whose}")
    return found


def _confirmed(world: World) -> set[str]:
    with world.house.store.engine.connect() as connection:  # type: ignore[attr-defined]
        return set(connection.execute(sa.text("SELECT checkout_id FROM bnpl_loan")).scalars())
