"""What the worker does with a promised job, by its kind.

Done, or to be tried again later, or in the end dead for a person to see.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from typing import Any

from bnpl_plugin.errors import OrderRefused, StateMoved
from bnpl_plugin.lifecycle import checkout as checkouts
from bnpl_plugin.lifecycle import (
    collection,
    compensation,
    delivery,
    line_words,
    messages,
    provider_events,
    refund,
    reviews,
)
from bnpl_plugin.lifecycle.funding import loan_sales
from bnpl_plugin.lifecycle.house import House, values
from bnpl_plugin.lifecycle.subsidies import earning, watching
from bnpl_plugin.ports.records import Job
from bnpl_plugin.ports.store import Changeset, Move

Payload = Mapping[str, Any]


def _host_confirm(house: House, payload: Payload) -> bool:
    """Own-database mode: tell the host to place its order. A refusal undoes the loan (compensation)."""
    checkout = house.purchase(str(payload["checkout_id"])).checkout
    if checkouts.outgrown(house, checkout):  # grown between the booking and now: what was lent does not pay for it
        refund.request(house, loan_id=checkout.loan_id or "", reason="cart_changed")
        return True
    try:
        house.host.confirm_order(checkout.order_ref, None)
    except OrderRefused as refused:
        refund.request(
            house, loan_id=checkout.loan_id or "", reason=str(refused.details.get("reason", "order_refused"))
        )
    return True


def _host_refused(house: House, payload: Payload) -> bool:
    checkout = house.purchase(str(payload["checkout_id"])).checkout
    house.host.order_refused(checkout.order_ref, str(payload["reason"]))
    return True


KINDS: Mapping[str, Callable[[House, Payload], bool]] = {
    "capture": lambda house, p: collection.capture(house, attempt_id=p["attempt_id"]),
    "void": lambda house, p: compensation.void(house, attempt_id=p["attempt_id"]),
    "refund": lambda house, p: refund.send(house, attempt_id=p["attempt_id"]),
    "reverse": lambda house, p: refund.reverse(house, loan_id=p["loan_id"], reason=p["reason"]),
    "deliver": lambda house, p: delivery.deliver(house, event_id=p["event_id"]),
    "provider_event": lambda house, p: provider_events.act(house, **p),
    "notify": lambda house, p: messages.send(house, **p),
    "notify_line": lambda house, p: line_words.send(house, **p),
    "tell_review": lambda house, p: reviews.tell(house, **p),
    "subsidy_rest": lambda house, p: earning.earn_rest(house, loan_id=p["loan_id"]),
    "subsidy_told": lambda house, p: watching.tell(house, **p),
    "loan_sale": lambda house, p: loan_sales.go_on(house, loan_sale_id=p["loan_sale_id"]),
    "host_confirm": _host_confirm,
    "host_refused": _host_refused,
}

#: Webhooks to shops: what another's server answers late must not hold up the house.
DELIVERIES = ("deliver",)
HOUSE_KINDS = tuple(kind for kind in KINDS if kind not in DELIVERIES)
MOST_DELIVERIES = 4  # in one round of the worker

#: Kinds that move money or goods: never given up on, only slowed down, and shown as stuck.
MONEY = frozenset({"capture", "void", "refund", "reverse", "loan_sale", "host_confirm", "host_refused", "subsidy_rest"})


def run(house: House, *, job: Job) -> bool:
    """Do one claimed job and record how it ended. Returns whether it is done."""
    try:
        done, error = KINDS[job.kind](house, job.payload), None
    except Exception as failure:  # noqa: BLE001  (whatever it was: recorded, and tried again)
        done, error = False, f"{type(failure).__name__}: {failure}"[:500]
    if done:
        change = values(state="done", lease_until=None, last_error=None)
    elif job.tries >= house.settings.job_tries and job.kind not in MONEY:
        change = values(state="dead", lease_until=None, last_error=error or "not done")
    else:
        change = values(run_at=house.clock.now() + _delay(job), lease_until=None, last_error=error or "not done yet")
    move = Move("job", values(job_id=job.job_id), ("ready",), change, values(lease_until=job.lease_until))
    try:
        house.commit(Changeset(moves=(move,)))
    except StateMoved:  # our lease ran out and another worker has it
        return done
    return done


def run_ready(house: House, *, limit: int) -> int:
    """Claim ready jobs and do them, webhooks to shops excepted; returns how many were claimed."""
    return _run(house, kinds=HOUSE_KINDS, limit=limit)


def deliver_ready(house: House, *, limit: int) -> int:
    """Claim a few ready webhooks to shops and post them; a slow shop keeps money waiting for these few at most."""
    return _run(house, kinds=DELIVERIES, limit=min(limit, MOST_DELIVERIES))


def tell_host(house: House, *, checkout_id: str) -> None:
    """Tell the host at once of an order just booked, if a job promises to; should it fail, the worker goes on with it.

    So that in own-database mode the shop knows of the order before its shopper is back.
    """
    _run(house, kinds=("host_confirm",), limit=1, stream=checkout_id)


def _run(house: House, *, kinds: Collection[str], limit: int, stream: str = "") -> int:
    now = house.clock.now()
    lease = now + timedelta(seconds=house.settings.lease_seconds)
    claimed = house.store.claim_jobs(now=now, lease_until=lease, limit=limit, kinds=kinds, stream=stream)
    for job in claimed:
        run(house, job=job)
    return len(claimed)


def revive(house: House, *, job_id: str) -> None:
    """Let a dead or slowed job be tried again at once. Raises ``StateMoved`` when it is done or there is none."""
    change = values(state="ready", tries=0, run_at=house.clock.now(), lease_until=None)
    house.commit(Changeset(moves=(Move("job", values(job_id=job_id), ("dead", "ready"), change),)))


def _delay(job: Job) -> timedelta:
    return delivery.DELAYS[min(job.tries, len(delivery.DELAYS)) - 1]
