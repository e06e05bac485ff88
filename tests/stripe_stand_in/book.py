"""The stand-in's whole state: objects, clock, events, and the lock that makes each call atomic.

Objects are the JSON that Stripe documents; what Stripe keeps to itself (a card's behaviour, a pending challenge) is
held beside them, never inside.
"""

import copy
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from .cards import SpecimenCard
from .errors import missing
from .forms import Json

API_VERSION = "2026-10-28.endive"

PREFIXES = {
    "customer": "cus", "payment_method": "pm", "setup_intent": "seti", "payment_intent": "pi", "charge": "ch",
    "refund": "re", "event": "evt", "transfer": "tr", "dispute": "du",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Call:
    """One request that reached its resource: the id in its path, its parameters, and whose key it carried."""

    book: "Book"
    ident: str
    params: Json
    publishable: bool = False


@dataclass(slots=True)
class Book:
    """Everything that this Stripe knows. Hold `lock` while reading or changing several objects."""

    base_url: str
    lock: threading.RLock = field(default_factory=threading.RLock)
    objects: dict[str, Json] = field(default_factory=dict)
    cards: dict[str, SpecimenCard] = field(default_factory=dict)
    set_up: set[str] = field(default_factory=set)
    spent: set[str] = field(default_factory=set)
    return_urls: dict[str, str | None] = field(default_factory=dict)
    offset_seconds: int = 0
    request: Json = field(default_factory=lambda: {"id": None, "idempotency_key": None})
    listener: Callable[[Json], None] = lambda event: None

    def now(self) -> int:
        """Return this Stripe's time in seconds since 1970: the machine's clock plus what tests advanced."""
        return int(time.time()) + self.offset_seconds

    def new_id(self, kind: str) -> str:
        """Return a fresh id such as `pi_3…`, different in every run."""
        return f"{PREFIXES[kind]}_3{secrets.token_hex(12)}"

    def add(self, kind: str, *, values: Json) -> Json:
        """Keep and return a new object of `kind`, with the members that all objects have."""
        made: Json = {
            "id": self.new_id(kind), "object": kind, "created": self.now(), "livemode": False, "metadata": {}, **values
        }  # fmt: skip
        self.objects[made["id"]] = made
        return made

    def get(self, kind: str, *, ident: str, param: str = "id") -> Json:
        """Return the object, or refuse with 404 `resource_missing`."""
        found = self.objects.get(ident)
        if found is None or found["object"] != kind:
            raise missing(kind, ident=ident, param=param)
        return found

    def of(self, kind: str) -> list[Json]:
        """Return all objects of `kind`, newest first, as lists are ordered (https://docs.stripe.com/api/pagination)."""
        return [each for each in reversed(self.objects.values()) if each["object"] == kind]

    def emit(self, event_type: str, *, about: Json) -> Json:
        """Record an event with a snapshot of its object and hand it to the webhooks.

        Source: https://docs.stripe.com/api/events/object.
        """
        event = self.add(
            "event",
            values={
                "type": event_type,
                "api_version": API_VERSION,
                "data": {"object": copy.deepcopy(about)},
                "pending_webhooks": 0,
                "request": dict(self.request),
            },
        )
        del event["metadata"]
        self.listener(event)
        return event
