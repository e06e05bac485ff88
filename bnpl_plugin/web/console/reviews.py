"""The human queue: what waits for a person, oldest clock first, and one review with all that it is decided on."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from bnpl_plugin.errors import BnplError, InvalidInput, NotYours, StateMoved
from bnpl_plugin.lifecycle import resolution, reviews
from bnpl_plugin.money.amount import Money
from bnpl_plugin.ports.records import Decision, Review
from bnpl_plugin.web import current, forms, wording
from bnpl_plugin.web.console.doors import page
from bnpl_plugin.web.figures import View
from bnpl_plugin.web.frame import house_place, words_of
from bnpl_plugin.web.locale import Translator

STATES = ("open", "closed")


def index(*, notice: str = "", status: int = 200) -> Response:
    """The queue: open reviews, the one due first first; or those that were answered."""
    asked = request.args.get("state", "open")
    state = asked if asked in STATES else "open"
    found = current.house().reads.reviews(state=state, cursor=request.args.get("cursor", "")[:200] or None)
    t = words_of(house_place())
    further = found.next_cursor
    return page(
        "reviews", status=status, notice=notice, state=state, reviews=[_line(t, review) for review in found.rows],
        open_url=url_for("bnpl.console.reviews"), closed_url=url_for("bnpl.console.reviews", state="closed"),
        next_url=url_for("bnpl.console.reviews", state=state, cursor=further) if further else "",
    )  # fmt: skip


def _line(t: Translator, review: Review) -> View:
    house = current.house()
    case = resolution.case_of(house, review)
    return {
        "review_id": review.review_id,
        "kind": review.kind,
        "state": review.state,
        "outcome": review.outcome or "",
        "order_ref": case.checkout.order_ref if case.checkout else "",
        "shopper_ref": review.shopper_id,
        "opened_at": review.opened_at,
        "due_at": review.due_at,
        "late": review.state == "open" and review.due_at <= house.clock.now(),
        "operator": review.operator or "",
        "waits_for_second": review.state == "open" and review.proposal is not None,
        "rating": case.decision.rating,
        "principal_minor": case.principal_minor,
        "currency": case.decision.currency,
        "reasons": _reasons(t, case.decision),
        "url": url_for("bnpl.console.review", review_id=review.review_id),
    }


def _reasons(t: Translator, made: Decision) -> list[View]:
    rules = current.house().rules
    codes = [*made.reasons["codes"], *made.reasons.get("overruled", ())]
    return [{"code": code, "text": t.gettext(rules[code].reason) if code in rules else code} for code in codes]


def one(review_id: str, *, error: str = "", typed: View | None = None, status: int = 200) -> Response:
    """One review: what was asked, what the policy objected to, what the shopper says, what came before."""
    house, t = current.house(), words_of(house_place())
    review = house.store.review(review_id)
    if review is None:
        raise NotYours
    case = resolution.case_of(house, review)
    told = resolution.limit_of(case)
    return page(
        "review", status=status, error=error,
        review={
            **_line(t, review),
            "statement": reviews.statement_of(house, review),
            "note": review.note or "",
            "closed_at": review.closed_at,
            "goes_on": case.goes_on,
            "proposal": dict(review.proposal) if review.proposal else None,
            "checkout_state": case.checkout.state if case.checkout else "",
        },
        decision=_decision(t, case.decision), line=_room(case), history=[_past(t, made) for made in _others(review)],
        typed=typed or {"limit": _major(told, case.decision.currency), "note": ""},
        limit_open=case.line is None or case.line.state == "closed", me=current.operator() or "",
        action_url=url_for("bnpl.console.resolve", review_id=review_id),
        take_url=url_for("bnpl.console.take", review_id=review_id), queue_url=url_for("bnpl.console.reviews"),
    )  # fmt: skip


def _decision(t: Translator, made: Decision) -> View:
    return {
        "outcome": made.outcome,
        "rating": made.rating,
        "policy_version": made.policy_version,
        "decided_at": made.decided_at,
        "limit_minor": made.limit_minor,
        "reasons": _reasons(t, made),
        "inputs": [
            {"name": name, "value": "–" if value is None else str(value)} for name, value in made.inputs.items()
        ],
    }


def _room(case: resolution.Case) -> View | None:
    line = case.line
    if line is None:
        return None
    return {
        "state": line.state,
        "limit_minor": line.limit_minor,
        "drawn_minor": line.drawn_minor,
        "held_minor": line.held_minor,
    }


def _others(review: Review) -> list[Decision]:
    found = current.house().reads.decisions_of(review.shopper_id)
    return [made for made in found if made.decision_id != review.decision_id][:20]


def _past(t: Translator, made: Decision) -> View:
    return {
        "decided_at": made.decided_at,
        "decided_by": made.decided_by,
        "outcome": made.outcome,
        "rating": made.rating,
        "limit_minor": made.limit_minor,
        "currency": made.currency,
        "reasons": _reasons(t, made),
    }


def take(review_id: str) -> BaseResponse:
    """Note that this operator works on a review."""
    with suppress(StateMoved):  # answered in this very moment: the page says so
        reviews.take(current.house(), review_id=review_id, operator=current.operator() or "")
    return redirect(url_for("bnpl.console.review", review_id=review_id), 303)


def resolve(review_id: str) -> BaseResponse:
    """Answer a review in this operator's name; an answer that came too late, or is not allowed, is told."""
    house, t = current.house(), words_of(house_place())
    typed: dict[str, Any] = {name: request.form.get(name, "").strip()[:20_000] for name in ("limit", "note")}
    try:
        resolution.resolve(
            house, review_id=review_id, operator=current.operator() or "", outcome=request.form.get("outcome", ""),
            note=typed["note"], limit_minor=_limit(review_id, typed["limit"]),
        )  # fmt: skip
    except StateMoved as error:
        return one(review_id, error=wording.told(t, error), status=409)
    except InvalidInput as error:
        return one(review_id, error=error.public_message(t.gettext), typed=typed, status=422)
    except NotYours:
        raise
    except BnplError as error:  # the offer can no longer be made: its plan, price or law has gone
        return one(review_id, error=wording.told(t, error), typed=typed, status=422)
    return redirect(url_for("bnpl.console.review", review_id=review_id), 303)


def _limit(review_id: str, text: str) -> int | None:
    """Return a typed limit in minor units; "" for the one that stands. Raises ``InvalidInput``."""
    if not text:
        return None
    review = current.house().store.review(review_id)
    if review is None:
        raise NotYours
    code = resolution.case_of(current.house(), review).decision.currency
    return forms.typed_minor(text, code=code, field="limit_minor")


def _major(minor: int, currency: str) -> str:
    return str(Money(minor, currency).decimal)
