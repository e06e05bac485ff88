"""Events on their way to the host: signed, retried, and on request late, out of order, doubled or lost.

Source: https://docs.stripe.com/webhooks (signature scheme v1; anything but 2xx, redirects included, is retried; order
is not guaranteed; an event may come twice). Stripe spaces its retries over hours; here they wait `retry_wait_seconds`.
"""

import hashlib
import hmac
import http.client
import json
import random
import threading
import time
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal
from urllib.parse import urlsplit

from .forms import Json

ANSWER_SECONDS = 10
Order = Literal["as_made", "reversed", "shuffled"]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where events go: the URL, its secret, and the event types it wants (`*` for all)."""

    url: str
    secret: str
    enabled_events: tuple[str, ...] = ("*",)

    def wants(self, event_type: str) -> bool:
        """Tell whether this endpoint is to get events of a type."""
        return any(fnmatchcase(event_type, pattern) for pattern in self.enabled_events)


@dataclass(slots=True)
class Manners:
    """How the post behaves.

    Args:
        held: keep everything back until `flush()`.
        delay_seconds: how long each event waits; what waits together is re-ordered together.
        order: the order within what is due at once.
        seed: makes `shuffled` repeatable.
        copies: how often each event is sent, 1 or more.
        drop: event types that are lost (shell wildcards).
        retries: further tries after an answer that is not 2xx.
        retry_wait_seconds: the pause before each further try.
    """

    held: bool = False
    delay_seconds: float = 0.0
    order: Order = "as_made"
    seed: int = 0
    copies: int = 1
    drop: tuple[str, ...] = ()
    retries: int = 3
    retry_wait_seconds: float = 0.05


@dataclass(frozen=True, slots=True)
class Delivery:
    """One try: `status` is the answer's, or 0 when none came."""

    event_id: str
    event_type: str
    url: str
    attempt: int
    status: int


@dataclass(slots=True)
class _Parcel:
    event: Json
    endpoint: Endpoint
    due_at: float
    attempt: int = 1


@dataclass(slots=True)
class Post:
    """Endpoints, manners, and a thread that delivers."""

    endpoints: list[Endpoint] = field(default_factory=list)
    manners: Manners = field(default_factory=Manners)
    deliveries: list[Delivery] = field(default_factory=list)
    waiting: list[_Parcel] = field(default_factory=list)
    condition: threading.Condition = field(default_factory=threading.Condition)
    busy: int = 0
    stopping: bool = False
    thread: threading.Thread | None = None

    def start(self) -> None:
        """Start delivering."""
        self.thread = threading.Thread(target=self._run, name="stripe-stand-in-webhooks", daemon=True)
        self.thread.start()

    def stop(self) -> None:
        """Stop delivering; what waits is lost."""
        with self.condition:
            self.stopping = True
            self.condition.notify_all()
        if self.thread:
            self.thread.join(timeout=ANSWER_SECONDS + 1)

    def take(self, event: Json) -> None:
        """Queue an event for every endpoint that wants it."""
        with self.condition:
            if any(fnmatchcase(event["type"], pattern) for pattern in self.manners.drop):
                return
            due_at = time.monotonic() + self.manners.delay_seconds
            wanting = [each for each in self.endpoints if each.wants(event["type"])]
            event["pending_webhooks"] = len(wanting)
            for endpoint in wanting:
                self.waiting += [_Parcel(event, endpoint, due_at) for _ in range(self.manners.copies)]
            self.condition.notify_all()

    def flush(self, *, timeout_seconds: float = 10.0) -> bool:
        """Send everything now, also what is held; return whether all was delivered or given up in time."""
        deadline = time.monotonic() + timeout_seconds
        with self.condition:
            for parcel in self.waiting:
                parcel.due_at = min(parcel.due_at, time.monotonic())
            held, self.manners.held = self.manners.held, False
            self.condition.notify_all()
            while (self.waiting or self.busy) and time.monotonic() < deadline:
                self.condition.wait(0.05)
            self.manners.held = held
            return not self.waiting and not self.busy

    def _run(self) -> None:
        while True:
            with self.condition:
                batch = self._due()
                while not batch and not self.stopping:
                    self.condition.wait(0.02 if self.waiting and not self.manners.held else 1.0)
                    batch = self._due()
                if self.stopping:
                    return
                self.busy += 1
            try:
                for parcel in batch:
                    self._send(parcel)
            finally:
                with self.condition:
                    self.busy -= 1
                    self.condition.notify_all()

    def _due(self) -> list[_Parcel]:
        if self.manners.held:
            return []
        now = time.monotonic()
        batch = [each for each in self.waiting if each.due_at <= now]
        self.waiting = [each for each in self.waiting if each.due_at > now]
        if self.manners.order == "reversed":
            batch.reverse()
        elif self.manners.order == "shuffled":
            random.Random(self.manners.seed).shuffle(batch)
        return batch

    def _send(self, parcel: _Parcel) -> None:
        status = send(parcel.event, endpoint=parcel.endpoint)
        with self.condition:
            event = parcel.event
            self.deliveries.append(
                Delivery(event["id"], event["type"], parcel.endpoint.url, parcel.attempt, status),
            )
            if 200 <= status < 300:
                event["pending_webhooks"] = max(0, event["pending_webhooks"] - 1)
            elif parcel.attempt <= self.manners.retries:
                due_at = time.monotonic() + self.manners.retry_wait_seconds
                self.waiting.append(_Parcel(event, parcel.endpoint, due_at, parcel.attempt + 1))


def signature(payload: bytes, *, secret: str, at: int) -> str:
    """Return the `Stripe-Signature` of a body sent at an instant (seconds since 1970).

    Source: https://docs.stripe.com/webhooks (verify webhook signatures manually).
    """
    digest = hmac.new(secret.encode(), f"{at}.".encode() + payload, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def send(event: Json, *, endpoint: Endpoint) -> int:
    """Post one event and return the status of the answer, 0 when there is none. Redirects are not followed."""
    payload = json.dumps(event, indent=2).encode()
    parts = urlsplit(endpoint.url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=ANSWER_SECONDS)
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Stripe/1.0 (stand-in)",
        # the machine's clock, not the movable one: receivers compare it with theirs
        "Stripe-Signature": signature(payload, secret=endpoint.secret, at=int(time.time())),
        "Connection": "close",
    }
    try:
        connection.request("POST", f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}", payload, headers)
        answer = connection.getresponse()
        answer.read()
    except (OSError, http.client.HTTPException):
        return 0
    else:
        return answer.status
    finally:
        connection.close()
