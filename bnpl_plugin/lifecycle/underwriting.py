"""The decision.

Facts → evidence → rules → rating → limit and price, recorded with inputs, policy version and reasons.
"""

from __future__ import annotations

from contextlib import suppress

from bnpl_plugin.credit.states import CHECKOUT
from bnpl_plugin.errors import NotYours, StateMoved
from bnpl_plugin.lifecycle import checkout as checkouts
from bnpl_plugin.lifecycle import credit_line, down_payment, persons, reviews
from bnpl_plugin.lifecycle.enquiries import sourced
from bnpl_plugin.lifecycle.evidence import Ask, Facts, gather
from bnpl_plugin.lifecycle.flash_sale import claiming
from bnpl_plugin.lifecycle.house import House, values
from bnpl_plugin.lifecycle.judgement import Judgement, as_promised, recorded, turn, weigh
from bnpl_plugin.lifecycle.standing import EVENTS, priced, still_stands
from bnpl_plugin.ports.plan import Offer
from bnpl_plugin.ports.records import Checkout, CreditLine, Decision, Pass, Review
from bnpl_plugin.ports.rule import Evidence
from bnpl_plugin.ports.store import Changeset, Move

#: How often a decision is made anew when what it rests on has changed in that very moment.
_TURNS = 4

__all__ = ["Facts", "decide", "still_stands"]


def decide(house: House, *, checkout_id: str, facts: Facts, by_pass: Pass | None = None) -> Decision:
    """Decide on a checkout, once; a second call returns the decision already recorded.

    Approved: the credit line exists, a price above it is met by a down payment where the plan allows one
    (``down_payment``), the offer is priced by the rating (never dearer than shown before).
    With a pass, what a person overruled when giving it stays overruled, up to the pass's sum. Raises
    ``InvalidInput`` (no plan chosen, a birth date in the future), ``NotYours`` (not identified), ``CheckoutExpired``.
    """
    for _ in range(_TURNS - 1):
        with suppress(StateMoved):  # another checkout of the shopper's has just opened the line, or this one in a tab
            return _decide(house, checkout_id=checkout_id, facts=facts, by_pass=by_pass)
    return _decide(house, checkout_id=checkout_id, facts=facts, by_pass=by_pass)


def _decide(house: House, *, checkout_id: str, facts: Facts, by_pass: Pass | None) -> Decision:
    purchase = house.purchase(checkout_id)
    checkout = purchase.checkout
    if purchase.decision is not None:
        return purchase.decision
    checkouts.check_open(house, purchase)
    offer = checkouts.offer_of(checkout)
    if checkout.shopper_id is None:
        raise NotYours
    line = house.store.line(shopper_id=checkout.shopper_id, currency=checkout.currency)
    evidence = gather(
        house, shopper_id=checkout.shopper_id, country=checkout.country, currency=checkout.currency,
        time_zone=checkout.time_zone, facts=facts, ask=Ask.of(offer), line=line,
    )  # fmt: skip
    evidence = credit_line.seen(house, evidence, line=line, time_zone=checkout.time_zone)
    policy, arm = turn(house, shopper_id=checkout.shopper_id)
    evidence = sourced(
        house, evidence, policy=policy, shopper_id=checkout.shopper_id, facts=facts, purpose_ref=checkout_id
    )
    judgement = weigh(policy, evidence, rules=house.rules, arm=arm)
    if by_pass is not None:
        judgement = _as_passed(house, judgement, evidence=evidence, given=by_pass)
    offer, judgement = down_payment.decided(house, checkout=checkout, offer=offer, judgement=judgement, policy=policy)
    decision = recorded(house, judgement, shopper_id=checkout.shopper_id, checkout_id=checkout_id)
    house.commit(_recorded(house, checkout=checkout, offer=offer, decision=decision, facts=facts, line=line))
    if decision.outcome == "declined":
        claiming.let_go(house, purchase)
    return decision


def _as_passed(house: House, judgement: Judgement, *, evidence: Evidence, given: Pass) -> Judgement:
    """Return a judgement without what a person has overruled: a program does not take a person's word back."""
    behind = house.store.decision(shopper_id=given.shopper_id, decision_id=given.decision_id)
    overruled = frozenset(behind.reasons.get("overruled", ())) if behind else frozenset()
    if behind is None or not overruled:
        return judgement
    promised_minor = behind.limit_minor
    if evidence.line_limit_minor is not None:  # an open line's limit is its own: a pass never lifts it
        promised_minor = min(promised_minor, evidence.line_limit_minor)
    if evidence.line_used_minor + evidence.principal_minor > promised_minor:
        return judgement
    return as_promised(judgement, overruled=tuple(sorted(overruled)), promised_minor=promised_minor)


def _recorded(
    house: House, *, checkout: Checkout, offer: Offer, decision: Decision, facts: Facts, line: CreditLine | None
) -> Changeset:
    now, outcome = house.clock.now(), decision.outcome
    change = values(
        state=CHECKOUT.advance(checkout.state, EVENTS[outcome]), decision_id=decision.decision_id, changed_at=now
    )
    opened = Changeset()
    rows: tuple[Decision | Review, ...] = (decision,)
    if outcome == "referred":
        review = reviews.referral(house, decision=decision)
        rows, change = (decision, review), {**change, "expires_at": reviews.lives_until(checkout, review=review)}
    if outcome == "approved":
        change = {**change, "offer": priced(house, checkout=checkout, offer=offer, decision=decision).to_json()}
        opened = credit_line.opening(house, decision=decision, line=line)
    person = house.store.person(decision.shopper_id)
    assert person is not None
    return Changeset(
        moves=(
            Move("checkout", values(checkout_id=checkout.checkout_id), (checkout.state,), change),
            persons.retold(house, person, full_name=facts.full_name, birth_date=facts.birth_date),
            *opened.moves,
        ),
        rows=(*rows, *opened.rows),
        events=(
            house.event(
                f"credit.{outcome}",
                checkout,
                decision_id=decision.decision_id,
                rating=decision.rating,
                policy_version=decision.policy_version,
                reasons=decision.reasons["codes"],
                deliver=outcome in ("declined", "referred"),
            ),
            *opened.events,
        ),
    )
