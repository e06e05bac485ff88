"""Records of work under way: jobs, provider events, answers under an idempotency key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bnpl_plugin.ports.records.record import Json, Record


@dataclass(frozen=True, slots=True)
class Job(Record, table="job", key=("job_id",)):
    """Work promised in the same commit as the change that calls for it; claimed with a lease, retried with a delay.

    Kinds: capture, void, refund, host_confirm, host_refused, provider_event, deliver, notify. ``stream`` orders
    ``deliver`` jobs.
    """

    job_id: str
    kind: str
    stream: str
    payload: Json
    state: str  # "ready", "done", "dead"
    run_at: datetime
    lease_until: datetime | None
    tries: int
    last_error: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ProviderEvent(Record, table="provider_event", key=("provider", "event_id")):
    """A provider's webhook as received: verified, stored once, acted on by the worker."""

    provider: str
    event_id: str
    kind: str
    provider_ref: str | None
    body: Json
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Idempotency(Record, table="idempotency", key=("owner", "idempotency_key")):
    """The recorded answer of one money-moving POST, or the step that it reached."""

    owner: str
    idempotency_key: str
    request_hash: str
    state: str  # "running", "written" (the deed is done, its answer is not), "done"
    resource_id: str
    status: int | None
    body: Json | None
    lease_until: datetime
    created_at: datetime
