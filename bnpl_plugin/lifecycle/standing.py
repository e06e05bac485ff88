"""A decision before it is drawn on: made again when its policy has been withdrawn, or when it has grown old.

After the signature the lender is bound (CCD2 Art. 18(7)): nothing here is asked then.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bnpl_plugin.credit.states import CHECKOUT
from bnpl_plugin.errors import CreditDeclined, DecisionMissing, OfferUnavailable
from bnpl_plugin.lifecycle import credit_line, reviews
from bnpl_plugin.lifecycle.enquiries import sourced
from bnpl_plugin.lifecycle.evidence import Ask, gather
from bnpl_plugin.lifecycle.flash_sale import claiming
from bnpl_plugin.lifecycle.house import House, values
from bnpl_plugin.lifecycle.judgement import recorded, turn, weigh
from bnpl_plugin.lifecycle.line_words import LineReason
from bnpl_plugin.lifecycle.quotation import quote_plan
from bnpl_plugin.lifecycle.subsidies import pricing
from bnpl_plugin.lifecycle.told_facts import facts_of
from bnpl_plugin.ports.plan import Offer
from bnpl_plugin.ports.platform import Order
from bnpl_plugin.ports.records import Checkout, CreditLine, Decision, LimitChange, Review
from bnpl_plugin.ports.store import Changeset, Move, Purchase

#: How long a decision is drawn on as it is; later the shopper's present standing is looked at again.
FRESH = timedelta(hours=1)

EVENTS = {"approved": "approve", "referred": "refer", "declined": "decline"}


def still_stands(house: House, purchase: Purchase, *, giving_back: Changeset | None = None) -> Purchase:
    """Return the purchase with a decision that may be drawn on now; decided again where the old one may not.

    Decided again, by the present champion or challenger, on fresh evidence and the facts once told: approved goes on,
    the offer never dearer than shown. ``giving_back`` ends the checkout's hold if not. A person's decision stands.

    Raises:
        CreditDeclined: declined now; the checkout is ended, with its reasons.
        DecisionMissing: a person must look at it now.
    """
    old, checkout = purchase.decision, purchase.checkout
    if old is None or old.decided_by != "policy" or checkout.agreement_id is not None:
        return purchase
    is_new = house.clock.now() < old.decided_at + FRESH
    withdrawn = purchase.policy_state == "withdrawn"
    if is_new and not withdrawn:
        return purchase
    decision = _again(house, purchase, old=old, withdrawn=withdrawn)
    house.commit(_changed(house, purchase, old=old, decision=decision, giving_back=giving_back or Changeset()))
    if decision.outcome == "declined":
        claiming.let_go(house, purchase)
        raise CreditDeclined(reasons=tuple(decision.reasons["codes"]))
    if decision.outcome == "referred":
        raise DecisionMissing(checkout_id=checkout.checkout_id)
    return house.purchase(checkout.checkout_id)


def _again(house: House, purchase: Purchase, *, old: Decision, withdrawn: bool) -> Decision:
    checkout = purchase.checkout
    told = facts_of(house, old)
    if told is None:
        raise DecisionMissing(checkout_id=checkout.checkout_id)
    line = house.store.line(shopper_id=old.shopper_id, currency=checkout.currency)
    if line is not None:
        line = _before_us(purchase, line, old=old, withdrawn=withdrawn)
    evidence = gather(
        house, shopper_id=old.shopper_id, country=checkout.country, currency=checkout.currency,
        time_zone=checkout.time_zone, facts=told.facts, ask=Ask.of(Offer.from_json(checkout.offer or {})), line=line,
    )  # fmt: skip
    evidence = credit_line.seen(house, evidence, line=line, time_zone=checkout.time_zone)
    policy, arm = turn(house, shopper_id=old.shopper_id)
    evidence = sourced(
        house, evidence, policy=policy, shopper_id=old.shopper_id, facts=told.facts, purpose_ref=checkout.checkout_id
    )
    judgement = weigh(policy, evidence, rules=house.rules, arm=arm)
    return recorded(house, judgement, shopper_id=old.shopper_id, checkout_id=checkout.checkout_id)


def _before_us(purchase: Purchase, line: CreditLine, *, old: Decision, withdrawn: bool) -> CreditLine | None:
    """Return the line without this purchase's own hold; none if the withdrawn policy had opened it and nothing else."""
    hold = purchase.hold
    own_minor = hold.financed_minor if hold is not None and hold.live else 0
    held_minor = line.held_minor - own_minor
    opened_it = withdrawn and old.inputs.get("line_limit_minor") is None
    if opened_it and line.drawn_minor == 0 and held_minor == 0 and line.limit_minor == old.limit_minor:
        return None
    return replace(line, held_minor=held_minor)


