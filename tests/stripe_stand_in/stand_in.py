"""The stand-in as a Python object: start it, plan faults, move its clock, ask what happened."""

import secrets
import threading
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

from . import disputes, payment_intents, refunds, setup_intents
from .book import Book
from .faults import Fault, Faults, Kind
from .forms import Json
from .idempotency import Keys
from .server import CallRecord, Service, StripeServer
from .webhooks import Delivery, Endpoint, Manners, Post

SECRET_KEY = "sk_test_stand_in"
PUBLISHABLE_KEY = "pk_test_stand_in"


class StandIn:
    """A Stripe of one's own, on this machine, for as long as the `with` block lasts.

    Args:
        port: the TCP port, 0 for any free one.
        secret_key: the only secret key that it accepts.
        webhook_secret: the endpoints' signing secret; made up when empty.
    """

    def __init__(self, *, port: int = 0, secret_key: str = SECRET_KEY, webhook_secret: str = "") -> None:
        self.secret_key = secret_key
        self.publishable_key = PUBLISHABLE_KEY
        self.webhook_secret = webhook_secret or f"whsec_{secrets.token_hex(16)}"
        self.post = Post()
        service = Service(
            book=Book(base_url=""), keys=Keys(), faults=Faults(), stand_in=self, secret_key=secret_key,
            publishable_key=PUBLISHABLE_KEY,
        )  # fmt: skip
        self.service = service
        self.server = StripeServer(("127.0.0.1", port), service)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        service.book.base_url = self.url
        service.book.listener = self.post.take
        serve = self.server.serve_forever
        self._thread = threading.Thread(target=serve, args=(0.05,), name="stripe-stand-in", daemon=True)

    @property
    def book(self) -> Book:
        """The state."""
        return self.service.book

    def start(self) -> Self:
        """Begin to answer, and to deliver events."""
        self._thread.start()
        self.post.start()
        return self

    def stop(self) -> None:
        """Stop answering and delivering."""
        self.post.stop()
        self.server.shutdown()
        self.server.server_close()
        self._thread.join(timeout=5)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        self.stop()

    # what happened

    @property
    def calls(self) -> list[CallRecord]:
        """Every call made to `/v1`, oldest first."""
        return list(self.service.calls)

    @property
    def deliveries(self) -> list[Delivery]:
        """Every try to deliver an event, oldest first."""
        return list(self.post.deliveries)

    def objects(self, kind: str) -> list[Json]:
        """Return all objects of a kind (`charge`, `refund`, `event`, …), oldest first."""
        with self.book.lock:
            return list(reversed(self.book.of(kind)))

    def charges(self, *, status: str = "succeeded") -> list[Json]:
        """Return the charges of a status, oldest first: the list for "charged once"."""
        return [each for each in self.objects("charge") if each["status"] == status]

    # what shall happen

    def fault(self, kind: Kind, *, path: str = "*", method: str = "*", times: int = 1, skip: int = 0,
              seconds: float = 0.5) -> None:  # fmt: skip
        """Plan a fault for the next calls that match; see `Fault`."""
        self.service.faults.plan(Fault(kind, method=method, path=path, times=times, skip=skip, seconds=seconds))

    def clear_faults(self) -> None:
        """Forget the faults that have not struck yet."""
        self.service.faults.clear()

    def advance(self, seconds: int) -> int:
        """Move the clock on; authorisations lapse and slow refunds finish. Returns the new time."""
        if seconds < 0:
            raise ValueError(f"seconds {seconds}: the clock only goes forward")
        with self.book.lock:
            self.book.offset_seconds += seconds
            self.book.request = {"id": None, "idempotency_key": None}
            payment_intents.lapse(self.book)
            refunds.settle(self.book)
            return self.book.now()

    def open_dispute(self, charge: str, *, reason: str = "fraudulent", amount: int | None = None) -> Json:
        """Let the card's issuer dispute a charge; give its id, or its PaymentIntent's."""
        with self.book.lock:
            if charge.startswith("pi_"):
                charge = self.book.get("payment_intent", ident=charge, param="payment_intent")["latest_charge"] or ""
            found = self.book.get("charge", ident=charge, param="charge")
            return disputes.open_on(self.book, charge=found, reason=reason, amount=amount or found["amount_captured"])

    def close_dispute(self, dispute: str, *, won: bool) -> Json:
        """Let the issuer decide a dispute."""
        with self.book.lock:
            found = self.book.get("dispute", ident=dispute)
            disputes.decide(self.book, dispute=found, won=won)
            return found

    def complete_3ds(self, intent: str, *, approved: bool = True) -> Json:
        """Act as the shopper on the 3-D Secure page of a PaymentIntent or SetupIntent."""
        with self.book.lock:
            kind = "setup_intent" if intent.startswith("seti_") else "payment_intent"
            found = self.book.get(kind, ident=intent)
            acting = setup_intents if kind == "setup_intent" else payment_intents
            acting.complete_challenge(self.book, intent=found, approved=approved)
            return found

    # webhooks

    def register(self, url: str, *, enabled_events: tuple[str, ...] = ("*",), secret: str = "") -> str:
        """Add a webhook endpoint and return its signing secret."""
        endpoint = Endpoint(url, secret or self.webhook_secret, enabled_events)
        with self.post.condition:
            self.post.endpoints.append(endpoint)
        return endpoint.secret

    def unregister_all(self) -> None:
        """Take all webhook endpoints away."""
        with self.post.condition:
            self.post.endpoints.clear()

    def manners(self, **changes: Any) -> Manners:
        """Change how events are delivered; see `Manners` for the names. Returns all of them."""
        with self.post.condition:
            self.post.manners = replace(self.post.manners, **changes)
            self.post.condition.notify_all()
            return self.post.manners

    def flush(self, *, timeout_seconds: float = 10.0) -> bool:
        """Deliver everything now, also what is held back; tell whether nothing is left."""
        return self.post.flush(timeout_seconds=timeout_seconds)

    def resend(self, event: str) -> None:
        """Deliver an event again, as the dashboard can."""
        with self.book.lock:
            found = self.book.get("event", ident=event)
        self.post.take(found)
