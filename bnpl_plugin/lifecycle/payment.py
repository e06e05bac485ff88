"""The first instalment.

The attempt is committed, the provider called, the outcome committed; then ``confirm`` finishes.

The same road is taken by the browser's return, the provider's webhook and the reconciler: ``follow_up`` asks the
provider what became of an attempt, writes the outcome once, and confirms if the money is there.
"""

from __future__ import annotations

from bnpl_plugin.credit.states import ATTEMPT, CHECKOUT
from bnpl_plugin.errors import CheckoutExpired, ProviderUnavailable, StateMoved
from bnpl_plugin.lifecycle import checkout as checkouts
from bnpl_plugin.lifecycle import holds, mandate
from bnpl_plugin.lifecycle.attempts import FIRST_CHECK, abandoned, attempt_move, begun, instruction, next_check, waiting
from bnpl_plugin.lifecycle.house import House, values
from bnpl_plugin.ports.provider import DeclineCode, Outcome, OutcomeKind
from bnpl_plugin.ports.records import Attempt, Checkout, PaymentMethod
from bnpl_plugin.ports.store import Changeset, Event, Move, Purchase

_STILL_PAYABLE = ("held", "authorised", *CHECKOUT.sources("authorise"))


def begin(house: House, *, checkout_id: str, return_url: str, use_stored: bool = True) -> Attempt:
    """Start paying the first instalment of a signed checkout (or saving the card, when nothing is due today).

    A payment already under way is returned as it is (a double click, a second tab). A card stored ahead
    (``store_card``) is used unless ``use_stored`` says not to. Raises ``CheckoutExpired``, ``CartChanged``.
    """
    purchase = house.purchase(checkout_id)
    checkout, current = purchase.checkout, purchase.attempt
    if current is not None and current.state in (*holds.IN_FLIGHT, "authorised") and _pays(current, checkout):
        return current
    if checkout.state != "signed" or purchase.hold is None or purchase.hold.state != "pending":
        raise CheckoutExpired(state=checkout.state)
    checkouts.check_open(house, purchase)
    checkouts.check_cart(house, purchase)
    attempt = _intent(house, purchase, with_card=mandate.stored(house, purchase) if use_stored else None)
    try:
        house.commit(_started(house, purchase, attempt))
    except StateMoved:  # the other tab was first
        return house.purchase(checkout_id).attempt or attempt
    record(house, attempt=attempt, outcome=begun(house, attempt, return_url=return_url))
    return house.store.attempt(attempt.attempt_id) or attempt


def store_card(house: House, *, checkout_id: str, return_url: str) -> Attempt:
    """Store a card ahead, for a purchase whose line is reserved for a flash sale. Raises ``CheckoutExpired``."""
    attempt, outcome = mandate.begin(house, checkout_id=checkout_id, return_url=return_url)
    if outcome is not None:
        record(house, attempt=attempt, outcome=outcome)
    return house.store.attempt(attempt.attempt_id) or attempt


def follow_up(house: House, *, attempt: Attempt) -> Attempt:
    """Ask the provider what became of a first attempt, write it down, and return the attempt as it now is."""
    if attempt.state in ("created", "sent", "pending", "unknown", "abandoned"):
        try:
            outcome = house.providers[attempt.provider].look_up(instruction(attempt))
        except ProviderUnavailable as error:
            outcome = Outcome(OutcomeKind.UNKNOWN, provider_ref=attempt.provider_ref, diagnostic=error.diagnostic)
        record(house, attempt=attempt, outcome=outcome)
    return house.store.attempt(attempt.attempt_id) or attempt


def record(house: House, *, attempt: Attempt, outcome: Outcome) -> None:
    """Write a first attempt's outcome. Whoever comes second finds it written, and changes nothing."""
    purchase = house.purchase(attempt.checkout_id)
    current = next((a for a in purchase.attempts if a.attempt_id == attempt.attempt_id), attempt)
    try:
        if outcome.kind is OutcomeKind.SUCCEEDED and current.purpose == mandate.PURPOSE:
            changeset = mandate.kept(house, purchase, current, outcome)
        elif outcome.kind is OutcomeKind.SUCCEEDED:
            changeset = _authorised(house, purchase, current, outcome)
        elif outcome.kind is OutcomeKind.DECLINED:
            changeset = _declined(house, purchase, current, outcome)
        else:
            changeset = _waiting(house, purchase, current, outcome)
        if changeset is not None:
            house.commit(changeset)
    except StateMoved:
        return


def _intent(house: House, purchase: Purchase, *, with_card: Attempt | None) -> Attempt:
    checkout, now = purchase.checkout, house.clock.now()
    offer = checkouts.offer_of(checkout)
    attempt_id = house.ids.new("att")
    return Attempt(
        shopper_id=checkout.shopper_id or "",
        attempt_id=attempt_id,
        checkout_id=checkout.checkout_id,
        loan_id=None,
        parent_id=None,
        purpose="first" if offer.first_minor else "setup",
        provider=house.provider.code,
        state="created",
        currency=checkout.currency,
        amount_minor=offer.first_minor,
        idempotency_key=attempt_id,
        provider_ref=None,
        customer_ref=with_card.customer_ref if with_card else None,
        method_ref=with_card.method_ref if with_card else None,
        decline_code=None,
        next_action=None,
        details={
            "numbers": [1] if offer.first_minor else [],
            "description": purchase.merchant.name,
            "agreement_id": checkout.agreement_id,
        },
        tries=0,
        created_at=now,
        check_at=now + FIRST_CHECK,
        changed_at=now,
    )


