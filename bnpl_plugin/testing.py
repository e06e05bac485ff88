"""For shops' own tests, and ours.

A frozen clock, counted ids, a ready app on a fresh database, and a shopper who walks the way.

from bnpl_plugin.testing import FrozenClock, make_app, walk_to_placed

app = make_app(tmp_path, law=MY_LAW)
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from flask import Flask

from bnpl_plugin import storage
from bnpl_plugin.environment import ConsoleNotifier
from bnpl_plugin.errors import OrderRefused
from bnpl_plugin.ext import Bnpl
from bnpl_plugin.lifecycle import checkout as checkouts
from bnpl_plugin.lifecycle import (
    disclosure,
    funding,
    holds,
    identification,
    merchants,
    payment,
    policies,
    quotation,
    signature,
    underwriting,
)
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.money.amount import Money
from bnpl_plugin.ports.platform import LineKind, Message, Order, OrderLine
from bnpl_plugin.ports.records import Checkout

START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
COUNTRIES = {"EUR": "FR", "CNY": "CN", "USD": "US"}


class FrozenClock:
    """A clock that moves only when it is told to."""

    def __init__(self, start: datetime = START) -> None:
        self._now = start
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """Return the frozen instant."""
        return self._now

    def advance(self, by: timedelta) -> datetime:
        """Move forward."""
        with self._lock:
            self._now += by
            return self._now


class CountedIds:
    """Ids that count up, so that a failing test names the same rows at every run."""

    def __init__(self) -> None:
        self._count = 0
        self._lock = threading.Lock()

    def new(self, prefix: str) -> str:
        """Return the next id."""
        with self._lock:
            self._count += 1
            return f"{prefix}_{self._count:026d}"

    def digits(self, *, count: int) -> str:
        """Return ones."""
        return "1" * count


class KeptNotifier(ConsoleNotifier):
    """Keeps messages instead of printing them."""

    def send(self, message: Message) -> None:
        """Keep one message."""
        self.sent.append(message)


@dataclass(slots=True)
class ShopBook:
    """A shop without a database of its own: orders by reference, and what we told it."""

    orders: dict[str, Order] = field(default_factory=dict)
    placed: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    refuse_next: bool = False

    def order(self, order_ref: str) -> Order | None:
        """Return an order."""
        return self.orders.get(order_ref)

    def confirm_order(self, order_ref: str, _session: Any) -> None:
        """Place an order, or refuse it when told to."""
        if self.refuse_next:
            raise OrderRefused(reason="out_of_stock")
        if order_ref not in self.placed:
            self.placed.append(order_ref)

    def order_refused(self, order_ref: str, reason: str) -> None:
        """Take note of a refusal."""
        self.refused.append((order_ref, reason))

    def add(self, *, total_minor: int = 29_900, currency: str = "EUR", order_ref: str = "", **options: Any) -> Order:
        """Put an order of one line into the book and return it."""
        ref = order_ref or f"order-{len(self.orders) + 1}"
        line = OrderLine(kind=LineKind.GOODS, name="Phone", quantity=1, unit_minor=total_minor)
        order = Order(order_ref=ref, currency=currency, total_minor=total_minor, lines=(line,), **options)
        self.orders[ref] = order
        return order


def make_app(
    folder: Path,
    *,
    database_url: str = "",
    law: Mapping[str, Any] | None = None,
    shop: ShopBook | None = None,
    clock: Any = None,
    capital: Mapping[str, int] | None = None,
    config: Mapping[str, Any] | None = None,
    pages: bool = True,
    **wiring: Any,
) -> Flask:
    """Return a ready app on a fresh database: tables made, the host registered as a merchant, capital in its pools.

    ``capital`` maps currency to whole units (default: 50 million in EUR, CNY and USD); ``pages=False`` leaves the
    blueprints out. The shop is ``app.extensions["shop"]``.
    """
    app = Flask("shop", instance_path=str(folder))
    app.config.update(
        TESTING=True,
        SECRET_KEY="for tests",  # noqa: S106
        BNPL_DATABASE_URL=database_url or f"sqlite:///{folder / 'bnpl.sqlite'}",
        BNPL_SANDBOX_PATH=str(folder / "bank.sqlite"),
        BNPL_PUBLIC_URL="http://localhost",
        BNPL_CONSOLE_PASSWORD="console password",  # noqa: S106
    )
    app.config.update(config or {})
    book = shop or ShopBook()
    app.extensions["shop"] = book
    given: dict[str, Any] = {
        "order": book.order,
        "confirm_order": book.confirm_order,
        "order_refused": book.order_refused,
        "clock": clock or FrozenClock(),
        "notifier": KeptNotifier(),
        "law": law or {},
    }
    house = Bnpl(**{**given, **wiring}).init_app(app, register_blueprints=pages)
    storage.upgrade(house.store.engine)  # type: ignore[attr-defined]
    merchants.register_host(house, name="The Shop")
    policies.seed(house)
    for code, units in (capital or {"EUR": 50_000_000, "CNY": 50_000_000, "USD": 50_000_000}).items():
        source = Money.of(units, code)
        funding.add_capital(
            house, source=source, into=code, rate=Decimal(1), rate_on=house.clock.now().date(), rate_source="test"
        )
    return app


@dataclass(frozen=True, slots=True)
class Walker:
    """A shopper who walks the way through the use cases, without pages."""

    house: House
    phone: str = "+33612345678"
    full_name: str = "Camille Martin"
    birth_date: date = date(1990, 5, 17)
    income_minor: int = 300_000
    outgoings_minor: int = 80_000
    student: bool = False

    def open(self, order: Order, **options: Any) -> Checkout:
        """Open a checkout."""
        country = options.pop("country", COUNTRIES[order.currency])
        return checkouts.open_checkout(
            self.house,
            order=order,
            country=country,
            merchant_id=options.pop("merchant_id", self.house.host_merchant_id),
            return_url="/return",
            cancel_url="/cancel",
            **options,
        )

    def choose(self, checkout: Checkout, *, plan_code: str = "pay_in_3") -> None:
        """Choose a plan."""
        order = Order.from_json(checkout.cart)
        offer = quotation.quote_plan(
            self.house,
            order=order,
            country=checkout.country,
            merchant_id=checkout.merchant_id,
            plan_code=plan_code,
            rating=None,
            language=checkout.locale,
        )
        token = quotation.sign_offer(self.house, offer=offer)
        checkouts.choose_plan(self.house, checkout_id=checkout.checkout_id, token=token)

    def identify(self, checkout: Checkout) -> str:
        """Receive a code and enter it."""
        identification.send_code(
            self.house, purpose_ref=checkout.checkout_id, phone=self.phone, country=checkout.country, locale="en"
        )
        sent = self.house.notifier.sent[-1].text  # type: ignore[attr-defined]
        code = next(word.strip(".") for word in sent.split() if word.strip(".").isdigit())
        return identification.identify(self.house, checkout_id=checkout.checkout_id, code=code)

    def decide(self, checkout: Checkout) -> str:
        """Tell the facts and return the outcome."""
        facts = underwriting.Facts(
            self.full_name, self.birth_date, self.income_minor, self.outgoings_minor, consent=True,
            student=self.student,
        )  # fmt: skip
        return underwriting.decide(self.house, checkout_id=checkout.checkout_id, facts=facts).outcome

    def to_signed(self, order: Order, *, plan_code: str = "pay_in_3", **options: Any) -> str:
        """Walk as far as the signature and return the checkout's id."""
        checkout = self.open(order, **options)
        self.choose(checkout, plan_code=plan_code)
        self.identify(checkout)
        self.decide(checkout)
        holds.take(self.house, checkout_id=checkout.checkout_id)
        disclosure.present(self.house, checkout_id=checkout.checkout_id, language="en")
        signature.sign(self.house, checkout_id=checkout.checkout_id, typed_name=self.full_name, accepted=True)
        return checkout.checkout_id

    def pay(self, checkout_id: str, *, card: str) -> None:
        """Start paying and give a card of the sandbox's ``TEST_CARDS``; 3-D Secure is approved."""
        attempt = payment.begin(self.house, checkout_id=checkout_id, return_url="http://localhost/return")
        bank: Any = self.house.providers["sandbox"]
        url = bank.submit_card(attempt.provider_ref, number=card, expiry="12/30", cvc="123")
        if "return" not in url:
            bank.three_d_secure(attempt.provider_ref, approve=True)
