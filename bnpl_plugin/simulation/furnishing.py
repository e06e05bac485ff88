"""A house for one simulation: the shop's own plans, rules and law; clock, ids, bank, shop and post of our own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from bnpl_plugin import storage
from bnpl_plugin.errors import ConfigurationError, InvalidInput
from bnpl_plugin.lifecycle import funding, merchants, policies
from bnpl_plugin.lifecycle.appetite import Policies
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.ports.platform import Customer, Message, Order
from bnpl_plugin.ports.provider import Instruction, Outcome
from bnpl_plugin.ports.store import Event
from bnpl_plugin.providers.sandbox import TEST_CARDS, Behaviour, SandboxProvider
from bnpl_plugin.simulation.question import Question

CARD_NUMBERS: Mapping[Behaviour, str] = {card.behaviour: card.number for card in TEST_CARDS}
ORDERS_KEPT = timedelta(days=3)


class OwnClock:
    """A clock that moves when the simulation says so, and never back."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        """Return the simulated instant."""
        return self._now

    def reach(self, instant: datetime) -> None:
        """Move to an instant; one that has passed changes nothing."""
        self._now = max(self._now, instant)

    def wait(self, span: timedelta) -> None:
        """Move forward by a span."""
        self._now += span


class SeededIds:
    """Ids from the seed, rising like the machine's. They can be guessed: for simulations only."""

    def __init__(self, seed: int) -> None:
        self._luck = Random(f"{seed}/ids")  # noqa: S311
        self._count = 0

    def new(self, prefix: str) -> str:
        """Return the next id."""
        self._count += 1
        return f"{prefix}_{self._count:010d}{self._luck.getrandbits(64):016x}"

    def digits(self, *, count: int) -> str:
        """Return decimal digits."""
        return f"{self._luck.randrange(10**count):0{count}d}"


@dataclass(slots=True)
class Post:
    """Takes every message and every webhook; keeps the last message, in which a code may stand, and counts the rest."""

    last: Message | None = None
    messages: int = 0
    webhooks: int = 0

    def send(self, message: Message) -> None:
        """Take one message."""
        self.last = message
        self.messages += 1

    def post(self, _url: str, *, headers: Mapping[str, str], body: bytes) -> int:
        """Take one webhook."""
        self.webhooks += 1
        return 200


@dataclass(slots=True)
class Shop:
    """The host: its open orders of the last days, in the order in which they came."""

    clock: OwnClock
    orders: dict[str, tuple[datetime, Order]] = field(default_factory=dict)
    placed: int = 0
    refused: int = 0

    def put(self, order: Order) -> Order:
        """Keep an order, and forget those that nobody can still be paying for."""
        now = self.clock.now()
        for ref, (at, _) in list(self.orders.items()):
            if at >= now - ORDERS_KEPT:
                break
            del self.orders[ref]
        self.orders[order.order_ref] = (now, order)
        return order

    def order(self, order_ref: str) -> Order | None:
        """Return an order that is still open."""
        found = self.orders.get(order_ref)
        return found[1] if found else None

    def customer(self) -> Customer | None:
        """Nobody is signed in: the phone code identifies."""
        return None

    def confirm_order(self, _order_ref: str, _session: Any) -> None:
        """Place an order."""
        self.placed += 1

    def order_refused(self, _order_ref: str, _reason: str) -> None:
        """Take goods back."""
        self.refused += 1


class LuckyBank(SandboxProvider):
    """The sandbox's test bank, whose saved cards have money in them or not as their owners have that day.

    Args:
        path: the bank's file; lost with the machine's power, like the simulation's database.
        now: the clock.
        declines: whether an attempt of a shopper is refused.
    """

    def __init__(self, path: Path, *, now: Callable[[], datetime], declines: Callable[[str, str], bool]) -> None:
        super().__init__(path, pages_url="/sandbox", now=now, durable=False)
        self._declines = declines

    def charge(self, instruction: Instruction) -> Outcome:
        """Charge a saved card, after its owner's luck has decided which of the test cards it is today."""
        refused = self._declines(instruction.shopper_id, instruction.attempt_id)
        card = CARD_NUMBERS[Behaviour.DECLINES_LATER if refused else Behaviour.SUCCESS]
        with self.bank.book.page() as page:
            page.save_method(
                method_ref=instruction.method_ref or "", customer_ref=instruction.customer_ref or "", card=card
            )
        return super().charge(instruction)


def furnish(
    house: House, *, question: Question, database_url: str, folder: Path, clock: OwnClock,
    declines: Callable[[str, str], bool], announce: Callable[[Sequence[Event]], None],
) -> House:  # fmt: skip
    """Return a house of the simulation's own on a fresh database, with its shop and its capital.

    ``house`` lends its plans, rules, champion policy, law and words. Raises ``InvalidInput`` for a database that has a
    book already, ``ConfigurationError`` for one that cannot be used.
    """
    # a simulation that loses power is simulated again: nothing waits for the disk
    engine = storage.build_engine(database_url, durable=False)
    storage.upgrade(engine)
    store, champion = storage.SqlStore(engine), house.policy
    own = replace(
        house,
        settings=replace(house.settings, public_url="", worker_chunk=1_000, provider="sandbox"),
        clock=clock,
        ids=SeededIds(question.seed),
        store=store,
        policies=Policies(
            store, clock=clock, leaves={**house.policies.leaves, champion.version: champion}, default=champion.version
        ),
        reads=storage.SqlReads(engine),
        verifier=storage.SqlVerifier(engine, rules=house.rules),
        notifier=(post := Post()),
        courier=post,
        host=Shop(clock),
        host_mode=False,
        providers={"sandbox": LuckyBank(folder / "bank.sqlite", now=clock.now, declines=declines)},
        announce=announce,
    )
    if own.reads.pools() or own.store.merchant(own.host_merchant_id) is not None:
        engine.dispose()
        raise InvalidInput(
            field="database", fault="already holds a book", accepted="a fresh database, used for nothing else"
        )
    merchants.register_host(own, name="The simulated shop")
    policies.seed(own)
    for amount in question.capital:
        funding.add_capital(
            own, source=amount, into=amount.currency, rate=Decimal(1), rate_on=question.first, rate_source="simulation"
        )
    return own


def close(house: House) -> None:
    """Close the simulation's database and bank."""
    house.store.engine.dispose()  # type: ignore[attr-defined]
    for provider in house.providers.values():
        if isinstance(provider, LuckyBank):
            provider.close()


def fresh_folder(folder: Path) -> Path:
    """Make the folder for a simulation's files. Raises ``ConfigurationError`` for one that cannot be had."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("bank.sqlite", "simulation.sqlite"):
            if (folder / name).exists():
                raise ConfigurationError(f"{folder} holds an older simulation ({name}): give another folder")
    except OSError as error:
        raise ConfigurationError(f"{folder} cannot be used: {error.strerror}") from error
    return folder
