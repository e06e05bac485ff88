"""One case per provider: how its shopper, its luck and its books are played, so that one table of facts fits all."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, ClassVar, Protocol
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import stripe

from bnpl_plugin.money.amount import Money
from bnpl_plugin.ports.provider import Instruction, Outcome, Provider
from bnpl_plugin.providers.sandbox import PROVIDER as SANDBOX
from bnpl_plugin.providers.sandbox import TEST_CARDS, Behaviour
from bnpl_plugin.providers.stripe import PROVIDER as STRIPE
from bnpl_plugin.providers.stripe.adapter import StripeProvider
from bnpl_plugin.providers.stripe.transport import StripeCalls
from tests.stripe_stand_in import StandIn
from tests.stripe_stand_in.driving import client_of

RETURN_URL = "https://shop.test/bnpl/checkout/chk_1/return"
SHOPPER = "shp_1"
_numbers = count(1)


def instruction(minor: int = 3334, *, currency: str = "EUR", **more: Any) -> Instruction:
    """Return a fresh instruction, its key and attempt numbered."""
    number = next(_numbers)
    given = {
        "idempotency_key": f"key_{number}",
        "attempt_id": f"att_{number}",
        "shopper_id": SHOPPER,
        "return_url": RETURN_URL,
        "description": "Phone shop",
        "metadata": {"checkout_id": "chk_1"},
    }
    return Instruction(amount=Money(minor, currency), **{**given, **more})


class Case(Protocol):
    """What a provider's case can do.

    Cards: ``good``, ``declined``, ``poor`` (insufficient funds), ``asks`` (3-D Secure at checkout only), ``asks_later``
    (3-D Secure also off-session), ``fails_later`` (refused off-session).
    """

    provider: Provider

    def present(self, outcome: Outcome, *, card: str) -> None:
        """The shopper fills in the form that ``begin`` led to."""

    def authenticate(self, outcome: Outcome, *, approve: bool = True) -> None:
        """The shopper answers 3-D Secure if asked."""

    def advance(self, days: int) -> None:
        """Let time pass at the provider."""

    def webhooks(self) -> list[tuple[dict[str, str], bytes]]:
        """Return what the provider has sent so far, headers and body."""

    def clock(self, moved_seconds: int) -> None:
        """Move our own clock, by which webhooks are judged."""

    def luck(self, verb: str, *, kind: str) -> None:
        """Plan bad luck for a verb's next call: ``lost_before``, ``lost_after`` or ``unavailable``."""

    def taken(self) -> int:
        """Return how many captures and charges the provider's own books show."""

    def held_minor(self) -> int:
        """Return what stands authorised and uncaptured in the provider's own books."""

    def given_back_minor(self) -> int:
        """Return what has been refunded."""

    def close(self) -> None:
        """End it."""


