"""Prequalification: "you can finance up to …", before there is an order and without a mark in any credit file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bnpl_plugin.errors import InvalidInput, LawMissing, NotYours, OfferExpired, StateMoved
from bnpl_plugin.lifecycle import access, credit_line, passes, persons, reviews
from bnpl_plugin.lifecycle.evidence import Ask, Facts, gather
from bnpl_plugin.lifecycle.house import House, values
from bnpl_plugin.lifecycle.judgement import judge, recorded
from bnpl_plugin.lifecycle.means import Means, means_of
from bnpl_plugin.lifecycle.told_facts import facts_of
from bnpl_plugin.lifecycle.underwriting import decide
from bnpl_plugin.ports.records import Decision, Pass, Person, Prequalification, Record
from bnpl_plugin.ports.rule import Evidence
from bnpl_plugin.ports.store import Changeset, Move

MAX_ASKED_MINOR = 10**12
_TRIES = 3

#: Why an approval gives no pass: nothing of the line is left, or no plan on sale fits the means.
NOTHING_LEFT, NO_PLAN_FITS = "exposure", "affordability"


@dataclass(frozen=True, slots=True)
class Prequalified:
    """The answer to the shopper. ``outcome``: "approved" with a pass, "rejected" with reason codes, or "referred"."""

    outcome: str
    decision: Decision
    given: Pass | None
    reasons: tuple[str, ...]


def prequalify(
    house: House, *, shopper_id: str, country: str, facts: Facts, prequalification_id: str | None = None,
    segments: Sequence[str] | None = None,
) -> Prequalified:  # fmt: skip
    """Decide how much a shopper could finance, and give a pass for it; a pass given before ends.

    Nothing is reserved, no order is needed, and no bureau is asked in a way that leaves a mark.

    Args:
        house: of the app.
        shopper_id: who has proved a phone number.
        country: whose law and currency.
        facts: as told now.
        prequalification_id: a shop's question that this answers.
        segments: what our host says of its customer now, kept with the person; None: it says nothing.

    Raises:
        UnsupportedCountry, LawMissing: nothing is lent there.
        InvalidInput: a fact that cannot be.
        NotYours: the shop's question is not known, for another phone, or for another country.
        OfferExpired: the shop's question is too old.
        ServiceNotOpen: the shopper is in no segment that is served.
    """
    law = house.country(country)
    missing = law.missing(day=house.today(law.time_zone), language=law.languages[0])
    if missing:
        raise LawMissing(country=country, value=missing[0])
    person = house.store.person(shopper_id)
    if person is None:
        raise NotYours
    access.check(house, segments=access.segments_of(house, shopper_id) if segments is None else segments)
    for turn in range(1, _TRIES + 1):
        question = None
        if prequalification_id is not None:
            question = _question(house, prequalification_id, person=person, country=country)
        try:
            return _prequalify(house, person=person, country=country, facts=facts, question=question, segments=segments)
        except StateMoved:  # another one of the same shopper's in this very moment
            if turn == _TRIES:
                raise
    raise AssertionError("unreachable")


def _prequalify(
    house: House, *, person: Person, country: str, facts: Facts, question: Prequalification | None,
    segments: Sequence[str] | None,
) -> Prequalified:  # fmt: skip
    law, shopper_id = house.country(country), person.shopper_id
    line = house.store.line(shopper_id=shopper_id, currency=law.currency)
    evidence = gather(
        house, shopper_id=shopper_id, country=country, currency=law.currency, time_zone=law.time_zone, facts=facts,
        ask=Ask(), line=line,
    )  # fmt: skip
    evidence = credit_line.seen(house, evidence, line=line, time_zone=law.time_zone)
    judgement = judge(house, evidence, shopper_id=shopper_id)
    decision = recorded(house, judgement, shopper_id=shopper_id, checkout_id=None)
    outcome, reasons, means = _answer(house, evidence, decision=decision)
    if outcome == "approved":
        span = timedelta(hours=house.settings.pass_hours)
        details = {"plan_code": means.plan_code, "monthly_due_minor": means.monthly_due_minor}
        passed = passes.issued(
            house, decision=decision, up_to_minor=means.up_to_minor, span=span, details=details
        )  # fmt: skip
    else:
        passed = passes.ended(house, shopper_id=shopper_id)
    told = passes.happened(
        house, f"prequalification.{outcome}", shopper_id=shopper_id, decision_id=decision.decision_id,
        rating=decision.rating, policy_version=decision.policy_version, currency=decision.currency,
        limit_minor=means.up_to_minor, reasons=list(reasons),
    )  # fmt: skip
    review: tuple[Record, ...] = (reviews.referral(house, decision=decision),) if outcome == "referred" else ()
    moves = (
        persons.retold(house, person, full_name=facts.full_name, birth_date=facts.birth_date, segments=segments),
        *passed.moves,
        *_answered(house, question, decision, outcome, means),
    )
    house.commit(Changeset(moves=moves, rows=(decision, *review, *passed.rows), events=(told, *passed.events)))
    given = next((row for row in passed.rows if isinstance(row, Pass)), None)
    return Prequalified(outcome, decision, given, reasons)


def _answer(house: House, evidence: Evidence, *, decision: Decision) -> tuple[str, tuple[str, ...], Means]:
    if decision.outcome == "referred":
        return "referred", (), Means()
    if decision.outcome != "approved":
        return "rejected", tuple(decision.reasons["codes"]), Means()
    available_minor = decision.limit_minor - evidence.line_used_minor
    means = means_of(house, evidence, decision=decision, available_minor=available_minor)
    if means.up_to_minor:
        return "approved", (), means
    return "rejected", (NO_PLAN_FITS if available_minor > 0 else NOTHING_LEFT,), means


# a checkout with a pass ----------------------------------------------------------------------------------------------
def decide_by_pass(house: House, *, checkout_id: str) -> Decision | None:
    """Decide on the checkout of a shopper with a valid pass, on the facts that were told for it; None without one.

    Decided anew on fresh evidence: if the score has dropped since, the shopper is told so, with reasons. Raises as
    ``underwriting.decide``.
    """
    checkout = house.purchase(checkout_id).checkout
    if checkout.shopper_id is None or checkout.state != "opened" or checkout.offer is None:
        return None
    given = passes.valid(
        house, shopper_id=checkout.shopper_id, country=checkout.country, currency=checkout.currency
    )  # fmt: skip
    behind = house.store.decision(shopper_id=given.shopper_id, decision_id=given.decision_id) if given else None
    known = facts_of(house, behind) if behind else None
    if known is None:
        return None
    return decide(house, checkout_id=checkout_id, facts=known.facts, by_pass=given)


# a shop's question ---------------------------------------------------------------------------------------------------
def ask(
    house: House, *, merchant_id: str, country: str, asked_minor: int = 0, phone_hash: str | None = None,
    locale: str = "en", return_url: str = "", prequalification_id: str = "",
) -> Prequalification:  # fmt: skip
    """Note a shop's question and return it; the shopper answers it at our address, and the shop sees no facts.

    Args:
        house: of the app.
        merchant_id: who asks.
        country: whose law and currency.
        asked_minor: what the shop would like to see financed, in minor units; 0: nothing said.
        phone_hash: the keyed hash of the one phone number that may answer; None: any.
        locale: language of the pages.
        return_url: where the shopper goes back to; "" for nowhere.
        prequalification_id: the id to give it; one that is there already is returned as it is. "": a new one.

    Raises ``InvalidInput``, ``UnsupportedCountry``.
    """
    law = house.country(country)
    if not 0 <= asked_minor <= MAX_ASKED_MINOR:
        raise InvalidInput(field="amount_minor", fault=f"is {asked_minor}", accepted=f"0 to {MAX_ASKED_MINOR}")
    known = house.store.lines.prequalification(prequalification_id) if prequalification_id else None
    if known is not None:
        return known
    now = house.clock.now()
    question = Prequalification(
        prequalification_id=prequalification_id or house.ids.new("pre"),
        merchant_id=merchant_id,
        country=country,
        currency=law.currency,
        asked_minor=asked_minor,
        phone_hash=phone_hash,
        locale=locale,
        return_url=return_url,
        state="pending",
        shopper_id=None,
        decision_id=None,
        up_to_minor=0,
        opened_at=now,
        expires_at=now + timedelta(hours=house.settings.checkout_hours),
        changed_at=now,
    )
    house.commit(Changeset(rows=(question,)))
    return question


def state_of(house: House, question: Prequalification) -> str:
    """Return how a shop's question stands: pending, approved, rejected or expired.

    An approval stands as long as its pass does: revoked, replaced or past its time, it is expired.
    """
    now = house.clock.now()
    if question.state == "pending":
        return "expired" if question.expires_at <= now else "pending"
    if question.state == "approved":
        given = passes.valid(house, shopper_id=question.shopper_id or "")
        return "approved" if given and given.decision_id == question.decision_id else "expired"
    return question.state


def open_question(house: House, prequalification_id: str) -> Prequalification:
    """Return a shop's question that waits for its answer. Raises ``NotYours``, ``OfferExpired``."""
    question = house.store.lines.prequalification(prequalification_id)
    if question is None:
        raise NotYours
    if question.state != "pending" or question.expires_at <= house.clock.now():
        raise OfferExpired(expired_at=question.expires_at.isoformat())
    return question


def _question(house: House, prequalification_id: str, *, person: Person, country: str) -> Prequalification:
    question = open_question(house, prequalification_id)
    if question.phone_hash not in (None, person.phone_hash) or question.country != country:
        raise NotYours
    return question


def _answered(
    house: House, question: Prequalification | None, decision: Decision, outcome: str, means: Means
) -> tuple[Move, ...]:
    """Return the move that answers a shop's question: never more than it asked for, and never why."""
    if question is None or outcome == "referred":
        return ()
    up_to_minor = min(means.up_to_minor, question.asked_minor or means.up_to_minor)
    change: dict[str, Any] = {
        "state": outcome, "shopper_id": decision.shopper_id, "decision_id": decision.decision_id,
        "up_to_minor": up_to_minor, "changed_at": house.clock.now(),
    }  # fmt: skip
    key = values(prequalification_id=question.prequalification_id)
    return (Move("prequalification", key, ("pending",), change),)