def _started(house: House, purchase: Purchase, attempt: Attempt) -> Changeset:
    checkout = purchase.checkout
    assert purchase.hold is not None
    point = Move(
        table="checkout",
        key=values(checkout_id=checkout.checkout_id),
        sources=("signed",),
        set=values(attempt_id=attempt.attempt_id, changed_at=house.clock.now()),
        expect=values(attempt_id=checkout.attempt_id),
    )
    started = house.event("payment.started", checkout, attempt_id=attempt.attempt_id, amount_minor=attempt.amount_minor)
    dropped = abandoned(house, purchase.attempt)
    return Changeset(
        moves=(point, holds.stretched(house, purchase.hold), *dropped.moves),
        rows=(attempt, *dropped.rows),
        events=(started,),
    )


def _pays(attempt: Attempt, checkout: Checkout) -> bool:
    """Whether an attempt pays for the agreement that the checkout stands on, and not for an older one."""
    return attempt.details.get("agreement_id") == checkout.agreement_id


def _authorised(house: House, purchase: Purchase, attempt: Attempt, outcome: Outcome) -> Changeset | None:
    """The money is there. It belongs to the checkout if that can still be finished; else it goes straight back."""
    checkout = purchase.checkout
    if not ATTEMPT.allows(attempt.state, "authorise"):
        return None
    seen = attempt_move(
        house, attempt, event="authorise", check_at=next_check(house, attempt), tries=0, next_action=None,
        provider_ref=outcome.provider_ref or attempt.provider_ref,
        customer_ref=outcome.customer_ref or attempt.customer_ref,
        method_ref=outcome.method_ref, decline_code=None,
    )  # fmt: skip
    if checkout.state in CHECKOUT.sources("authorise") and _pays(attempt, checkout):
        method = _method(house, attempt, outcome)
        forward = Move(
            table="checkout",
            key=values(checkout_id=checkout.checkout_id),
            sources=(checkout.state,),
            set=values(
                state=CHECKOUT.advance(checkout.state, "authorise"),
                attempt_id=attempt.attempt_id,
                changed_at=house.clock.now(),
            ),
        )
        event = house.event(
            "payment.authorised", checkout, attempt_id=attempt.attempt_id, amount_minor=attempt.amount_minor,
            provider_ref=outcome.provider_ref,
        )  # fmt: skip
        return Changeset(moves=(forward, seen), rows=(method,), events=(event,))
    return _too_late(house, purchase, attempt, seen)


def _too_late(house: House, purchase: Purchase, attempt: Attempt, seen: Move) -> Changeset:
    """A success for a checkout that was cancelled, or that another attempt has finished: it is voided."""
    checkout = purchase.checkout
    moves: tuple[Move, ...] = (seen,)
    events = [house.event("payment.late", checkout, attempt_id=attempt.attempt_id, checkout_state=checkout.state)]
    if checkout.state == "cancelled":
        refused = Move(
            table="checkout",
            key=values(checkout_id=checkout.checkout_id),
            sources=("cancelled",),
            set=values(state=CHECKOUT.advance("cancelled", "refuse"), changed_at=house.clock.now()),
        )
        moves = (refused, seen)
        events.append(house.event("checkout.refused", checkout, deliver=True, reason="cancelled_before_payment"))
    rows = (
        (house.job("void", stream=checkout.checkout_id, attempt_id=attempt.attempt_id),) if attempt.amount_minor else ()
    )
    return Changeset(moves=moves, rows=rows, events=tuple(events))


def _declined(house: House, purchase: Purchase, attempt: Attempt, outcome: Outcome) -> Changeset | None:
    if not ATTEMPT.allows(attempt.state, "decline"):
        return None
    code = str(outcome.decline_code or DeclineCode.CARD_DECLINED)
    move = attempt_move(
        house, attempt, event="decline", decline_code=code, next_action=None,
        provider_ref=outcome.provider_ref or attempt.provider_ref,
    )  # fmt: skip
    event = house.event("payment.declined", purchase.checkout, attempt_id=attempt.attempt_id, decline_code=code)
    return Changeset(moves=(move,), events=(event,))


def _waiting(house: House, purchase: Purchase, attempt: Attempt, outcome: Outcome) -> Changeset | None:
    if not ATTEMPT.allows(attempt.state, "decline"):  # its outcome is known already
        return None
    given_up = purchase.checkout.state not in _STILL_PAYABLE or not _pays(attempt, purchase.checkout)
    if attempt.purpose == mandate.PURPOSE:
        given_up = mandate.is_over(purchase)
    if given_up and outcome.kind is OutcomeKind.PENDING and attempt.state == "pending":
        return abandoned(house, attempt)  # its answer was lost when the checkout ended: now its page can be closed
    events: tuple[Event, ...] = ()
    if outcome.kind is OutcomeKind.UNKNOWN and attempt.state != "unknown":
        events = (house.event("payment.unknown", purchase.checkout, attempt_id=attempt.attempt_id),)
    return Changeset(moves=(waiting(house, attempt, outcome),), events=events)


def _method(house: House, attempt: Attempt, outcome: Outcome) -> PaymentMethod:
    now = house.clock.now()
    return PaymentMethod(
        shopper_id=attempt.shopper_id,
        payment_method_id=f"pm_{attempt.attempt_id}",
        provider=attempt.provider,
        customer_ref=outcome.customer_ref or attempt.customer_ref,
        method_ref=outcome.method_ref or "",
        label=outcome.method_label,
        mandate={"checkout_id": attempt.checkout_id, "given_at": now.isoformat(), "use": "instalments of this loan"},
        created_at=now,
    )