class Watch:
    """A clock that tests move."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        """Return the present instant."""
        return self.at


class SandboxCase:
    """The sandbox with its own bank."""

    CARDS = {  # noqa: RUF012
        "good": Behaviour.SUCCESS,
        "declined": Behaviour.DECLINED,
        "poor": Behaviour.INSUFFICIENT_FUNDS,
        "asks": Behaviour.THREE_D_SECURE,
        "asks_later": Behaviour.THREE_D_SECURE_LATER,
        "fails_later": Behaviour.DECLINES_LATER,
    }

    def __init__(self, folder: Path) -> None:
        self.watch = Watch(datetime(2026, 11, 24, 9, tzinfo=UTC))
        settings = {"BNPL_SANDBOX_PATH": str(folder / "bank.sqlite"), "BNPL_PUBLIC_URL": "https://shop.test"}
        self.provider: Any = SANDBOX.make(settings, now=self.watch.now)

    def present(self, outcome, *, card):
        chosen = next(each for each in TEST_CARDS if each.behaviour is self.CARDS[card])
        self.provider.submit_card(outcome.provider_ref, number=chosen.spaced, expiry="12/34", cvc="123")

    def authenticate(self, outcome, *, approve=True):
        if self.provider.card_page(outcome.provider_ref).state == "three_d_secure":
            self.provider.three_d_secure(outcome.provider_ref, approve=approve)

    def advance(self, days):
        self.watch.at += timedelta(days=days)

    def webhooks(self):
        return [(dict(each.headers), each.body) for each in self.provider.pending_webhooks()]

    def clock(self, moved_seconds):
        self.watch.at += timedelta(seconds=moved_seconds)

    def luck(self, verb, *, kind):
        self.provider.set_fault(verb, kind=kind)

    def taken(self):
        return sum(line.kind in ("capture", "charge") for line in self.provider.movements())

    def held_minor(self):
        lines = self.provider.movements()
        ended = {line.ref for line in lines if line.kind in ("capture", "void", "expiry")}
        return sum(line.amount_minor for line in lines if line.kind == "authorisation" and line.ref not in ended)

    def given_back_minor(self):
        return sum(line.amount_minor for line in self.provider.movements() if line.kind == "refund")

    def close(self):
        self.provider.close()


class StandInCase:
    """Stripe's adapter and the real SDK, against our own stand-in."""

    CARDS = {  # noqa: RUF012
        "good": "pm_card_visa",
        "declined": "pm_card_chargeDeclined",
        "poor": "pm_card_chargeDeclinedInsufficientFunds",
        "asks": "pm_card_authenticationRequiredOnSetup",
        "asks_later": "pm_card_authenticationRequired",
        "fails_later": "pm_card_chargeCustomerFail",
    }
    PATHS = {  # noqa: RUF012
        "begin": ("POST", "/v1/payment_intents"),
        "look_up": ("GET", "/v1/payment_intents*"),
        "charge": ("POST", "/v1/payment_intents/*/confirm"),
        "capture": ("POST", "/v1/payment_intents/*/capture"),
        "void": ("POST", "/v1/payment_intents/*/cancel"),
        "refund": ("POST", "/v1/refunds"),
    }
    KINDS: ClassVar[dict[str, Any]] = {
        "lost_before": "timeout_before",
        "lost_after": "timeout_after_charge",
        "unavailable": "rate_limit",
    }

    def __init__(self) -> None:
        self.stand_in = StandIn().start()
        self.moved = timedelta()
        self.client = client_of(self.stand_in)
        self.provider: Any = STRIPE.make(self.settings(), now=self.now)

    def settings(self) -> dict[str, str]:
        """Return the settings of an app that uses this stand-in."""
        return {
            "BNPL_STRIPE_SECRET_KEY": self.stand_in.secret_key,
            "BNPL_STRIPE_PUBLISHABLE_KEY": self.stand_in.publishable_key,
            "BNPL_STRIPE_WEBHOOK_SECRET": self.stand_in.webhook_secret,
            "BNPL_STRIPE_API_URL": self.stand_in.url,
            "BNPL_STRIPE_SCRIPT_URL": f"{self.stand_in.url}/js.stripe.com/v3/",
        }

    def now(self) -> datetime:
        """Our own clock: the stand-in's, moved."""
        return datetime.fromtimestamp(self.stand_in.book.now(), tz=UTC) + self.moved

    def present(self, outcome, *, card):
        params: Any = {"payment_method": self.CARDS[card], "return_url": RETURN_URL}
        kind = self.client.v1.setup_intents if outcome.provider_ref[:2] == "se" else self.client.v1.payment_intents
        try:
            kind.confirm(outcome.provider_ref, params)
        except stripe.CardError:
            return  # the form would show it, and send the shopper back

    def authenticate(self, outcome, *, approve=True):
        kind = self.client.v1.setup_intents if outcome.provider_ref[:2] == "se" else self.client.v1.payment_intents
        if kind.retrieve(outcome.provider_ref).status == "requires_action":
            self.stand_in.complete_3ds(outcome.provider_ref, approved=approve)

    def advance(self, days):
        self.stand_in.advance(days * 86_400)

    def webhooks(self):
        return [self.signed(event) for event in self.stand_in.objects("event")]

    def signed(self, event: Any) -> tuple[dict[str, str], bytes]:
        """Return a webhook as Stripe would send it now."""
        body = json.dumps(event)
        header = stripe.WebhookSignature.generate_signature_header(
            body, self.stand_in.webhook_secret, timestamp=self.stand_in.book.now()
        )
        return {"Stripe-Signature": header}, body.encode()

    def clock(self, moved_seconds):
        self.moved += timedelta(seconds=moved_seconds)

    def luck(self, verb, *, kind):
        method, path = self.PATHS[verb]
        if verb == "charge" and kind == "unavailable":
            path = "/v1/payment_intents"
        self.stand_in.fault(self.KINDS[kind], path=path, method=method)

    def taken(self):
        return sum(bool(charge["captured"]) for charge in self.stand_in.charges())

    def held_minor(self):
        return sum(each["amount_capturable"] for each in self.stand_in.objects("payment_intent"))

    def given_back_minor(self):
        return sum(each["amount"] for each in self.stand_in.objects("refund"))

    def close(self):
        self.provider.close()
        self.stand_in.stop()


