"""The background loop: outbox, captures, expiring holds, stored webhooks, due instalments, reconciliation.

Each round claims its work in chunks; a worker killed anywhere loses nothing: a lease runs out and another takes the
job.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from functools import partial

from bnpl_plugin.lifecycle import (
    arrears,
    checkout,
    collection,
    credit_line,
    holds,
    jobs,
    limit_changes,
    reconciliation,
    reviews,
)
from bnpl_plugin.lifecycle.flash_sale import tending
from bnpl_plugin.lifecycle.funding import borrowings
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.lifecycle.logs import log_of
from bnpl_plugin.lifecycle.subsidies import earning, watching

log = log_of("worker")


def carry_webhooks(house: House, *, limit: int) -> int:
    """Carry the webhooks of a provider that cannot post them itself (the sandbox's test bank) to our own address."""
    carried = 0
    for provider in house.providers.values():
        deliver = getattr(provider, "deliver_webhooks", None)
        if deliver is not None and house.settings.public_url:
            url = f"{house.settings.public_url}{house.settings.url_prefix}/webhooks/{provider.code}"
            carried += deliver(partial(_posted, house, url), limit=limit)
    return carried


def _posted(house: House, url: str, headers: Mapping[str, str], body: bytes) -> int:
    try:
        return house.courier.post(url, headers=headers, body=body)
    except OSError:
        return 503  # our own pages are down: the bank keeps the webhook and comes again


ROUNDS: tuple[tuple[str, Callable[..., int]], ...] = (
    ("webhooks", carry_webhooks),
    ("jobs", jobs.run_ready),
    ("attempts", reconciliation.check_attempts),
    ("holds", holds.expire_due),
    ("sales", tending.tend),
    ("checkouts", checkout.expire_due),
    ("reviews", reviews.mark_due),
    ("instalments", collection.charge_due),
    ("reminders", collection.remind_due),
    ("arrears", arrears.default_late),
    ("borrowings", borrowings.accrue_due),
    ("subsidy parts", earning.earn_due),
    ("subsidies", watching.watch),
    ("lines", credit_line.follow_arrears),
    ("limits", limit_changes.run_due),
    ("deliveries", jobs.deliver_ready),
)


def run_once(house: House) -> int:
    """Do one round of everything; returns how many pieces of work were found."""
    found = 0
    for name, work in ROUNDS:
        try:
            found += work(house, limit=house.settings.worker_chunk)
        except Exception:
            log.exception("round failed", queue=name)
    return found


def run_until_idle(house: House, *, rounds: int = 100) -> int:
    """Work until a round finds nothing (tests, demo, ``flask bnpl worker --once``); returns the pieces of work."""
    total = 0
    for _ in range(rounds):
        found = run_once(house)
        total += found
        if not found:
            break
    return total


def run_forever(house: House, *, stop: threading.Event, idle_seconds: float = 1.0) -> None:
    """Work until ``stop`` is set, resting when there was nothing to do."""
    while not stop.is_set():
        if not run_once(house):
            stop.wait(idle_seconds)
