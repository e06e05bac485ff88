"""Stripe's webhooks: whom to believe, and what little of them we keep.

Source: https://docs.stripe.com/webhooks/signature: the header's time stamp is signed with the body, and an old one is
refused against replays.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import stripe

from bnpl_plugin.errors import WebhookInvalid
from bnpl_plugin.ports.provider import WebhookNote
from bnpl_plugin.providers.stripe.translate import id_of

SIGNATURE_HEADER: Final = "Stripe-Signature"
TOLERANCE_SECONDS: Final = 300
_ITS_INTENT: Final = ("charge", "dispute")


def read(headers: Mapping[str, str], body: bytes, *, secret: str, now: datetime) -> WebhookNote:
    """Verify a webhook and say what it is about.

    Of the event only ids, kind and status are kept: names and addresses in it are nobody's business here.

    Raises:
        WebhookInvalid: no secret set; no, wrong or out-of-date signature (five minutes either way); not an event.
    """
    header = next((value for name, value in headers.items() if name.lower() == SIGNATURE_HEADER.lower()), "")
    try:
        stripe.WebhookSignature.verify_header(body, header, secret, tolerance=None)
        signed_at = next(int(part[2:]) for part in header.split(",") if part.startswith("t="))
    except (stripe.SignatureVerificationError, UnicodeDecodeError, ValueError, StopIteration) as error:
        raise WebhookInvalid(f"signature refused: {error}") from error
    if abs(int(now.timestamp()) - signed_at) > TOLERANCE_SECONDS:
        raise WebhookInvalid("signed too long ago or in the future")
    try:
        event: dict[str, Any] = json.loads(body)
        subject: dict[str, Any] = event["data"]["object"]
        event_id, kind = str(event["id"]), str(event["type"])
        metadata = subject.get("metadata") or {}
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise WebhookInvalid("the body is not an event of Stripe's") from error
    about = str(subject.get("object") or "")
    ref = id_of(subject.get("payment_intent")) if about in _ITS_INTENT else id_of(subject)
    kept = {"created": event.get("created"), "object": about, "ref": id_of(subject), "status": subject.get("status")}
    return WebhookNote(
        event_id=event_id, kind=kind, provider_ref=ref or None, attempt_id=metadata.get("attempt_id"), body=kept
    )
