"""One answer for one ``Idempotency-Key``: a repeated request gets what the first one got, whatever happened in between.

A key belongs to its owner (the merchant). The same key with another request is a mistake of the caller (422); while
the first request runs, a second one is told to wait (409); a key whose runner died is taken over when its lease has run
out, and goes on with the resource that was recorded when it was claimed. The work behind a key must be safe to repeat.

An error is not recorded: nothing was written, so the caller may repair the cause and use the key again.
Reference: IETF draft-ietf-httpapi-idempotency-key-header.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, cast

from bnpl_plugin.errors import BnplError, IdempotencyMismatch, IdempotencyRunning, StateMoved
from bnpl_plugin.lifecycle import checkout as checkouts
from bnpl_plugin.lifecycle.house import House, values
from bnpl_plugin.ports.platform import Order
from bnpl_plugin.ports.records import Checkout, Idempotency
from bnpl_plugin.ports.store import Changeset, Move, Store

#: State of a key whose deed is written and whose answer is not.
WRITTEN = "written"


@dataclass(frozen=True, slots=True)
class Claim:
    """Who asks for what under which key; ``request_hash`` tells two requests apart (see ``fingerprint``)."""

    owner: str
    idempotency_key: str
    request_hash: str


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP status and a JSON body, as first given; ``replayed`` says that it was given before. No personal data."""

    status: int
    body: Mapping[str, Any]
    replayed: bool = False


def fingerprint(*, method: str, path: str, body: bytes) -> str:
    """Return the SHA-256 of a request; ``body`` is its canonical JSON, so that spaces and key order do not count."""
    return hashlib.sha256(f"{method} {path}\n".encode() + body).hexdigest()


def recorded(house: House, *, claim: Claim) -> Answer | None:
    """Return the answer that a key already has, or None for a key never seen or left by a runner whose lease is over.

    Raises ``IdempotencyMismatch`` for another request, ``IdempotencyRunning`` while the first one is at work.
    """
    known = _known(house, claim)
    if known is None:
        return None
    if known.state == "done":
        return _replay(known)
    if known.lease_until > house.clock.now():
        raise IdempotencyRunning(lease_until=known.lease_until.isoformat())
    return None


def do_once(house: House, *, claim: Claim, deed: str, work: Callable[[House], Answer]) -> Answer:
    """Do a deed that has no name of its own at most once for a key: what it writes first carries the key's mark.

    A runner killed before that write has done nothing, and the next one does it; a runner killed after it has done
    it, and the next one answers 200 with ``{"deed": …, "state": "done"}``, the first answer being lost. ``work`` must
    write through the house that it is given, and all of the deed at once: one of several writes needs ``once`` and an
    id by which it finds what is done. Raises what ``recorded`` and ``work`` raise.
    """
    known = _known(house, claim)
    if known is not None and known.state == WRITTEN and known.lease_until <= house.clock.now():
        return Answer(200, {"deed": known.resource_id, "state": "done"}, replayed=True)
    return once(house, claim=claim, resource_id=deed, work=lambda _deed: work(_marking(house, claim)))


def _marking(house: House, claim: Claim) -> House:
    """Return the house whose first write marks the key as written, in the same commit."""
    return replace(house, store=cast("Store", _MarkingStore(house.store, claim)))


class _MarkingStore:
    """The store, but for its first write."""

    def __init__(self, store: Store, claim: Claim) -> None:
        self._store, self._claim, self._marked = store, claim, False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def write(self, changeset: Changeset) -> None:
        """Write; the first time with the mark."""
        if self._marked:
            self._store.write(changeset)
            return
        key = values(owner=self._claim.owner, idempotency_key=self._claim.idempotency_key)
        mark = Move("idempotency", key, ("running",), values(state=WRITTEN))
        self._store.write(replace(changeset, moves=(*changeset.moves, mark)))
        self._marked = True


