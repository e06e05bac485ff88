"""The payment is there but the goods or the credit are not: everything goes back, and the shopper is told the truth."""

from __future__ import annotations

from dataclasses import replace

from bnpl_plugin.credit.states import CHECKOUT
from bnpl_plugin.errors import ProviderUnavailable, StateMoved
from bnpl_plugin.lifecycle import holds, mandate, payment
from bnpl_plugin.lifecycle.attempts import attempt_move, instruction
from bnpl_plugin.lifecycle.flash_sale import claiming
from bnpl_plugin.lifecycle.house import House, values
from bnpl_plugin.ports.provider import Outcome, OutcomeKind
from bnpl_plugin.ports.records import Attempt, Job
from bnpl_plugin.ports.store import Changeset, Move


def refuse(house: House, *, checkout_id: str, reason: str) -> None:
    """End an authorised checkout without a loan.

    Holds given back, the authorisation voided by a job, host and shopper told.
    """
    purchase = house.purchase(checkout_id)
    checkout, attempt = purchase.checkout, purchase.attempt
    if checkout.state != "authorised":
        return
    back = holds.giving_back(purchase, event="void")
    move = Move(
        table="checkout",
        key=values(checkout_id=checkout_id),
        sources=("authorised",),
        set=values(state=CHECKOUT.advance("authorised", "refuse"), reason=reason, changed_at=house.clock.now()),
    )
    card = mandate.forgotten(house, purchase)
    moves = [move, *back.moves, *card.moves]
    jobs: list[Job] = [house.job("notify", stream=checkout_id, kind="order_refused", checkout_id=checkout_id)]
    if attempt is not None:
        moves.append(_at_rest(attempt))
        if attempt.amount_minor:
            jobs.append(house.job("void", stream=checkout_id, attempt_id=attempt.attempt_id))
    if checkout.channel == "embedded":
        jobs.append(house.job("host_refused", stream=checkout_id, checkout_id=checkout_id, reason=reason))
    refused = house.event("checkout.refused", checkout, deliver=True, reason=reason)
    changeset = replace(back, moves=tuple(moves), rows=(*jobs, *card.rows), events=(refused,))
    try:
        house.commit(changeset)
    except StateMoved:
        return
    claiming.let_go(house, purchase)


def void(house: House, *, attempt_id: str) -> bool:
    """See to it that a movement given up takes nothing. Returns False to be tried again.

    An authorisation is lifted, unless it has become the payment of a checkout after all: given up when the time was
    over, its success came before this job, and the order was taken up again. A payment page left behind is closed at
    the provider; if it was paid in that very moment, the success is written down first and then judged like any other
    late one.
    """
    attempt = house.store.attempt(attempt_id)
    if attempt is None or attempt.state not in ("authorised", "abandoned") or _wanted_again(house, attempt):
        return True
    asked = instruction(attempt)
    try:
        if attempt.provider_ref is None:  # the answer that named it was lost
            found = house.providers[attempt.provider].look_up(asked)
            if found.kind is not OutcomeKind.PENDING or found.provider_ref is None:
                return _looked_up(house, attempt, outcome=found)
            asked = replace(asked, provider_ref=found.provider_ref)
        outcome = house.providers[attempt.provider].void(asked)
        if outcome.kind is OutcomeKind.DECLINED:  # it lapsed by itself, or was paid in this moment
            return _looked_up(house, attempt, outcome=house.providers[attempt.provider].look_up(asked))
    except ProviderUnavailable:
        return False
    if outcome.kind is not OutcomeKind.SUCCEEDED:
        return False
    if attempt.state == "authorised":
        _voided(house, attempt)
    return True


def _wanted_again(house: House, attempt: Attempt) -> bool:
    if attempt.state != "authorised":
        return False
    checkout = house.purchase(attempt.checkout_id).checkout
    return checkout.attempt_id == attempt.attempt_id and checkout.state in ("authorised", "confirmed")


def _looked_up(house: House, attempt: Attempt, *, outcome: Outcome) -> bool:
    if outcome.kind is OutcomeKind.DECLINED:
        if attempt.state == "authorised":
            _voided(house, attempt)
        return True
    if outcome.kind is OutcomeKind.SUCCEEDED and attempt.state == "abandoned":
        payment.record(house, attempt=attempt, outcome=outcome)
        return True
    return False


def _voided(house: House, attempt: Attempt) -> None:
    move = attempt_move(house, attempt, event="void")
    checkout = house.purchase(attempt.checkout_id).checkout
    voided = house.event("payment.voided", checkout, attempt_id=attempt.attempt_id, amount_minor=attempt.amount_minor)
    house.commit(Changeset(moves=(move,), events=(voided,)))


def _at_rest(attempt: Attempt) -> Move:
    return Move(
        table="attempt",
        key=values(shopper_id=attempt.shopper_id, attempt_id=attempt.attempt_id),
        sources=(attempt.state,),
        set=values(check_at=None),
    )
