"""Outgoing webhooks by the Standard Webhooks spec: signed, in order per purchase, retried, replayable."""

from __future__ import annotations

import json
from datetime import timedelta

from standardwebhooks import Webhook

from bnpl_plugin.errors import NotYours
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.ports.reads import EventRow
from bnpl_plugin.ports.store import Changeset

DELAYS = tuple(timedelta(seconds=s) for s in (5, 30, 120, 600, 1_800, 7_200, 21_600, 43_200))

#: What a merchant may read. Why credit was refused, a rating, a card's decline: that is the shopper's own business.
TOLD_KINDS = frozenset(
    {
        "checkout.opened", "checkout.confirmed", "checkout.refused", "checkout.cancelled", "checkout.expired",
        "credit.declined", "loan.booked", "loan.reversed", "loan.settled", "instalment.paid", "instalment.failed",
        "refund.requested", "payment.refunded", "subsidy.opened", "subsidy.topped_up", "subsidy.extended",
        "subsidy.stopped", "subsidy.resumed", "subsidy.warned", "subsidy.used_up", "subsidy.ended",
        "sale.paused", "sale.resumed", "sale.units_added", "sale.drawn", "sale.ended", "sale.units_returned",
        "sale.closed",
    }
)  # fmt: skip
TOLD_FIELDS = frozenset(
    {
        "checkout_id", "order_ref", "loan_id", "currency", "total_minor", "principal_minor", "amount_minor",
        "plan_code", "number", "reason", "subsidy_id", "used_minor", "ceiling_minor",
        "sale_id", "sale_item_id", "units",
    }
)  # fmt: skip


def deliver(house: House, *, event_id: str) -> bool:
    """Post one event to its merchant. Returns False to be tried again (no answer, or not a 2xx)."""
    event = house.reads.event(event_id)
    if event is None:
        return True
    merchant = house.store.merchant(event.merchant_id)
    if merchant is None or not merchant.webhook_url or not merchant.webhook_secret:
        return True
    body = payload(event)
    secret = house.seal.unseal(merchant.webhook_secret)["secret"]
    now = house.clock.now()
    headers = {
        "content-type": "application/json",
        "webhook-id": event.event_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign(event.event_id, now, body),
    }
    try:
        status = house.courier.post(merchant.webhook_url, headers=headers, body=body.encode())
    except OSError:
        return False
    return 200 <= status < 300


def payload(event: EventRow) -> str:
    """Return an event as merchants read it, in the API and in webhooks alike: the order's side of it."""
    told = {name: value for name, value in event.payload.items() if name in TOLD_FIELDS}
    data = {"id": event.event_id, "type": event.kind, "timestamp": event.at.isoformat(), "data": told}
    return json.dumps(data, separators=(",", ":"), ensure_ascii=False)


def replay(house: House, *, event_id: str, merchant_id: str) -> None:
    """Promise one more delivery of an old event. Raises ``NotYours``."""
    event = house.reads.event(event_id)
    if event is None or event.merchant_id != merchant_id or event.kind not in TOLD_KINDS:
        raise NotYours
    job = house.job("deliver", stream=f"replay:{event_id}", event_id=event_id)
    house.commit(Changeset(rows=(job,)))
