"""What every movement of money says alike.

An attempt put to a provider, moved along its states, asked after, dropped.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from bnpl_plugin.credit.states import ATTEMPT
from bnpl_plugin.errors import ProviderUnavailable
from bnpl_plugin.lifecycle.house import House, values
from bnpl_plugin.money.amount import Money
from bnpl_plugin.ports.provider import DeclineCode, Instruction, Outcome, OutcomeKind
from bnpl_plugin.ports.records import Attempt
from bnpl_plugin.ports.store import Changeset, Move

FIRST_CHECK = timedelta(seconds=30)
SLOWEST_CHECK = timedelta(hours=1)


def instruction(attempt: Attempt, *, return_url: str = "") -> Instruction:
    """Return what to ask of the provider for an attempt; the same attempt always gives the same idempotency key."""
    return Instruction(
        idempotency_key=attempt.idempotency_key,
        attempt_id=attempt.attempt_id,
        amount=Money(attempt.amount_minor, attempt.currency),
        shopper_id=attempt.shopper_id,
        provider_ref=attempt.provider_ref,
        customer_ref=attempt.customer_ref,
        method_ref=attempt.method_ref,
        return_url=return_url or str(attempt.details.get("return_url", "")),
        description=str(attempt.details.get("description", "")),
        metadata={"attempt_id": attempt.attempt_id, "checkout_id": attempt.checkout_id},
    )


def begun(house: House, attempt: Attempt, *, return_url: str) -> Outcome:
    """Ask the provider to begin a committed attempt with the shopper present; one out of reach has refused it."""
    try:
        return house.providers[attempt.provider].begin(instruction(attempt, return_url=return_url))
    except ProviderUnavailable as error:
        return Outcome(OutcomeKind.DECLINED, decline_code=DeclineCode.PROVIDER_REFUSED, diagnostic=error.diagnostic)


def attempt_move(house: House, attempt: Attempt, *, event: str, check_at: Any = None, **columns: Any) -> Move:
    """Return the guarded move of an attempt along its state table. Raises ``IllegalTransition``."""
    return Move(
        table="attempt",
        key=values(shopper_id=attempt.shopper_id, attempt_id=attempt.attempt_id),
        sources=(attempt.state,),
        set=values(
            state=ATTEMPT.advance(attempt.state, event), check_at=check_at, changed_at=house.clock.now(), **columns
        ),
    )


def next_check(house: House, attempt: Attempt) -> datetime:
    """Return when to ask the provider again: soon, then ever more slowly."""
    return house.clock.now() + min(SLOWEST_CHECK, FIRST_CHECK * (1 << min(attempt.tries, 10)))


def waiting(house: House, attempt: Attempt, outcome: Outcome) -> Move:
    """Return the move of an attempt whose outcome is pending or unknown: it will be asked after again."""
    event = "wait" if outcome.kind is OutcomeKind.PENDING else "lose"
    columns: dict[str, Any] = {"tries": attempt.tries + 1}
    if outcome.provider_ref:
        columns["provider_ref"] = outcome.provider_ref
    if outcome.customer_ref:
        columns["customer_ref"] = outcome.customer_ref
    if outcome.next_action:
        columns["next_action"] = outcome.next_action.to_json()
    check_at = next_check(house, attempt)
    if ATTEMPT.allows(attempt.state, event):
        return attempt_move(house, attempt, event=event, check_at=check_at, **columns)
    return Move(
        table="attempt",
        key=values(shopper_id=attempt.shopper_id, attempt_id=attempt.attempt_id),
        sources=(attempt.state,),
        set=values(check_at=check_at, **columns),
    )


def abandoned(house: House, attempt: Attempt | None) -> Changeset:
    """Return the part of a changeset that gives up a payment under way: a job makes sure that it takes nothing.

    One whose outcome is unknown cannot be given up; the reconciler finds out first.
    """
    if attempt is None or not ATTEMPT.allows(attempt.state, "abandon"):
        return Changeset()
    move = attempt_move(house, attempt, event="abandon", next_action=None)
    return Changeset(
        moves=(move,), rows=(house.job("void", stream=attempt.checkout_id, attempt_id=attempt.attempt_id),)
    )
