"""A person's answer to a review: a new decision in the operator's name, and all that follows from it in one commit.

Approved: the checkout goes on, or a pass is given where its time is over. Declined: the reasons stand. What the law or
the books forbid no person can approve.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import Any

from bnpl_plugin.credit.states import CHECKOUT
from bnpl_plugin.errors import InvalidInput, StateMoved
from bnpl_plugin.lifecycle import credit_line, passes, persons, reviews
from bnpl_plugin.lifecycle.flash_sale import claiming
from bnpl_plugin.lifecycle.house import House, values
from bnpl_plugin.lifecycle.quotation import quote_plan
from bnpl_plugin.ports.plan import Offer
from bnpl_plugin.ports.platform import Order
from bnpl_plugin.ports.records import Checkout, CreditLine, Decision, Record, Review
from bnpl_plugin.ports.store import Changeset, Move

#: Reasons that no person may overrule: the law's own, and one open line a shopper (P3).
FINAL = frozenset({"age", "country", "student"})

#: How long a pass is good that a review gives.
PASS_SPAN = timedelta(days=7)


class Outcome(StrEnum):
    """What a person says."""

    APPROVED = "approved"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Case:
    """A review with what it is about. ``goes_on``: its checkout waits for the answer and can still be finished."""

    review: Review
    decision: Decision
    checkout: Checkout | None
    line: CreditLine | None
    goes_on: bool

    @property
    def principal_minor(self) -> int:
        """What was asked for; 0 for a prequalification."""
        return int(self.decision.inputs.get("principal_minor", 0))


def case_of(house: House, review: Review) -> Case:
    """Return a review with what it is about."""
    decision = house.store.decision(shopper_id=review.shopper_id, decision_id=review.decision_id)
    assert decision is not None, "a review is written with its decision"
    purchase = house.store.purchase(review.checkout_id) if review.checkout_id else None
    checkout = purchase.checkout if purchase else None
    goes_on = (
        checkout is not None
        and checkout.decision_id == decision.decision_id
        and checkout.state in ("referred", "declined")
        and checkout.expires_at > house.clock.now()
    )
    line = house.store.line(shopper_id=review.shopper_id, currency=decision.currency)
    return Case(review, decision, checkout, line, goes_on)


def told(house: House, review: Review) -> dict[str, Any]:
    """Return a review as the lender's systems and the command line are told of it; nothing names the shopper."""
    case = case_of(house, review)
    return {
        "review_id": review.review_id,
        "kind": review.kind,
        "state": review.state,
        "outcome": review.outcome,
        "shopper_id": review.shopper_id,
        "checkout_id": review.checkout_id,
        "decision_id": review.decision_id,
        "new_decision_id": review.new_decision_id,
        "principal_minor": case.principal_minor,
        "currency": case.decision.currency,
        "rating": case.decision.rating,
        "reasons": list(case.decision.reasons["codes"]),
        "operator": review.operator,
        "waits_for_second": review.state == "open" and review.proposal is not None,
        "limit_minor": limit_of(case),
        "goes_on": case.goes_on,
        "opened_at": review.opened_at.isoformat(),
        "due_at": review.due_at.isoformat(),
        "overdue": review.state == "open" and review.due_at <= house.clock.now(),
        "closed_at": review.closed_at.isoformat() if review.closed_at else None,
    }


def limit_of(case: Case) -> int:
    """Return the limit that an approval gives by itself: the open line's, else the decided one with room to buy."""
    if case.line is not None and case.line.state != "closed":
        return case.line.limit_minor
    return max(case.decision.limit_minor, case.principal_minor + _owed(case))


def _owed(case: Case) -> int:
    """Return what is drawn and held already, of an open line or of one that was closed."""
    return case.line.used_minor if case.line is not None else 0


