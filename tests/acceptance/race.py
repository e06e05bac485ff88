"""The browser's return, the provider's webhook and the reconciler, let loose on one purchase at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from bnpl_plugin.lifecycle import funding, jobs, merchants, provider_events, reconciliation
from bnpl_plugin.money.amount import Money
from bnpl_plugin.testing import FrozenClock
from tests.acceptance.host_shop import HostShop, bare_world, host_world
from tests.lifecycle.world import GOOD, World

CALLERS = ("return", "webhook", "reconciler")


def race(folder: Path, url: str, *, rounds: int, mode: str = "host") -> dict[str, int]:
    """Run so many races on a fresh database and return who came first how often; asserts what must be.

    In mode ``host`` order and loan commit together in one database; in mode ``own`` the host is told by a job.
    """
    host = HostShop(url)
    host.create()
    clock = FrozenClock()
    world = host_world(folder, url, host=host, clock=clock) if mode == "host" else bare_world(folder, url, clock=clock)
    with world.app.app_context():
        open_for_business(world)
        item = world.sale(units=rounds, days=400)
        winners = dict.fromkeys(CALLERS, 0)
        for number in range(rounds):
            winners[_round(world, number=number, sale_item_id=item.sale_item_id)] += 1
        for _ in range(3):
            world.later(minutes=2)
        placed = host.orders() if mode == "host" else world.shop.placed
        assert len(placed) == len(set(placed)) == world.count("loan") == world.count("order_claim") == rounds
        assert host.units_gone() == (rounds if mode == "host" else 0)
        assert world.units(item.sale_item_id) == (0, 0, rounds, 0)
        assert world.statement().count(("capture", 9_967)) == rounds
        assert world.bank_books() == {"EUR": rounds * 9_967}
        assert world.pool() == (0, rounds * (29_900 - 9_967))
        assert world.count("attempt") == rounds
        assert world.count("job", "tries > 1 OR state <> 'done'") == 0
        world.settled()
    host.engine.dispose()
    world.house.store.engine.dispose()  # type: ignore[attr-defined]
    world.bank.close()
    return winners


def open_for_business(world: World) -> None:
    """Make the host known and put capital into its pool."""
    merchants.register_host(world.house, name="The Shop")
    day = world.clock.now().date()
    source = Money.of(50_000_000, "EUR")
    funding.add_capital(world.house, source=source, into="EUR", rate=Decimal(1), rate_on=day, rate_source="test")


def _round(world: World, *, number: int, sale_item_id: str) -> str:
    walker = world.shopper(phone=f"+336{12_000_000 + number:08}")
    order = world.shop.add(sale_item_id=sale_item_id, units=1)
    checkout_id = walker.to_signed(order)
    walker.pay(checkout_id, card=GOOD)
    world.clock.advance(timedelta(seconds=31))  # the reconciler's turn has come
    told = world.bank.pending_webhooks()
    barrier = threading.Barrier(len(CALLERS))
    first: list[str] = []
    failures: list[BaseException] = []

    def receive() -> None:
        for note in told:
            provider_events.receive(world.house, provider="sandbox", headers=note.headers, body=note.body)
            world.bank.mark_delivered(note.event_id)

    early = number % 2 == 0  # every other webhook is stored already: then only the worker's act on it races
    if early:
        receive()

    def webhook() -> None:
        if not early:
            receive()
        jobs.run_ready(world.house, limit=10)

    calls: dict[str, Callable[[], object]] = {
        "return": lambda: reconciliation.settle_checkout(world.house, checkout_id=checkout_id),
        "webhook": webhook,
        "reconciler": lambda: reconciliation.check_attempts(world.house, limit=10),
    }

    def caller(name: str) -> None:
        try:
            barrier.wait()
            with world.app.app_context():
                calls[name]()
            if world.state(checkout_id) == "confirmed":
                first.append(name)
        except BaseException as failure:  # noqa: BLE001 - told by the round, whatever it was
            failures.append(failure)

    threads = [threading.Thread(target=caller, args=(name,)) for name in CALLERS]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert world.events(checkout_id).count("checkout.confirmed") == 1
    assert world.state(checkout_id) == "confirmed"
    return first[0]