class LocalStripeCase:
    """Stripe's adapter against localstripe, another people's idea of Stripe, for what it knows."""

    NUMBERS = {  # noqa: RUF012
        "good": "4242424242424242",
        "declined": "4000000000000002",
        "poor": "4000000000009995",
        "asks": "4000002500003155",
        "asks_later": "4000002760003184",
        "fails_later": "4000000000000341",
    }

    def __init__(self, url: str) -> None:
        calls = StripeCalls("sk_test_localstripe", api_url=url, http_client=plain_http_client())
        self.client = stripe.StripeClient(
            "sk_test_localstripe", base_addresses={"api": url}, max_network_retries=0, http_client=plain_http_client()
        )
        self.provider: Any = StripeProvider(
            calls,
            publishable_key="pk_test_localstripe",
            webhook_secret="whsec_localstripe",
            script_url=f"{url}/js.stripe.com/v3/",
            now=lambda: datetime.now(UTC),
        )

    def present(self, outcome, *, card):
        intents = self.client.v1.payment_intents
        intent = intents.retrieve(outcome.provider_ref)
        number: Any = {"number": self.NUMBERS[card], "exp_month": "12", "exp_year": "2034", "cvc": "123"}
        method = self.client.v1.payment_methods.create({"type": "card", "card": number})
        try:
            self.client.v1.payment_methods.attach(method.id, {"customer": str(intent.customer)})
            intents.update(intent.id, {"payment_method": method.id})
            intents.confirm(intent.id)
        except stripe.CardError:
            return

    def authenticate(self, outcome, *, approve=True):
        intent = self.client.v1.payment_intents.retrieve(outcome.provider_ref)
        if intent.status == "requires_action":
            self.client.raw_request(
                "post",
                f"/v1/payment_intents/{intent.id}/_authenticate",
                client_secret=intent.client_secret,
                success="true" if approve else "false",
            )

    def close(self):
        self.provider.close()


def plain_http_client() -> Any:
    """Return an HTTP client of the SDK that leaves out what localstripe does not know."""
    kind: Any = type(stripe.new_default_http_client())
    unknown = ("setup_future_usage", "off_session", "return_url")

    class Plain(kind):  # type: ignore[misc]
        """Speaks to an older Stripe: other names, fewer parameters."""

        def request(self, method, url, headers, post_data=None):
            parts = urlsplit(url)
            lists = method == "get" and parts.path.count("/") == 2
            query = [(key, value) for key, value in parse_qsl(parts.query) if not (lists and key == "customer")]
            if post_data:
                given = ((key.removeprefix("allowed_"), value) for key, value in parse_qsl(post_data))
                post_data = urlencode([(key, value) for key, value in given if key not in unknown])
            address = urlunsplit(parts._replace(query=urlencode(query)))
            content, *rest = super().request(method, address, headers, post_data)
            return _with_amounts(content), *rest

    return Plain()


def _with_amounts(content: Any) -> Any:
    """Add the sums of a PaymentIntent that localstripe leaves out; it knows no partial captures of the adapter's."""
    answer = json.loads(content)
    if answer.get("object") == "payment_intent":
        answer["amount_capturable"] = answer["amount"] if answer["status"] == "requires_capture" else 0
        answer["amount_received"] = answer["amount"] if answer["status"] == "succeeded" else 0
    return json.dumps(answer)


MAKERS: dict[str, Callable[[Path], Case]] = {
    "sandbox": SandboxCase,
    "stripe": lambda _folder: StandInCase(),
}
"""How to play each leaf of ``providers/``, by its code."""