def resolve(
    house: House, *, review_id: str, operator: str, outcome: str, note: str, limit_minor: int | None = None
) -> Review:
    """Answer a review and return it: closed, or open with a proposal when another operator must say the same.

    Args:
        house: the house.
        review_id: an open review.
        operator: who answers.
        outcome: "approved" or "declined".
        note: why, for the file; 3 to 2,000 characters. Never shown to the shopper.
        limit_minor: the credit line that an approval opens (default: ``limit_of``).

    Raises ``NotYours``, ``StateMoved`` (answered by another, or given up by the shopper), ``InvalidInput`` (an answer
    that the law, the line or the cap forbids), and as ``quote_plan`` where the offer can no longer be made.
    """
    review, name = reviews.open_review(house, review_id), reviews.operator_name(operator)
    if outcome not in list(Outcome):
        raise InvalidInput(field="outcome", fault=f"is {outcome[:40]!r}", accepted=", ".join(Outcome))
    told = reviews.readable(note, field="note")
    if len(told) < 3:
        raise InvalidInput(field="note", fault="is missing", accepted="why, in 3 to 2000 characters")
    case = case_of(house, review)
    if case.checkout is not None and case.checkout.state == "cancelled":
        raise StateMoved("the shopper has given the checkout up", guard="state")
    if outcome == Outcome.DECLINED:
        house.commit(_declined(house, case, operator=name, note=told))
        if case.goes_on and case.checkout is not None:
            claiming.let_go(house, house.purchase(case.checkout.checkout_id))
        return house.store.review(review_id) or review
    limit = _limit(house, case, asked_minor=limit_minor)
    if _needs_another(house, case, operator=name, limit_minor=limit):
        proposal = values(operator=name, limit_minor=limit, note=told, at=house.clock.now().isoformat())
        house.commit(Changeset(moves=(reviews.changed(review, proposal=proposal, operator=name),)))
    else:
        house.commit(_approved(house, case, operator=name, note=told, limit_minor=limit))
    return house.store.review(review_id) or review


# what may be approved ------------------------------------------------------------------------------------------------
def _limit(house: House, case: Case, *, asked_minor: int | None) -> int:
    """Return the limit to be decided. Raises ``InvalidInput`` for what no person can approve."""
    final = sorted(FINAL & set(case.decision.reasons["codes"]))
    if final:
        raise InvalidInput(field="outcome", fault=f"cannot overrule {final[0]}", accepted="declined")
    history = house.store.history(
        shopper_id=case.review.shopper_id, currency=case.decision.currency, now=house.clock.now()
    )
    if history.other_currency_open:
        raise InvalidInput(field="outcome", fault="finds a line open in another currency", accepted="declined")
    limit_minor, line = limit_of(case), case.line
    if line is not None and line.state == "frozen":
        raise InvalidInput(field="outcome", fault="finds the credit line frozen", accepted="unfreeze it first")
    if line is not None and line.state == "open":
        if asked_minor not in (None, line.limit_minor):
            raise InvalidInput(
                field="limit_minor", fault=f"is {asked_minor}", accepted=f"{line.limit_minor}, the open line's limit"
            )
        free_minor, needed_minor = line.limit_minor - line.used_minor, case.principal_minor if case.goes_on else 1
        if free_minor < needed_minor:
            raise InvalidInput(
                field="limit_minor", fault=f"leaves {free_minor} of the open line",
                accepted=f"{needed_minor} free: offer a raise of the line first",
            )  # fmt: skip
        return limit_minor
    cap_minor = _cap(house, case)
    wanted_minor = limit_minor if asked_minor is None else asked_minor
    lowest_minor = _owed(case) + (case.principal_minor if case.goes_on else 1)
    if not lowest_minor <= wanted_minor <= cap_minor:
        raise InvalidInput(field="limit_minor", fault=f"is {wanted_minor}", accepted=f"{lowest_minor} to {cap_minor}")
    return wanted_minor


def _cap(house: House, case: Case) -> int:
    """Return the most that one shopper may owe: the product's cap, the law's, the capital's."""
    cap_minor = int(case.decision.inputs.get("product_cap_minor", 0))
    law = house.countries.get(str(case.decision.inputs.get("country", "")))
    if law is None:
        return cap_minor
    top_minor = credit_line.ceiling_minor(
        house, country=law.code, currency=case.decision.currency, day=house.today(law.time_zone)
    )
    return cap_minor if top_minor is None else min(cap_minor, top_minor)


def _needs_another(house: House, case: Case, *, operator: str, limit_minor: int) -> bool:
    """Whether a second pair of eyes must approve the same; the first operator's own second yes does not count."""
    bounds = dict(part.split("=") for part in house.settings.four_eyes_above)
    bound = bounds.get(case.decision.currency)
    if bound is None or max(limit_minor, case.principal_minor) <= int(bound):
        return False
    first = case.review.proposal
    return first is None or first["operator"] == operator or first["limit_minor"] != limit_minor


# what is written -----------------------------------------------------------------------------------------------------
def _decided(house: House, case: Case, *, operator: str, outcome: Outcome, limit_minor: int) -> Decision:
    """Return the operator's decision: on the policy's inputs; what it objected to is overruled, or stands."""
    codes = list(case.decision.reasons["codes"])
    reasons = {**case.decision.reasons, "review_id": case.review.review_id}
    if outcome is Outcome.APPROVED:
        reasons |= {"codes": [], "overruled": codes}
    return replace(
        case.decision, decision_id=house.ids.new("dec"), decided_by=operator, outcome=str(outcome),
        limit_minor=limit_minor, reasons=reasons, decided_at=house.clock.now(),
    )  # fmt: skip


