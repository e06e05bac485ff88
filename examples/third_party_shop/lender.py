"""The lender, as seen over HTTP: its API with our key, and its signed webhooks."""

from __future__ import annotations

import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from standardwebhooks import Webhook, WebhookVerificationError

SECONDS = 10
TRIES = 3


class LenderRefused(Exception):
    """The lender said no; ``problem`` is its problem document (RFC 9457)."""

    def __init__(self, problem: Mapping[str, Any]) -> None:
        super().__init__(str(problem.get("code")))
        self.problem = problem


class LenderSilent(Exception):
    """No usable answer: whether it acted is not known, and the same request may be sent again with the same key."""


@dataclass(frozen=True, slots=True)
class Lender:
    """The client of the API.

    Args:
        api_url: address of the API (``…/bnpl/api/v1``).
        api_key: our secret key.
        webhook_secret: ``whsec_…``.
        clock_file: only beside a demo whose clock can be moved: a file with the seconds that it runs ahead.
    """

    api_url: str
    api_key: str
    webhook_secret: str
    clock_file: Path | None = None

    @property
    def widget_url(self) -> str:
        """Address of the script that shows the instalment message."""
        return f"{self.api_url.removesuffix('/api/v1')}/offer.js"

    @property
    def origin(self) -> str:
        """Scheme and host of the lender."""
        parts = urlsplit(self.api_url)
        return f"{parts.scheme}://{parts.netloc}"

    def open_checkout(self, order: Mapping[str, Any], *, key: str) -> dict[str, Any]:
        """Open a checkout; sent again with the same key after a silence. Raises ``LenderRefused``, ``LenderSilent``."""
        return self._patiently("/checkouts", body=order, key=key)

    def open_sale(self, terms: Mapping[str, Any], *, key: str) -> dict[str, Any]:
        """Hand units over for a flash sale. Raises ``LenderRefused``, ``LenderSilent``."""
        return self._patiently("/sales", body=terms, key=key)

    def sale(self, sale_id: str) -> dict[str, Any]:
        """Ask how a flash sale stands."""
        return self._call("GET", f"/sales/{sale_id}")

    def _patiently(self, path: str, *, body: Mapping[str, Any], key: str) -> dict[str, Any]:
        for turn in range(1, TRIES + 1):
            try:
                return self._call("POST", path, body=body, key=key)
            except LenderSilent:
                if turn == TRIES:
                    raise
                time.sleep(0.2 * turn)
        raise LenderSilent

    def checkout(self, checkout_id: str) -> dict[str, Any]:
        """Ask how a checkout stands, from server to server."""
        return self._call("GET", f"/checkouts/{checkout_id}")

    def loan(self, loan_id: str) -> dict[str, Any]:
        """Ask for a loan's schedule."""
        return self._call("GET", f"/loans/{loan_id}")

    def read_webhook(self, body: bytes, *, headers: Mapping[str, str]) -> dict[str, Any]:
        """Return a verified webhook. Raises ``WebhookVerificationError``."""
        hook = Webhook(self.webhook_secret)
        if not self.ahead():
            verified: dict[str, Any] = hook.verify(body, dict(headers))
            return verified
        return self._read_in_moved_time(hook, body=body, headers=headers)

    def _read_in_moved_time(self, hook: Webhook, *, body: bytes, headers: Mapping[str, str]) -> dict[str, Any]:
        """Verify by the demo's moved clock: the same signature, the same five minutes around another now."""
        told = {name.lower(): value for name, value in headers.items()}
        try:
            at = datetime.fromtimestamp(int(told["webhook-timestamp"]), tz=UTC)
            given = told["webhook-signature"]
            wanted = hook.sign(told["webhook-id"], at, body.decode())
        except (KeyError, ValueError) as error:
            raise WebhookVerificationError("unusable headers") from error
        if abs(datetime.now(UTC) + timedelta(seconds=self.ahead()) - at) > timedelta(minutes=5):
            raise WebhookVerificationError("too old or too new")
        if not any(hmac.compare_digest(wanted, one) for one in given.split(" ")):
            raise WebhookVerificationError("no signature of ours")
        found: dict[str, Any] = json.loads(body)
        return found

    def ahead(self) -> int:
        """Return by how many seconds the demo's clock runs ahead."""
        try:
            return int(self.clock_file.read_text()) if self.clock_file else 0
        except (FileNotFoundError, ValueError):
            return 0

    def _call(self, method: str, path: str, *, body: Mapping[str, Any] | None = None, key: str = "") -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.api_key}", **({"Idempotency-Key": key} if key else {})}
        try:
            answer = requests.request(method, f"{self.api_url}{path}", json=body, headers=headers, timeout=SECONDS)
            told: dict[str, Any] = answer.json()
        except (requests.RequestException, ValueError) as error:
            raise LenderSilent from error
        if answer.status_code >= 500 or told.get("code") == "idempotency_running":
            raise LenderSilent
        if not answer.ok:
            raise LenderRefused(told)
        return told
