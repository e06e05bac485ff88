"""The edge to payment providers: a small set of verbs and four outcomes. Implemented by the leaves in ``providers/``.

The rule of the house: an intent with its idempotency key is committed first, then the provider is called, then the
outcome is committed. An adapter translates; it never decides, retries or hides. ``UNKNOWN`` is an outcome: nobody
knows yet.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from bnpl_plugin.money.amount import Money


class OutcomeKind(StrEnum):
    """What is known after a call."""

    SUCCEEDED = "succeeded"
    DECLINED = "declined"
    PENDING = "pending"
    UNKNOWN = "unknown"


class Stage(StrEnum):
    """Where the money stands when an outcome SUCCEEDED."""

    AUTHORISED = "authorised"
    CAPTURED = "captured"
    SAVED = "saved"  # a card saved without a charge
    VOIDED = "voided"
    REFUNDED = "refunded"


class DeclineCode(StrEnum):
    """The closed list that every provider's refusals are translated into."""

    INSUFFICIENT_FUNDS = "insufficient_funds"
    CARD_EXPIRED = "card_expired"
    CARD_DECLINED = "card_declined"
    AUTHENTICATION_REQUIRED = "authentication_required"
    AUTHENTICATION_FAILED = "authentication_failed"
    LOST_OR_STOLEN = "lost_or_stolen"
    INVALID_CARD = "invalid_card"
    ABANDONED = "abandoned"
    PROVIDER_REFUSED = "provider_refused"


@dataclass(frozen=True, slots=True)
class NextAction:
    """What the shopper must do next.

    ``redirect``: go to ``url``. ``form``: render ``template`` with ``client`` values.
    """

    kind: str
    url: str = ""
    template: str = ""
    client: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the plain form kept on the attempt."""
        return {"kind": self.kind, "url": self.url, "template": self.template, "client": dict(self.client)}


@dataclass(frozen=True, slots=True)
class Outcome:
    """A provider's answer.

    ``stage`` is set when SUCCEEDED, ``decline_code`` when DECLINED, ``next_action`` may be when PENDING.
    """

    kind: OutcomeKind
    provider_ref: str | None = None
    stage: Stage | None = None
    amount_minor: int = 0
    customer_ref: str | None = None
    method_ref: str | None = None
    method_label: str = ""
    decline_code: DeclineCode | None = None
    next_action: NextAction | None = None
    diagnostic: str = ""


@dataclass(frozen=True, slots=True)
class Instruction:
    """One movement asked of a provider. The same ``idempotency_key`` always names the same movement.

    ``amount`` may be zero for ``begin``: then a card is saved without a charge.
    """

    idempotency_key: str
    attempt_id: str
    amount: Money
    shopper_id: str
    provider_ref: str | None = None
    customer_ref: str | None = None
    method_ref: str | None = None
    return_url: str = ""
    description: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WebhookNote:
    """What a verified webhook is about.

    The worker then asks the provider itself, so order and repeats do not matter.
    """

    event_id: str
    kind: str
    provider_ref: str | None
    attempt_id: str | None
    body: Mapping[str, Any]


class Provider(Protocol):
    """A payment provider. No method raises for a business outcome; ``ProviderUnavailable`` only if nothing was sent.

    A lost answer (time-out, dropped connection, 5xx) is ``Outcome(UNKNOWN)``.
    """

    code: str
    authorises: bool  # can it authorise now and capture later
    content_sources: Mapping[str, tuple[str, ...]]  # CSP directives that its card form needs

    def begin(self, instruction: Instruction) -> Outcome:
        """Start the shopper-present movement.

        Authorise ``amount`` (manual capture) and save the card for later charges.

        Usually answers PENDING with a ``next_action`` (the card form). With a zero amount only saves the card. With
        ``customer_ref`` and ``method_ref`` that saved card is tried at once; PENDING then means that the bank asks.
        """
        ...

    def look_up(self, instruction: Instruction) -> Outcome:
        """Ask what became of a movement (by ``provider_ref``, else by ``idempotency_key``).

        DECLINED/ABANDONED if it never was.
        """
        ...

    def charge(self, instruction: Instruction) -> Outcome:
        """Charge a saved card while the shopper is away (``customer_ref`` and ``method_ref`` are set)."""
        ...

    def capture(self, instruction: Instruction) -> Outcome:
        """Capture an authorised amount (``provider_ref`` is set)."""
        ...

    def void(self, instruction: Instruction) -> Outcome:
        """Cancel an authorisation or a movement not finished (``provider_ref`` is set)."""
        ...

    def refund(self, instruction: Instruction) -> Outcome:
        """Give a captured amount back (``provider_ref`` names the captured movement).

        ``Outcome.provider_ref`` is the refund's.
        """
        ...

    def read_webhook(self, headers: Mapping[str, str], body: bytes) -> WebhookNote:
        """Verify a webhook's signature and age and say what it is about. Raises ``WebhookInvalid``."""
        ...


class MakeProvider(Protocol):
    """How a leaf builds its provider for one app."""

    def __call__(self, settings: Mapping[str, str], *, now: Callable[[], datetime]) -> Provider:
        """Return the provider.

        Args:
            settings: the app's settings by their full names (``BNPL_PUBLIC_URL``, ``BNPL_URL_PREFIX``, the leaf's own).
            now: the present instant, aware, in UTC; webhooks are judged by it.

        Raises ``ConfigurationError`` if a key that it needs is missing or wrong.
        """
        ...


@dataclass(frozen=True, slots=True)
class ProviderLeaf:
    """The constant ``PROVIDER`` of a leaf in ``providers/``: its code and how to build it.

    Importing it imports no SDK.
    """

    code: str
    make: MakeProvider
