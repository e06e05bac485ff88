"""What is not known is asked after until it is: the third caller of ``confirm``, and the end of every UNKNOWN."""

from __future__ import annotations

from bnpl_plugin.errors import BnplError, StateMoved
from bnpl_plugin.lifecycle import checkout as checkouts
from bnpl_plugin.lifecycle import collection, compensation, payment
from bnpl_plugin.lifecycle.attempts import next_check
from bnpl_plugin.lifecycle.confirm import Confirmation, confirm
from bnpl_plugin.lifecycle.house import House, values
from bnpl_plugin.lifecycle.logs import log_of
from bnpl_plugin.ports.records import Attempt
from bnpl_plugin.ports.store import Changeset, Move

log = log_of("reconciliation")

FIRST = ("first", "setup", "mandate")


def settle_checkout(house: House, *, checkout_id: str) -> Confirmation:
    """Find out how a checkout's payment stands and finish it if it can be: what the browser's return calls.

    Never raises for a failure of the host or the provider: the answer then is the state as it is, and the reconciler
    goes on.
    """
    purchase = house.purchase(checkout_id)
    attempt = purchase.attempt
    if attempt is not None and attempt.purpose in FIRST and purchase.checkout.state != "confirmed":
        payment.follow_up(house, attempt=attempt)
    try:
        return _finish(house, checkout_id=checkout_id)
    except BnplError:
        raise
    except Exception:
        log.exception("confirm failed", checkout_id=checkout_id)
        current = house.purchase(checkout_id).checkout
        return Confirmation(current.state, current.loan_id)


def follow_up(house: House, *, attempt: Attempt) -> None:
    """Ask after one attempt, whatever it is for, and do what its answer calls for."""
    if attempt.purpose in FIRST:
        followed = payment.follow_up(house, attempt=attempt)
        if followed.state == "authorised":
            _finish(house, checkout_id=attempt.checkout_id)
    elif attempt.purpose in ("instalment", "early"):
        collection.follow_up(house, attempt=attempt)


def _finish(house: House, *, checkout_id: str) -> Confirmation:
    """Confirm, unless the order has become another one while its payment ran: then the payment goes back."""
    checkout = house.purchase(checkout_id).checkout
    if checkout.state == "authorised" and checkouts.outgrown(house, checkout):
        compensation.refuse(house, checkout_id=checkout_id, reason="cart_changed")
    return confirm(house, checkout_id=checkout_id)


def check_attempts(house: House, *, limit: int) -> int:
    """Follow up the attempts whose time to be asked after has come; returns how many.

    An authorised one whose order the host fails to place again and again is compensated after ``BNPL_JOB_TRIES`` tries.
    """
    due = house.store.attempts_to_check(now=house.clock.now(), limit=limit)
    for attempt in due:
        try:
            follow_up(house, attempt=attempt)
        except Exception:
            log.exception("follow-up failed", attempt_id=attempt.attempt_id)
        _counted(house, attempt_id=attempt.attempt_id)
    return len(due)


def _counted(house: House, *, attempt_id: str) -> None:
    attempt = house.store.attempt(attempt_id)
    if attempt is None or attempt.check_at is None or attempt.check_at > house.clock.now():
        return
    if attempt.state == "authorised" and attempt.tries >= house.settings.job_tries:
        compensation.refuse(house, checkout_id=attempt.checkout_id, reason="host_failed")
        return
    later = Move(
        table="attempt",
        key=values(shopper_id=attempt.shopper_id, attempt_id=attempt.attempt_id),
        sources=(attempt.state,),
        set=values(tries=attempt.tries + 1, check_at=next_check(house, attempt)),
    )
    try:
        house.commit(Changeset(moves=(later,)))
    except StateMoved:
        return
