"""Idempotency keys of API v1: replay, refusal of other parameters, and of a twin still running.

Source: https://docs.stripe.com/api/idempotent_requests (the first answer is saved once work began, 500 included; not
for invalid parameters or a concurrent twin) and https://docs.stripe.com/error-low-level#idempotency (limits and bad
keys answer before this layer).
"""

import threading
from dataclasses import dataclass, field

from .errors import invalid, key_in_use, key_reused

KEPT_SECONDS = 86_400
LONGEST_KEY = 255
UNSAVED_STATUSES = frozenset({400, 401, 403, 404, 409, 429})


@dataclass(slots=True)
class Saved:
    """What a key stands for: the request's fingerprint and, once it has ended, its answer."""

    fingerprint: tuple[str, str, str]
    began_at: int
    status: int = 0
    body: bytes = b""


@dataclass(slots=True)
class Keys:
    """All keys seen in the last 24 hours of this Stripe's clock."""

    saved: dict[str, Saved] = field(default_factory=dict)
    guard: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, key: str, *, fingerprint: tuple[str, str, str], now: int) -> Saved | None:
        """Claim a key, or return the saved answer to replay.

        Raises:
            Refusal: 400 when the key was used for another request, 409 while its first request runs.
        """
        if len(key) > LONGEST_KEY:
            raise invalid(f"Idempotency keys have at most {LONGEST_KEY} characters.")
        with self.guard:
            known = self.saved.get(key)
            if known is None or now - known.began_at >= KEPT_SECONDS:
                self.saved[key] = Saved(fingerprint, began_at=now)
                return None
            if known.fingerprint != fingerprint:
                raise key_reused(key)
            if known.status == 0:
                raise key_in_use(key)
            return known

    def end(self, key: str, *, status: int, body: bytes) -> None:
        """Save the answer, or free the key when the request never began its work."""
        with self.guard:
            if status in UNSAVED_STATUSES:
                del self.saved[key]
            else:
                self.saved[key].status, self.saved[key].body = status, body
