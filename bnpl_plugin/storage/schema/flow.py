"""Tables of work and its proof: jobs, stored webhooks, recorded answers, and the events of each purchase."""

from __future__ import annotations

import sqlalchemy as sa

from bnpl_plugin.ports import records
from bnpl_plugin.storage.schema.columns import at, count, document, ident, index_where, never_negative, words
from bnpl_plugin.storage.schema.metadata import table

job = table(
    "job",
    ident("job_id", length=96),
    ident("kind"),
    ident("stream"),
    document("payload"),
    ident("state"),
    at("run_at"),
    at("lease_until", null=True),
    count("tries"),
    words("last_error", null=True),
    at("created_at"),
    never_negative("tries"),
    index_where("ix_bnpl_job_ready", "run_at", "job_id", where="state = 'ready'"),
    index_where("ix_bnpl_job_deliver", "stream", "job_id", where="kind = 'deliver' AND state <> 'done'"),
    sa.Index("ix_bnpl_job_state", "state", "created_at"),
    key=records.Job.key,
)

provider_event = table(
    "provider_event",
    ident("provider"),
    ident("event_id", length=255),
    ident("kind", length=120),
    ident("provider_ref", null=True, length=255),
    document("body"),
    at("received_at"),
    key=records.ProviderEvent.key,
)

idempotency = table(
    "idempotency",
    ident("owner", length=120),
    ident("idempotency_key", length=255),
    ident("request_hash", length=128),
    ident("state"),
    ident("resource_id"),
    count("status", null=True),
    document("body", null=True),
    at("lease_until"),
    at("created_at"),
    key=records.Idempotency.key,
)

#: Append-only. ``job_id`` names the ``deliver`` job that the merchant's webhook is owed, if it is owed one.
event = table(
    "event",
    ident("stream"),
    count("seq"),
    ident("event_id"),
    ident("kind"),
    ident("shopper_id"),
    ident("merchant_id"),
    document("payload"),
    at("at"),
    ident("job_id", null=True, length=96),
    sa.CheckConstraint("seq > 0", name="seq"),
    sa.Index("uq_bnpl_event_id", "event_id", unique=True),
    sa.Index("ix_bnpl_event_merchant", "merchant_id", "at", "event_id"),
    key=("stream", "seq"),
)
