"""The test bank's webhooks: signed with a time stamp, sent until the shop takes them.

The header ``Bnpl-Sandbox-Signature: t=<unix seconds>,v1=<hex>`` carries an HMAC-SHA256 over ``<t>.<body>``.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bnpl_plugin.errors import WebhookInvalid
from bnpl_plugin.ports.provider import WebhookNote
from bnpl_plugin.providers.sandbox.bank import Bank

SIGNATURE_HEADER: Final = "Bnpl-Sandbox-Signature"
TOLERANCE_SECONDS: Final = 300
_MAX_BODY_BYTES: Final = 64 * 1024

Post = Callable[[Mapping[str, str], bytes], int]
"""Posts headers and body to the shop and returns the HTTP status; 0 when the shop did not answer."""


@dataclass(frozen=True, slots=True)
class PendingWebhook:
    """A webhook that the shop has not taken yet, signed at the moment of asking."""

    event_id: str
    headers: Mapping[str, str]
    body: bytes


def sign(body: bytes, *, secret: bytes, at: datetime) -> str:
    """Return the signature header's value for a body sent at an instant."""
    seconds = int(at.timestamp())
    digest = hmac.new(secret, f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={seconds},v1={digest}"


def pending(bank: Bank, *, now: datetime, limit: int) -> tuple[PendingWebhook, ...]:
    """Return the webhooks that are due, oldest first, at most ``limit``."""
    bank.wake()
    secret = bank.book.secret("webhooks")
    with bank.book.page() as page:
        rows = page.due_webhooks(limit=limit)
    signed = []
    for event_id, kind, ref, attempt_id, created_at in rows:
        content = {"id": event_id, "kind": kind, "ref": ref, "attempt_id": attempt_id, "created_at": created_at}
        body = json.dumps(content, sort_keys=True).encode()
        headers = {"Content-Type": "application/json", SIGNATURE_HEADER: sign(body, secret=secret, at=now)}
        signed.append(PendingWebhook(event_id, headers, body))
    return tuple(signed)


def deliver(bank: Bank, *, now: datetime, post: Post, limit: int) -> int:
    """Send what is due, each once; what is not taken with a 2xx waits and comes again. Returns how many were taken."""
    taken = 0
    for webhook in pending(bank, now=now, limit=limit):
        status = post(webhook.headers, webhook.body)
        with bank.book.page() as page:
            if 200 <= status < 300:
                page.webhook_delivered(webhook.event_id)
                taken += 1
            else:
                page.webhook_failed(webhook.event_id)
    return taken


def read(headers: Mapping[str, str], body: bytes, *, secret: bytes, now: datetime) -> WebhookNote:
    """Verify a webhook and say what it is about.

    Raises:
        WebhookInvalid: no, wrong or out-of-date signature (five minutes either way), or a body that is not ours.
    """
    value = next((text for name, text in headers.items() if name.lower() == SIGNATURE_HEADER.lower()), "")
    parts = re.fullmatch(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})", value, re.ASCII)
    if parts is None or len(body) > _MAX_BODY_BYTES:
        raise WebhookInvalid("no usable signature")
    digest = hmac.new(secret, f"{parts[1]}.".encode() + body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(digest, parts[2]):
        raise WebhookInvalid("the signature does not fit the body")
    if abs(int(now.timestamp()) - int(parts[1])) > TOLERANCE_SECONDS:
        raise WebhookInvalid("signed too long ago or in the future")
    try:
        content = json.loads(body)
        event_id, kind, ref, attempt_id = (str(content[name]) for name in ("id", "kind", "ref", "attempt_id"))
    except (ValueError, TypeError, KeyError) as error:
        raise WebhookInvalid("the body is not a webhook of the test bank") from error
    return WebhookNote(event_id=event_id, kind=kind, provider_ref=ref, attempt_id=attempt_id, body=content)
