"""A card stored before there is anything to pay: at a flash sale the winner then pays with one tap.

Storing takes nothing and promises nothing. The card is used only for the purchase that it was stored for, only once its
agreement is signed, and only when the shopper says so on the page of the payment; the bank may still ask (3-D Secure).
A checkout that ends without a loan has its card forgotten at the provider.
"""

from __future__ import annotations

from bnpl_plugin.credit.states import ATTEMPT
from bnpl_plugin.errors import CheckoutExpired
from bnpl_plugin.lifecycle.attempts import FIRST_CHECK, abandoned, attempt_move, begun
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.ports.provider import Outcome
from bnpl_plugin.ports.records import Attempt, Job, PaymentMethod
from bnpl_plugin.ports.store import Changeset, Move, Purchase

PURPOSE = "mandate"
_UNDER_WAY = ("created", "sent", "pending", "unknown", "authorised")
_OPEN = ("approved", "held", "signed", "authorised")


def begin(house: House, *, checkout_id: str, return_url: str) -> tuple[Attempt, Outcome | None]:
    """Start to store a card for a checkout whose line is reserved; one under way, or stored already, is returned.

    Returns the attempt and, if the provider was asked here, its answer, not yet written down (see ``payment.record``).
    Raises ``CheckoutExpired``: nothing is reserved, or the checkout has ended.
    """
    purchase = house.purchase(checkout_id)
    checkout, known = purchase.checkout, latest(purchase)
    if known is not None and known.state in _UNDER_WAY:
        return known, None
    hold, now = purchase.hold, house.clock.now()
    if checkout.state != "approved" or checkout.expires_at <= now or hold is None or hold.state != "reserved":
        raise CheckoutExpired(state=checkout.state)
    attempt_id = house.ids.new("att")
    attempt = Attempt(
        shopper_id=hold.shopper_id,
        attempt_id=attempt_id,
        checkout_id=checkout_id,
        loan_id=None,
        parent_id=None,
        purpose=PURPOSE,
        provider=house.provider.code,
        state="created",
        currency=checkout.currency,
        amount_minor=0,
        idempotency_key=attempt_id,
        provider_ref=None,
        customer_ref=None,
        method_ref=None,
        decline_code=None,
        next_action=None,
        details={"numbers": [], "description": purchase.merchant.name},
        tries=0,
        created_at=now,
        check_at=now + FIRST_CHECK,
        changed_at=now,
    )
    started = house.event("payment.started", checkout, attempt_id=attempt_id, amount_minor=0, purpose=PURPOSE)
    house.commit(Changeset(rows=(attempt,), events=(started,)))
    return attempt, begun(house, attempt, return_url=return_url)


def latest(purchase: Purchase) -> Attempt | None:
    """Return the newest try to store a card for a purchase."""
    return next((attempt for attempt in purchase.attempts if attempt.purpose == PURPOSE), None)


def stored(house: House, purchase: Purchase) -> Attempt | None:
    """Return the attempt that stored the card to pay a purchase with; None once that card was refused for it."""
    found = latest(purchase)
    if found is None or found.state != "authorised" or not found.method_ref or found.provider != house.provider.code:
        return None
    refused = {a.method_ref for a in purchase.attempts if a.purpose != PURPOSE and a.state == "declined"}
    return None if found.method_ref in refused else found


def label_of(attempt: Attempt) -> str:
    """Return how a stored card is called, such as ``Visa •••• 4242``."""
    return str(attempt.details.get("label", ""))


def kept(house: House, purchase: Purchase, attempt: Attempt, outcome: Outcome) -> Changeset | None:
    """Return what a stored card writes; of a checkout that has ended in between, the card is forgotten again."""
    if not ATTEMPT.allows(attempt.state, "authorise"):
        return None
    checkout, now = purchase.checkout, house.clock.now()
    customer_ref = outcome.customer_ref or attempt.customer_ref
    seen = attempt_move(
        house, attempt, event="authorise", tries=0, next_action=None, decline_code=None,
        provider_ref=outcome.provider_ref or attempt.provider_ref, customer_ref=customer_ref,
        method_ref=outcome.method_ref, details={**attempt.details, "label": outcome.method_label},
    )  # fmt: skip
    if is_over(purchase):
        late = house.event("payment.late", checkout, attempt_id=attempt.attempt_id, checkout_state=checkout.state)
        return Changeset(moves=(seen,), rows=(_forgetting(house, attempt),), events=(late,))
    method = PaymentMethod(
        shopper_id=attempt.shopper_id,
        payment_method_id=f"pm_{attempt.attempt_id}",
        provider=attempt.provider,
        customer_ref=customer_ref,
        method_ref=outcome.method_ref or "",
        label=outcome.method_label,
        mandate={
            "checkout_id": attempt.checkout_id,
            "given_at": now.isoformat(),
            "use": "this purchase, once its agreement is signed",
        },
        created_at=now,
    )
    event = house.event("payment.card_stored", checkout, attempt_id=attempt.attempt_id)
    return Changeset(moves=(seen,), rows=(method,), events=(event,))


def is_over(purchase: Purchase) -> bool:
    """Whether a purchase has ended, so that no card of it is to be kept."""
    return purchase.checkout.state not in (*_OPEN, "confirmed")


def forgotten(house: House, purchase: Purchase) -> Changeset:
    """Return the part of a changeset that gives up, or forgets, the card stored for a purchase that ends."""
    found = latest(purchase)
    if found is None:
        return Changeset()
    if found.state == "authorised":
        return Changeset(rows=(_forgetting(house, found),))
    moves: tuple[Move, ...] = abandoned(house, found).moves
    return Changeset(moves=moves, rows=(_forgetting(house, found),) if moves else ())


def _forgetting(house: House, attempt: Attempt) -> Job:
    return house.job("void", stream=attempt.checkout_id, attempt_id=attempt.attempt_id)
