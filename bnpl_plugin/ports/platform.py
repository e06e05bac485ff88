"""The host and its orders: what a shop tells us, and what we ask it to do.

Implemented by ``ext`` from the host's callbacks.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from bnpl_plugin.errors import InvalidInput
from bnpl_plugin.money.currency import currency


class LineKind(StrEnum):
    """What an order line is; the landed total is the sum of all."""

    GOODS = "goods"
    SHIPPING = "shipping"
    TAX = "tax"
    DUTY = "duty"
    DISCOUNT = "discount"


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One line of an order. ``total_minor`` = ``quantity × unit_minor``; a discount is negative, all else is not."""

    kind: LineKind
    name: str
    quantity: int
    unit_minor: int
    sku: str = ""

    @property
    def total_minor(self) -> int:
        """The line's sum in minor units."""
        return self.quantity * self.unit_minor

    def __post_init__(self) -> None:
        if not 1 <= self.quantity <= 10_000:
            raise InvalidInput(field="lines.quantity", fault=f"is {self.quantity}", accepted="1 to 10000")
        if (self.unit_minor < 0) != (self.kind is LineKind.DISCOUNT) and self.unit_minor != 0:
            raise InvalidInput(
                field="lines.unit_minor",
                fault=f"is {self.unit_minor} on a {self.kind} line",
                accepted="negative on a discount line, zero or positive on any other",
            )


MAX_TOTAL_MINOR = 10**12


@dataclass(frozen=True, slots=True)
class Order:
    """An order that asks to be financed. ``total_minor`` is what the shop states; it must equal the sum of the lines.

    Raises ``InvalidInput`` for an empty or unbalanced order, a total outside 1…10**12 minor units, or a bad currency.
    """

    order_ref: str
    currency: str
    total_minor: int
    lines: tuple[OrderLine, ...]
    ship_to: str = ""  # ISO 3166 alpha-2
    sale_item_id: str | None = None
    units: int = 0
    metadata: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        currency(self.currency)
        if not 1 <= len(self.order_ref) <= 120:
            raise InvalidInput(field="order_ref", fault=f"has {len(self.order_ref)} characters", accepted="1 to 120")
        if not self.lines or len(self.lines) > 200:
            raise InvalidInput(field="lines", fault=f"has {len(self.lines)} lines", accepted="1 to 200")
        if not 1 <= self.total_minor <= MAX_TOTAL_MINOR:
            raise InvalidInput(field="total_minor", fault=f"is {self.total_minor}", accepted=f"1 to {MAX_TOTAL_MINOR}")
        lines_minor = sum(line.total_minor for line in self.lines)
        if lines_minor != self.total_minor:
            raise InvalidInput(
                field="total_minor",
                fault=f"is {self.total_minor}, but the lines sum to {lines_minor}",
                accepted="the exact sum of the lines",
            )

    def to_json(self) -> dict[str, Any]:
        """Return the plain form that a checkout keeps."""
        return {
            "order_ref": self.order_ref,
            "currency": self.currency,
            "total_minor": self.total_minor,
            "ship_to": self.ship_to,
            "sale_item_id": self.sale_item_id,
            "units": self.units,
            "metadata": dict(self.metadata),
            "lines": [
                {"kind": str(x.kind), "name": x.name, "quantity": x.quantity, "unit_minor": x.unit_minor, "sku": x.sku}
                for x in self.lines
            ],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Order:
        """Rebuild an order from ``to_json``'s form."""
        lines = tuple(OrderLine(**{**line, "kind": LineKind(line["kind"])}) for line in data["lines"])
        return cls(**{**data, "lines": lines})

    @property
    def fingerprint(self) -> str:
        """SHA-256 over everything that was priced: an approval is void when this changes."""
        body = self.to_json()
        body.pop("metadata")
        return hashlib.sha256(json.dumps(body, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Customer:
    """What the host vouches for about its signed-in person; every field may be missing.

    ``phone_verified``: the host has proved the number itself; believed only where ``BNPL_TRUST_HOST_PHONE`` says so,
    and only with a ``customer_ref``. ``segments``: names of ``BNPL_SEGMENTS``, such as ``device_owner``; others are
    passed over. ``device_ref``: the host's opaque name of the device, never kept.
    """

    customer_ref: str = ""
    phone: str = ""  # E.164
    country: str = ""
    locale: str = ""
    phone_verified: bool = False
    segments: tuple[str, ...] = ()
    device_ref: str = ""


class Host(Protocol):
    """The shop that we live in, built by ``ext`` from the callbacks given to ``Bnpl(...)``."""

    def order(self, order_ref: str) -> Order | None:
        """Return the present order behind a reference, or None if there is none."""
        ...

    def customer(self) -> Customer | None:
        """Return what the host knows about the person of this request; None makes the phone code identify."""
        ...

    def confirm_order(self, order_ref: str, session: Any) -> None:
        """Place the order, writing only through ``session`` (None in own-database mode). Raises ``OrderRefused``.

        Called at least once; must accept a second call for an order already placed.
        """
        ...

    def order_refused(self, order_ref: str, reason: str) -> None:
        """Told after a compensation or a refund in full: the order stands no longer. Called at least once.

        ``reason`` is a code, such as ``sold_out``, ``order_refused``, ``host_failed`` or ``refunded``.
        """
        ...


@dataclass(frozen=True, slots=True)
class Message:
    """A message to a shopper.

    ``kind`` names the text (``phone_code``, ``order_placed``, ``reminder``, ``declined_payment``…).
    """

    kind: str
    to_phone: str
    locale: str
    text: str
    shopper_id: str = ""


class Notifier(Protocol):
    """Sends messages; may raise, the job is then retried."""

    def send(self, message: Message) -> None:
        """Send one message."""
        ...


class Seal(Protocol):
    """Encrypts personal data and makes keyed hashes; implemented in ``ext`` with the operator's key."""

    def seal(self, data: Mapping[str, Any]) -> str:
        """Return an encrypted text of a JSON object."""
        ...

    def unseal(self, sealed: str) -> dict[str, Any]:
        """Return the object that was sealed."""
        ...

    def keyed_hash(self, text: str) -> str:
        """Return a hex HMAC-SHA256 of the text under the operator's key."""
        ...

    def sign(self, data: Mapping[str, Any], *, purpose: str) -> str:
        """Return a URL-safe token that carries and authenticates ``data``."""
        ...

    def unsign(self, token: str, *, purpose: str) -> dict[str, Any]:
        """Return the token's data. Raises ``OfferTampered`` when the signature does not hold."""
        ...


class Courier(Protocol):
    """Carries outgoing webhooks; implemented in ``worker`` over HTTP."""

    def post(self, url: str, *, headers: Mapping[str, str], body: bytes) -> int:
        """Return the HTTP status of the answer; raises ``OSError`` when there was none within ten seconds."""
        ...
