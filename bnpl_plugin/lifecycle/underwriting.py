"""The decision.

Facts → evidence → rules → rating → limit and price, recorded with inputs, policy version and reasons.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bnpl_plugin.credit.states import CHECKOUT
from bnpl_plugin.errors import InvalidInput, NotYours
from bnpl_plugin.lifecycle import checkout as checkouts
from bnpl_plugin.lifecycle.house import House, values
from bnpl_plugin.lifecycle.objections import findings, monthly_due_minor
from bnpl_plugin.lifecycle.quotation import quote_plan
from bnpl_plugin.money import Rounding, divide
from bnpl_plugin.ports.plan import Offer
from bnpl_plugin.ports.platform import Order
from bnpl_plugin.ports.records import Checkout, CreditLine, Decision
from bnpl_plugin.ports.rule import Evidence, Finding, Verdict
from bnpl_plugin.ports.store import Changeset, Move

MAX_MONTHLY_MINOR = 10**10
EVENTS = {"approved": "approve", "referred": "refer", "declined": "decline"}


@dataclass(frozen=True, slots=True)
class Facts:
    """What the shopper tells for a decision. Money is a month's, in minor units of the checkout's currency."""

    full_name: str
    birth_date: date
    income_minor: int
    outgoings_minor: int
    consent: bool  # to the use of these facts for this decision; never pre-ticked

    def __post_init__(self) -> None:
        if not 2 <= len(self.full_name.strip()) <= 120:
            raise InvalidInput(field="full_name", fault="has the wrong length", accepted="2 to 120 characters")
        if not _is_name(self.full_name):  # it stands on an agreement: nothing unseen, nothing that turns the line round
            raise InvalidInput(field="full_name", fault="is not a name", accepted="letters, without control characters")
        for field, minor in (("income", self.income_minor), ("outgoings", self.outgoings_minor)):
            if not 0 <= minor <= MAX_MONTHLY_MINOR:
                raise InvalidInput(field=field, fault=f"is {minor}", accepted=f"0 to {MAX_MONTHLY_MINOR}")
        if not self.consent:
            raise InvalidInput(field="consent", fault="is not given", accepted="your explicit yes")


def _is_name(text: str) -> bool:
    """Whether a text can be read as a name: a letter in it, and no character that is not seen but two joiners."""
    seen = "".join(text.split()).replace("\u200c", "").replace("\u200d", "")
    return seen.isprintable() and any(letter.isalpha() for letter in seen)


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
    evidence = _evidence(house, checkout=checkout, offer=offer, facts=facts, line=line)
    found = findings(house, evidence)
    rating = _rating(house, evidence)
    limit_minor = line.limit_minor if line else _limit(house, evidence, rating)
    if line is None and not found and limit_minor < evidence.principal_minor:
        found = (Finding("exposure", Verdict.DECLINE, {"available_minor": str(limit_minor)}),)
    outcome = str(max((f.verdict for f in found), key=list(Verdict).index, default=Verdict.APPROVE))
    decision = Decision(
        shopper_id=checkout.shopper_id,
        decision_id=house.ids.new("dec"),
        checkout_id=checkout_id,
        policy_version=house.policy.version,
        outcome=outcome,
        rating=rating,
        currency=checkout.currency,
        limit_minor=limit_minor,
        inputs=evidence.to_json(),
        reasons={"codes": [f.code for f in found], "details": {f.code: dict(f.details) for f in found}},
        decided_at=house.clock.now(),
    )
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
        change = {**change, "offer": _priced(house, checkout=checkout, offer=offer, rating=decision.rating).to_json()}
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


def _priced(house: House, *, checkout: Checkout, offer: Offer, rating: str) -> Offer:
    fresh = quote_plan(
        house,
        order=Order.from_json(checkout.cart),
        country=checkout.country,
        merchant_id=checkout.merchant_id,
        plan_code=offer.plan_code,
        rating=rating,
        language=checkout.locale,
        time_zone=checkout.time_zone,
    )
    assert fresh.nominal_rate <= offer.nominal_rate or offer.rating is not None, (
        "a decision never makes an offer dearer"
    )
    return fresh


def _evidence(house: House, *, checkout: Checkout, offer: Offer, facts: Facts, line: CreditLine | None) -> Evidence:
    shopper_id = checkout.shopper_id or ""
    today = house.today(checkout.time_zone)
    born = facts.birth_date
    if born >= today or today.year - born.year > 130:
        raise InvalidInput(field="birth_date", fault=f"is {born}", accepted="a date in the past 130 years")
    history = house.store.history(shopper_id=shopper_id, currency=checkout.currency, now=house.clock.now())
    cap_minor = house.policy.caps_minor.get(checkout.currency, 0)
    return Evidence(
        country=checkout.country,
        currency=checkout.currency,
        age_years=today.year - born.year - ((today.month, today.day) < (born.month, born.day)),
        income_minor=facts.income_minor,
        outgoings_minor=facts.outgoings_minor,
        principal_minor=offer.schedule.principal_minor,
        first_today_minor=offer.first_minor,
        monthly_due_minor=monthly_due_minor(offer),
        line_limit_minor=line.limit_minor if line else None,
        line_used_minor=line.drawn_minor + line.held_minor if line else 0,
        product_cap_minor=cap_minor,
        other_currency_open=history.other_currency_open,
        open_loans=history.open_loans,
        instalments_in_arrears=history.instalments_in_arrears,
        decisions_last_day=history.decisions_last_day,
        loans_settled=history.loans_settled,
    )


def _rating(house: House, evidence: Evidence) -> str:
    score = house.policy.points(evidence)
    return next(rating for lowest, rating in house.policy.ratings if score >= lowest)


def _limit(house: House, evidence: Evidence, rating: str) -> int:
    return divide(evidence.product_cap_minor * house.policy.limit_bps[rating], by=10_000, rounding=Rounding.DOWN)
