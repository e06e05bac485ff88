"""Decisions in a person's hands: referred by the policy, or contested by a declined shopper; each with a clock.

Opened here; answered in ``resolution``. The worker marks what is late and puts away what the shopper has given up.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from bnpl_plugin.errors import IllegalTransition, InvalidInput, NotYours, StateMoved
from bnpl_plugin.lifecycle.house import House, values
from bnpl_plugin.money.amount import Money
from bnpl_plugin.ports.records import Checkout, Decision, Review
from bnpl_plugin.ports.store import Changeset, Event, Move

#: What a checkout lives on after the review's clock, so that the shopper can go on once answered.
GRACE = timedelta(days=1)
MAX_STATEMENT = 2000

TEXTS: Mapping[str, str] = {
    "review_approved": "A person has looked at order {order}: it is approved. Go on here until {until}: {url}",
    "review_passed": "A person has looked at your request: you can finance up to {amount} until {until}. {url}",
    "review_declined": "A person has looked at your request and cannot approve it. The reasons are here: {url}",
}

#: Seen by nobody, but they turn a line round: an operator must read what the shopper wrote.
_TURNING = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0xFEFF])


class ReviewKind(StrEnum):
    """Why a person looks at a decision."""

    REFERRED = "referred"
    REQUESTED = "requested"


# opening -------------------------------------------------------------------------------------------------------------
def referral(house: House, *, decision: Decision) -> Review:
    """Return the review of a decision that the policy refers to a person, to be written with it."""
    return _opened(house, decision=decision, kind=ReviewKind.REFERRED, statement="")


def lives_until(checkout: Checkout, *, review: Review) -> datetime:
    """Return how long a checkout under review lives: past the review's clock, so that the answer finds it."""
    return max(checkout.expires_at, review.due_at + GRACE)


def request(house: House, *, shopper_id: str, decision_id: str, statement: str = "") -> Review:
    """Have a person look at a decline, with the shopper's own view of it; asked twice is asked once.

    The checkout lives on until it is answered, if its time was not over before. Raises ``NotYours``, ``InvalidInput``
    (a statement that is too long or cannot be read), ``IllegalTransition`` (nothing was refused).
    """
    told = readable(statement)
    decision = house.store.decision(shopper_id=shopper_id, decision_id=decision_id)
    if decision is None:
        raise NotYours
    known = review_of(house, decision=decision)
    if known is not None:
        return known
    if not is_refusal(house, decision=decision):
        raise IllegalTransition(machine="decision", state=decision.outcome, event="review")
    review = _opened(house, decision=decision, kind=ReviewKind.REQUESTED, statement=told)
    checkout = house.purchase(decision.checkout_id).checkout if decision.checkout_id else None
    moves: tuple[Move, ...] = ()
    if checkout is not None and checkout.state == "declined" and checkout.expires_at > house.clock.now():
        longer = values(expires_at=lives_until(checkout, review=review), changed_at=house.clock.now())
        moves = (Move("checkout", values(checkout_id=checkout.checkout_id), ("declined",), longer),)
    asked = happened(house, "review.requested", review, checkout=checkout)
    try:
        house.commit(Changeset(moves=moves, rows=(review,), events=(asked,)))
    except StateMoved:  # asked in two tabs at once
        known = review_of(house, decision=decision)
        if known is None:
            raise
        return known
    return review


def is_refusal(house: House, *, decision: Decision) -> bool:
    """Say whether the shopper was told no: declined, or asked without an order and approved for a sum of nothing."""
    if decision.outcome == "approved" and decision.checkout_id is None:
        given = house.store.lines.passes(shopper_id=decision.shopper_id)
        return all(one.decision_id != decision.decision_id for one in given)
    return decision.outcome == "declined"


def review_of(house: House, *, decision: Decision) -> Review | None:
    """Return the review that a decision is in, or that it came out of."""
    found = house.store.reviews_of(decision.shopper_id)
    ours = (review for review in found if decision.decision_id in (review.decision_id, review.new_decision_id))
    return next(ours, None)


def statement_of(house: House, review: Review) -> str:
    """Return what the shopper wrote; "" for nothing."""
    return str(house.seal.unseal(review.sealed_statement)["statement"]) if review.sealed_statement else ""


def readable(text: str, *, field: str = "statement") -> str:
    """Return free text as it will be read: trimmed, plain line ends, nothing that turns the line round.

    Raises ``InvalidInput`` for control characters, and beyond ``MAX_STATEMENT`` characters.
    """
    told = text.replace("\r\n", "\n").replace("\r", "\n").translate(_TURNING).strip()
    if len(told) > MAX_STATEMENT:
        raise InvalidInput(field=field, fault=f"has {len(told)} characters", accepted=f"up to {MAX_STATEMENT}")
    if any(unicodedata.category(letter) in ("Cc", "Cs") and letter not in "\n\t" for letter in told):
        raise InvalidInput(field=field, fault="holds control characters", accepted="text, emoji too")
    return told