def _closing(house: House, case: Case, *, decision: Decision, note: str) -> Move:
    return reviews.changed(
        case.review, state="closed", outcome=decision.outcome, operator=decision.decided_by, note=note,
        new_decision_id=decision.decision_id, closed_at=house.clock.now(),
    )  # fmt: skip


def _declined(house: House, case: Case, *, operator: str, note: str) -> Changeset:
    decision = _decided(house, case, operator=operator, outcome=Outcome.DECLINED, limit_minor=case.decision.limit_minor)
    moves, checkout = [_closing(house, case, decision=decision, note=note)], case.checkout
    if case.goes_on and checkout is not None:
        change = values(decision_id=decision.decision_id, changed_at=house.clock.now())
        if checkout.state == "referred":
            change = {**change, "state": str(CHECKOUT.advance(checkout.state, "decline"))}
        moves.append(_of_checkout(checkout, change))
    return _written(house, case, decision=decision, moves=moves, rows=())


def _approved(house: House, case: Case, *, operator: str, note: str, limit_minor: int) -> Changeset:
    decision = _decided(house, case, operator=operator, outcome=Outcome.APPROVED, limit_minor=limit_minor)
    moves: list[Move] = [_closing(house, case, decision=decision, note=note)]
    if not case.goes_on or case.checkout is None:
        details = {"review_id": case.review.review_id}
        up_to_minor = limit_minor - _owed(case)
        passed = passes.issued(house, decision=decision, up_to_minor=up_to_minor, span=PASS_SPAN, details=details)
        written = _written(house, case, decision=decision, moves=[*moves, *passed.moves], rows=passed.rows)
        return replace(written, events=(*written.events, *passed.events))
    checkout, now = case.checkout, house.clock.now()
    change = values(
        state=str(CHECKOUT.advance(checkout.state, "approve" if checkout.state == "referred" else "overturn")),
        decision_id=decision.decision_id, offer=_priced(house, checkout, decision=decision).to_json(),
        expires_at=max(checkout.expires_at, now + timedelta(hours=house.settings.checkout_hours)), changed_at=now,
    )  # fmt: skip
    moves.append(_of_checkout(checkout, change))
    opened = credit_line.opening(house, decision=decision, line=case.line)
    written = _written(house, case, decision=decision, moves=[*moves, *opened.moves], rows=opened.rows)
    return replace(written, events=(*written.events, *opened.events))


def _of_checkout(checkout: Checkout, change: object) -> Move:
    key = values(checkout_id=checkout.checkout_id)
    expected = values(decision_id=checkout.decision_id)
    return Move("checkout", key, (checkout.state,), change, expected)  # type: ignore[arg-type]


def _written(house: House, case: Case, *, decision: Decision, moves: list[Move], rows: tuple[Record, ...]) -> Changeset:
    """Return everything that an answer writes: with its events, and a promise to tell the shopper."""
    review, checkout = case.review, case.checkout
    told = house.job("tell_review", stream=review.checkout_id or review.review_id, review_id=review.review_id)
    closed = reviews.happened(
        house, "review.closed", review, checkout=checkout, outcome=decision.outcome, decision_id=decision.decision_id
    )
    decided = reviews.happened(
        house, f"credit.{decision.outcome}", review, checkout=checkout, decision_id=decision.decision_id,
        rating=decision.rating, policy_version=decision.policy_version, reasons=decision.reasons["codes"],
        deliver=case.goes_on and checkout is not None and (checkout.state, decision.outcome) != ("declined",) * 2,
    )  # fmt: skip
    events = (closed, decided) if case.goes_on else (closed,)
    person = house.store.person(review.shopper_id)
    settled = None
    if person is not None:
        settled = persons.claim_settled(house, person, accepted=decision.outcome == Outcome.APPROVED)
    if settled is not None:
        moves = [*moves, settled]
    return Changeset(moves=tuple(moves), rows=(decision, *rows, told), events=events)


def _priced(house: House, checkout: Checkout, *, decision: Decision) -> Offer:
    """Return the chosen plan priced by the rating, as an approval by the policy is."""
    offer = Offer.from_json(checkout.offer or {})
    return quote_plan(
        house, order=Order.from_json(checkout.cart), country=checkout.country, merchant_id=checkout.merchant_id,
        plan_code=offer.plan_code, rating=decision.rating, policy_version=decision.policy_version,
        language=checkout.locale, time_zone=checkout.time_zone, down_payment_minor=offer.down_payment_minor,
    )  # fmt: skip