def once(house: House, *, claim: Claim, resource_id: str, work: Callable[[str], Answer]) -> Answer:
    """Do some work at most once for a key, and give its answer ever after.

    The claim is committed before the work starts; ``work`` gets the resource id that was recorded with it. A killed
    runner leaves a lease behind; the next caller after its end does the work again, so that it must find by its
    resource id what is done already (``do_once`` is for work that cannot). Raises what ``recorded`` and ``work`` raise.
    """
    known = _known(house, claim)
    if known is not None and known.state == "done":
        return _replay(known)
    held = _claimed(house, claim, resource_id=resource_id) if known is None else _taken_over(house, known)
    try:
        answer = work(held.resource_id)
    except BnplError:
        _let_go(house, held)
        raise
    finished = values(state="done", status=answer.status, body=dict(answer.body))
    try:
        house.commit(Changeset(moves=(_move(held, finished),)))
    except StateMoved:  # our lease ran out and another runner finished
        return recorded(house, claim=claim) or answer
    return answer


def open_checkout_once(
    house: House,
    *,
    claim: Claim,
    order: Order,
    merchant_id: str,
    answer: Callable[[Checkout], Answer],
    **options: Any,
) -> Answer:
    """Open a checkout for a third-party shop and record the answer in the same commit.

    There is no step between the two for a crash to fall into: the key either does not exist, or has its answer.
    An order never seen before costs one read and one write. ``options`` are ``checkout.opening``'s. Raises what
    ``checkout.open_checkout`` and ``recorded`` raise.
    """
    checkout, changeset = checkouts.opening(house, order=order, merchant_id=merchant_id, channel="api", **options)
    older = house.store.checkouts_of_order(merchant_id=merchant_id, order_ref=order.order_ref)
    if older:
        given = recorded(house, claim=claim)
        if given is not None:
            return given
        same = checkouts.still_open(house, order=order, older=older)
        if same is not None:
            checkout, changeset = same, Changeset()
    made = answer(checkout)
    row = Idempotency(
        owner=claim.owner,
        idempotency_key=claim.idempotency_key,
        request_hash=claim.request_hash,
        state="done",
        resource_id=checkout.checkout_id,
        status=made.status,
        body=dict(made.body),
        lease_until=house.clock.now(),
        created_at=house.clock.now(),
    )
    try:
        house.commit(replace(changeset, rows=(*changeset.rows, row)))
    except StateMoved:
        given = recorded(house, claim=claim)
        if given is None:
            raise
        return given
    return made


def _known(house: House, claim: Claim) -> Idempotency | None:
    known = house.store.idempotency(owner=claim.owner, idempotency_key=claim.idempotency_key)
    if known is not None and known.request_hash != claim.request_hash:
        raise IdempotencyMismatch
    return known


def _replay(known: Idempotency) -> Answer:
    assert known.status is not None
    assert known.body is not None
    return Answer(known.status, known.body, replayed=True)


def _claimed(house: House, claim: Claim, *, resource_id: str) -> Idempotency:
    now = house.clock.now()
    row = Idempotency(
        owner=claim.owner,
        idempotency_key=claim.idempotency_key,
        request_hash=claim.request_hash,
        state="running",
        resource_id=resource_id,
        status=None,
        body=None,
        lease_until=now + timedelta(seconds=house.settings.lease_seconds),
        created_at=now,
    )
    try:
        house.commit(Changeset(rows=(row,)))
    except StateMoved as first:  # somebody claimed it between our look and our write
        _known(house, claim)
        raise IdempotencyRunning from first
    return row


def _taken_over(house: House, known: Idempotency) -> Idempotency:
    now = house.clock.now()
    if known.lease_until > now:
        raise IdempotencyRunning(lease_until=known.lease_until.isoformat())
    fresh = replace(known, lease_until=now + timedelta(seconds=house.settings.lease_seconds))
    try:
        house.commit(Changeset(moves=(_move(known, values(lease_until=fresh.lease_until)),)))
    except StateMoved as faster:
        raise IdempotencyRunning from faster
    return fresh


def _let_go(house: House, held: Idempotency) -> None:
    """End our lease at once, so that the caller may try again."""
    try:
        house.commit(Changeset(moves=(_move(held, values(lease_until=house.clock.now())),)))
    except BnplError:  # the lease ends by itself
        return


def _move(held: Idempotency, change: Mapping[str, Any]) -> Move:
    key = values(owner=held.owner, idempotency_key=held.idempotency_key)
    return Move("idempotency", key, ("running", WRITTEN), change, values(lease_until=held.lease_until))