def _opened(house: House, *, decision: Decision, kind: ReviewKind, statement: str) -> Review:
    now = house.clock.now()
    return Review(
        shopper_id=decision.shopper_id,
        review_id=house.ids.new("rev"),
        decision_id=decision.decision_id,
        checkout_id=decision.checkout_id,
        kind=str(kind),
        state="open",
        outcome=None,
        new_decision_id=None,
        sealed_statement=house.seal.seal({"statement": statement}) if statement else None,
        operator=None,
        note=None,
        proposal=None,
        opened_at=now,
        due_at=now + timedelta(hours=house.settings.review_hours),
        overdue_at=None,
        closed_at=None,
    )


def happened(
    house: House, kind: str, review: Review, *, checkout: Checkout | None, deliver: bool = False, **payload: Any
) -> Event:
    """Return an event of a review, in its checkout's stream; of a review without one in a stream of its own."""
    told = {"review_id": review.review_id, **payload}
    if checkout is not None:
        return house.event(kind, checkout, deliver=deliver, shopper_id=review.shopper_id, **told)
    return Event(
        event_id=house.ids.new("evt"), stream=review.review_id, kind=kind, shopper_id=review.shopper_id,
        merchant_id=house.host_merchant_id, payload=told, at=house.clock.now(),
    )  # fmt: skip


# working on it -------------------------------------------------------------------------------------------------------
def open_review(house: House, review_id: str) -> Review:
    """Return a review that is open. Raises ``NotYours`` (there is none), ``StateMoved`` (it has been answered)."""
    review = house.store.review(review_id)
    if review is None:
        raise NotYours
    if review.state != "open":
        raise StateMoved(review_id, guard="state")
    return review


def take(house: House, *, review_id: str, operator: str) -> Review:
    """Note who works on a review; whoever takes it later has it. Raises as ``open_review``."""
    review = open_review(house, review_id)
    house.commit(Changeset(moves=(changed(review, operator=operator_name(operator)),)))
    return house.store.review(review_id) or review


def operator_name(text: str) -> str:
    """Return an operator's name as it is recorded. Raises ``InvalidInput``."""
    name = text.strip()
    if not 1 <= len(name) <= 120 or not name.isprintable() or name == "policy":
        raise InvalidInput(field="operator", fault="is not a name", accepted="1 to 120 printable characters")
    return name


def changed(review: Review, **columns: Any) -> Move:
    """Return a change of an open review."""
    key = values(shopper_id=review.shopper_id, review_id=review.review_id)
    return Move("review", key, ("open",), values(**columns))


def mark_due(house: House, *, limit: int) -> int:
    """Mark the open reviews whose clock has run out, and put away those whose checkout the shopper gave up."""
    now = house.clock.now()
    late, left = house.store.reviews_to_mark(now=now, limit=limit), house.store.reviews_left(limit=limit)
    for review in left:
        gone = changed(review, state="closed", outcome="withdrawn", closed_at=now)
        _told(house, gone, review=review, kind="review.withdrawn")
    for review in late:
        if review.review_id not in {known.review_id for known in left}:
            _told(house, changed(review, overdue_at=now), review=review, kind="review.overdue")
    return len(late) + len(left)


def _told(house: House, move: Move, *, review: Review, kind: str) -> None:
    purchase = house.store.purchase(review.checkout_id) if review.checkout_id else None
    event = happened(house, kind, review, checkout=purchase.checkout if purchase else None)
    with suppress(StateMoved):  # answered in this very moment
        house.commit(Changeset(moves=(move,), events=(event,)))


# telling the shopper -------------------------------------------------------------------------------------------------
def tell(house: House, *, review_id: str) -> bool:
    """Send the shopper a person's answer; an erased person gets none."""
    review = house.store.review(review_id)
    if review is None or review.new_decision_id is None:
        return True
    purchase = house.store.purchase(review.checkout_id) if review.checkout_id else None
    given = house.store.valid_pass(review.shopper_id)
    home = f"{house.settings.public_url}{house.settings.url_prefix}/account"
    facts = {"order": "", "url": home, "until": "", "amount": ""}
    locale, kind = house.settings.locales[0], f"review_{review.outcome}"
    if purchase is not None:
        locale, checkout = purchase.checkout.locale, purchase.checkout
        facts |= {"order": checkout.order_ref, "url": f"{home}/sign-in?checkout={checkout.checkout_id}"}
        facts["until"] = _day(checkout.expires_at)
    if given is not None and given.decision_id == review.new_decision_id:
        kind, facts["url"] = "review_passed", home
        facts |= {"amount": str(Money(given.limit_minor, given.currency)), "until": _day(given.expires_at)}
    text = house.translate(locale, TEXTS[kind]).format(**facts)
    message = house.message(kind, shopper_id=review.shopper_id, locale=locale, text=text)
    if message is not None:
        house.notifier.send(message)
    return True


def _day(instant: datetime) -> str:
    return instant.date().isoformat()
