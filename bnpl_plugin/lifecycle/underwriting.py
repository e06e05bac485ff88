"""The decision.

Facts → evidence → rules → rating → limit and price, recorded with inputs, policy version and reasons.
"""

from __future__ import annotations

from bnpl_plugin.credit.states import CHECKOUT
from bnpl_plugin.errors import NotYours
from bnpl_plugin.lifecycle import checkout as checkouts
from bnpl_plugin.lifecycle.enquiries import sourced
from bnpl_plugin.lifecycle.evidence import Ask, Facts, gather
from bnpl_plugin.lifecycle.house import House, values
from bnpl_plugin.lifecycle.judgement import recorded, turn, weigh
from bnpl_plugin.lifecycle.standing import EVENTS, priced, still_stands
from bnpl_plugin.ports.plan import Offer
from bnpl_plugin.ports.records import Checkout, CreditLine, Decision
from bnpl_plugin.ports.store import Changeset, Move

__all__ = ["Facts", "decide", "still_stands"]


def decide(house: House, *, checkout_id: str, facts: Facts) -> Decision:
    """Decide on a checkout, once; a second call returns the decision already recorded.

    Approved: the credit line exists, the offer is priced by the rating (never dearer than shown before). Raises
    ``InvalidInput`` (no plan chosen, a birth date in the future), ``NotYours`` (not identified), ``CheckoutExpired``.
    """
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
    policy, arm = turn(house, shopper_id=checkout.shopper_id)
    evidence = sourced(
        house, evidence, policy=policy, shopper_id=checkout.shopper_id, facts=facts, purpose_ref=checkout_id
    )
    judgement = weigh(policy, evidence, rules=house.rules, arm=arm)
    decision = recorded(house, judgement, shopper_id=checkout.shopper_id, checkout_id=checkout_id)
    house.commit(_recorded(house, checkout=checkout, offer=offer, decision=decision, facts=facts, line=line))
    return decision


def _recorded(
    house: House, *, checkout: Checkout, offer: Offer, decision: Decision, facts: Facts, line: CreditLine | None
) -> Changeset:
    now, outcome = house.clock.now(), decision.outcome
    change = values(
        state=CHECKOUT.advance(checkout.state, EVENTS[outcome]), decision_id=decision.decision_id, changed_at=now
    )
    rows: tuple[Decision | CreditLine, ...] = (decision,)
    if outcome == "approved":
        change = {**change, "offer": priced(house, checkout=checkout, offer=offer, rating=decision.rating).to_json()}
        if line is None:
            rows = (
                decision,
                CreditLine(
                    shopper_id=decision.shopper_id,
                    currency=checkout.currency,
                    state="open",
                    limit_minor=decision.limit_minor,
                    drawn_minor=0,
                    held_minor=0,
                    changed_at=now,
                ),
            )
    person = house.store.person(decision.shopper_id)
    assert person is not None
    told = {
        **house.seal.unseal(person.sealed),
        "full_name": facts.full_name.strip(),
        "birth_date": facts.birth_date.isoformat(),
    }
    return Changeset(
        moves=(
            Move("checkout", values(checkout_id=checkout.checkout_id), (checkout.state,), change),
            Move("person", values(shopper_id=person.shopper_id), (), values(sealed=house.seal.seal(told))),
        ),
        rows=rows,
        events=(
            house.event(
                f"credit.{outcome}",
                checkout,
                decision_id=decision.decision_id,
                rating=decision.rating,
                policy_version=decision.policy_version,
                reasons=decision.reasons["codes"],
                deliver=outcome == "declined",
            ),
        ),
    )
