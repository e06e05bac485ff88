"""A provider's webhook is verified, stored once and answered; the worker acts on it by asking the provider itself."""

from __future__ import annotations

from collections.abc import Mapping

from bnpl_plugin.errors import StateMoved, WebhookInvalid
from bnpl_plugin.lifecycle import reconciliation
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.ports.records import ProviderEvent
from bnpl_plugin.ports.store import Changeset


def receive(house: House, *, provider: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Verify and store a webhook with its job in one commit; returns False for one already stored.

    Raises ``WebhookInvalid``.
    """
    known = house.providers.get(provider)
    if known is None:
        raise WebhookInvalid(provider=provider)
    note = known.read_webhook(headers, body)
    row = ProviderEvent(
        provider=provider,
        event_id=note.event_id,
        kind=note.kind,
        provider_ref=note.provider_ref,
        body=note.body,
        received_at=house.clock.now(),
    )
    job = house.job(
        "provider_event", stream=f"{provider}:{note.event_id}", provider=provider, provider_ref=note.provider_ref,
        attempt_id=note.attempt_id,
    )  # fmt: skip
    try:
        house.commit(Changeset(rows=(row, job)))
    except StateMoved:
        return False
    return True


def act(house: House, *, provider: str, provider_ref: str | None, attempt_id: str | None) -> bool:
    """Follow up the attempt that a stored webhook is about; an event about nothing of ours is done."""
    attempt = house.store.attempt(attempt_id) if attempt_id else None
    if attempt is None and provider_ref:
        attempt = house.store.attempt_by_ref(provider=provider, provider_ref=provider_ref)
    if attempt is not None:
        reconciliation.follow_up(house, attempt=attempt)
    return True