def _changed(
    house: House, purchase: Purchase, *, old: Decision, decision: Decision, giving_back: Changeset
) -> Changeset:
    checkout, now = purchase.checkout, house.clock.now()
    change = values(decision_id=decision.decision_id, changed_at=now)
    kind, back = f"credit.{decision.outcome}", giving_back
    if decision.outcome == "approved":
        offer = Offer.from_json(checkout.offer or {})
        priced_now = priced(house, checkout=checkout, offer=offer, decision=decision)
        change, kind, back = {**change, "offer": priced_now.to_json()}, "credit.reaffirmed", Changeset()
    else:
        change = {**change, "state": CHECKOUT.advance(checkout.state, EVENTS[decision.outcome])}
    rows: tuple[Decision | Review | LimitChange, ...] = (decision,)
    if decision.outcome == "referred":
        review = reviews.referral(house, decision=decision)
        rows, change = (decision, review), {**change, "expires_at": reviews.lives_until(checkout, review=review)}
    moves = [
        Move(
            "checkout", values(checkout_id=checkout.checkout_id), (checkout.state,), change,
            expect=values(decision_id=old.decision_id),
        )
    ]  # fmt: skip
    if decision.inputs["line_limit_minor"] is None and decision.limit_minor < old.limit_minor:
        key = values(shopper_id=old.shopper_id, currency=checkout.currency)
        lowered = LimitChange(
            shopper_id=old.shopper_id, limit_change_id=house.ids.new("lch"), currency=checkout.currency, kind="lower",
            state="effective", from_minor=old.limit_minor, to_minor=decision.limit_minor,
            reason=LineReason.NEW_DECISION, decision_id=decision.decision_id, told_at=now, effective_at=now,
            expires_at=None, changed_at=now,
        )  # fmt: skip
        rows = (*rows, lowered)
        moves.append(
            Move(
                "credit_line", key, ("open",), values(limit_minor=decision.limit_minor, changed_at=now),
                expect=values(limit_minor=old.limit_minor, drawn_minor=0),
            )
        )  # fmt: skip
    event = house.event(
        kind, checkout, decision_id=decision.decision_id, rating=decision.rating,
        policy_version=decision.policy_version, reasons=decision.reasons["codes"],
        deliver=decision.outcome in ("declined", "referred"),
    )  # fmt: skip
    return Changeset(
        moves=(*moves, *back.moves), rows=rows, events=(event,), lines=back.lines, units=back.units,
        rooms=back.rooms, pools=back.pools,
    )  # fmt: skip


def priced(house: House, *, checkout: Checkout, offer: Offer, decision: Decision) -> Offer:
    """Return the offer at the price of a decision's rating, by the policy that gave it.

    The price that was shown is kept while it is good and this one dearer.

    A special price that has ended in between is left for the hold to refuse: never replaced by a dearer one unasked.
    """
    is_good = offer.expires_at > house.clock.now() and offer.schedule.drawdown_on == house.today(checkout.time_zone)
    try:
        fresh = _quoted(house, checkout=checkout, offer=offer, decision=decision)
    except OfferUnavailable as error:  # the policy has grown dearer than the law allows: the price shown is lawful
        if is_good and error.details["reason"] == "rate_above_cap":
            return replace(offer, rating=decision.rating)
        raise
    if fresh.nominal_rate > offer.nominal_rate and offer.subsidy_id is not None:
        promised = pricing.promised(house, subsidy_id=offer.subsidy_id)
        fresh = _quoted(house, checkout=checkout, offer=offer, decision=decision, budgets=promised)
    shown_stands = offer.expires_at > house.clock.now() and offer.schedule.drawdown_on == fresh.schedule.drawdown_on
    same_price = fresh.schedule == offer.schedule and offer.rating is not None
    if shown_stands and (same_price or fresh.schedule.finance_charge_minor > offer.schedule.finance_charge_minor):
        return offer if same_price else replace(offer, rating=decision.rating)  # what we signed, we keep
    return fresh


def _quoted(
    house: House, *, checkout: Checkout, offer: Offer, decision: Decision, budgets: pricing.Budgets | None = None
) -> Offer:
    return quote_plan(
        house,
        order=Order.from_json(checkout.cart),
        country=checkout.country,
        merchant_id=checkout.merchant_id,
        plan_code=offer.plan_code,
        rating=decision.rating,
        policy_version=decision.policy_version,
        language=checkout.locale,
        time_zone=checkout.time_zone,
        down_payment_minor=offer.down_payment_minor,
        budgets=budgets,
    )
