"""How much could I finance? Asked before there is an order: phone proved, a few facts told, the answer shown.

``/prequalify`` is the shopper's own question, ``/prequalify/<id>`` one that a shop asked through its API. The shop is
told yes or no and a sum, never a fact or a reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from bnpl_plugin.errors import InvalidInput, NotYours, OfferExpired
from bnpl_plugin.lifecycle import access, decline_notice, prequalification, reviews
from bnpl_plugin.lifecycle.evidence import Facts
from bnpl_plugin.ports.records import Decision, Pass, Prequalification
from bnpl_plugin.web import current, forms, wording
from bnpl_plugin.web.account.sign_in import HOME
from bnpl_plugin.web.checkout import terms
from bnpl_plugin.web.figures import View
from bnpl_plugin.web.frame import Place, allow_leaving_to, house_place, render, words_of

_FIELDS = {"birth_date": "birth_on", "income": "monthly_income", "outgoings": "monthly_outgoings"}
_NAMES = ("full_name", "birth_on", "monthly_income", "monthly_outgoings")


@dataclass(frozen=True, slots=True)
class _Asked:
    """Who asks, and for which country; ``question`` is a shop's."""

    question: Prequalification | None
    country: str
    place: Place

    @property
    def ident(self) -> str:
        return self.question.prequalification_id if self.question else ""

    def url(self, view: str) -> str:
        return url_for(f"bnpl.prequalify.{view}", ident=self.ident or None)


def ask(ident: str = "") -> Response:
    """Ask for the facts of whoever has proved a phone number in the past hour; others prove it first."""
    shopper_id = current.shopper_id(fresh=True)
    if shopper_id is None:
        country = request.args.get("country")  # the storefront's: whose money and law the answer is in
        return redirect(url_for("bnpl.account.sign_in", to=f"prequalify.{ident}", country=country), 303)
    asked, segments = _asked(ident), _segments(ident)
    access.check(
        current.house(), segments=access.segments_of(current.house(), shopper_id) if segments is None else segments
    )
    if request.method == "GET":
        return _form(asked, typed={}, errors={})
    return _answer(asked, shopper_id=shopper_id)


def _segments(ident: str) -> tuple[str, ...] | None:
    """Return what our host says of its customer; None for another shop's question, or of a guest."""
    return access.segments_told(current.house(), None if ident else current.customer())


def _asked(ident: str) -> _Asked:
    """Return what is asked. Raises ``NotYours``, ``OfferExpired`` for a shop's question that waits no more."""
    house = current.house()
    if not ident:
        customer = current.customer()
        wishes = (request.values.get("country", ""), customer.country if customer else "", HOME[current.words().locale])
        country = next((wish for wish in wishes if wish in house.countries), next(iter(house.countries)))
        place = house_place()
        return _Asked(None, country, Place(place.merchant_name, country=country))
    question = prequalification.open_question(house, ident)
    shop = house.store.merchant(question.merchant_id)
    if question.return_url:
        allow_leaving_to(question.return_url)
    name = shop.name if shop else house_place().merchant_name
    place = Place(name, back_url=question.return_url, country=question.country, locale=question.locale)
    return _Asked(question, question.country, place)


def _form(asked: _Asked, *, typed: Mapping[str, str], errors: Mapping[str, str], status: int = 200) -> Response:
    t = words_of(asked.place)
    consent = {
        "name": "consent",
        "title": t.gettext("You may use these facts to say how much I could finance"),
        "text": t.gettext(
            "They are encrypted. For %(days)s days a purchase may be decided on them without asking you again.",
            days=max(current.house().settings.pass_hours // 24, 1),
        ),
        "required": True,
    }
    values = {**{name: typed.get(name, "") for name in _NAMES}, "country": asked.country}
    return render(
        "account/prequalify.html", place=asked.place, status=status, currency=_currency(asked), values=values,
        errors=dict(errors), consents=[consent], countries=terms.countries(t), action_url=asked.url("ask"),
        shop_name=asked.place.merchant_name if asked.question else "", shown_country=asked.country,
        asks_student=terms.asks_student(asked.country), early=("", None),  # no sale: nothing is kept or in line
    )  # fmt: skip


def _currency(asked: _Asked) -> str:
    return current.house().country(asked.country).currency


def _answer(asked: _Asked, *, shopper_id: str) -> Response:
    t = words_of(asked.place)
    found = forms.read(forms.FactsForm(), request.form, t=t)
    if (
        not asked.question and request.form.get("shown_country") != asked.country
    ):  # the sums were typed in another money
        text = t.gettext("Please type the sums in %(currency)s.", currency=_currency(asked))
        blank = {"monthly_income": "", "monthly_outgoings": ""}
        return _form(asked, typed={**found.typed, **blank}, errors={"monthly_income": text}, status=422)
    asks_student = terms.asks_student(asked.country)
    errors = forms.facts_errors(found, country=asked.country, t=t, asks_student=asks_student)
    if errors:
        return _form(asked, typed=found.typed, errors=errors, status=422)
    currency = _currency(asked)
    try:
        facts = Facts(
            full_name=found.data["full_name"],
            birth_date=found.data["birth_on"],
            income_minor=forms.minor(found.data["monthly_income"], code=currency),
            outgoings_minor=forms.minor(found.data["monthly_outgoings"], code=currency),
            consent=found.data["consent"],
            student=found.data.get("student") == "yes" if asks_student else None,
        )
        prequalification.prequalify(
            current.house(), shopper_id=shopper_id, country=asked.country, facts=facts,
            prequalification_id=asked.ident or None, segments=_segments(asked.ident),
        )  # fmt: skip
    except InvalidInput as error:
        field = str(error.details["field"])
        return _form(
            asked, typed=found.typed, errors={_FIELDS.get(field, field): wording.told(t, error)}, status=422
        )  # fmt: skip
    return redirect(url_for("bnpl.prequalify.answer", ident=asked.ident or None), 303)


# the answer ----------------------------------------------------------------------------------------------------------
def answer(ident: str = "", *, error: str = "", statement: str = "", status: int = 200) -> Response:
    """The answer: up to how much and for how long, or why not, with the shopper's rights."""
    shopper_id = current.shopper_id()
    if shopper_id is None:
        return redirect(url_for("bnpl.account.sign_in", to=f"prequalify.{ident}"), 303)
    house, question = current.house(), _answered(ident, shopper_id=shopper_id)
    decision = _decision(shopper_id, question=question)
    if decision is None:
        return redirect(url_for("bnpl.prequalify.ask"), 303)
    law = house.country(str(decision.inputs["country"]))
    place = _place(question, country=law.code, time_zone=law.time_zone)
    given = next((p for p in _passes(shopper_id) if p.decision_id == decision.decision_id), None)
    view = _view(decision, given, place=place)
    too_young = any(reason["code"] == "age" for reason in view["reasons"])  # no other fact changes that
    return render(
        "account/prequalified.html", place=place, status=status, answer=view,
        notice=_notice(decision, place=place) if view["outcome"] == "declined" else None,
        tz=law.time_zone, review=_review(decision, ident=ident), statement=statement, error=error,
        again_url="" if too_young else url_for("bnpl.prequalify.ask"), account_url=url_for("bnpl.account.limit"),
        shop_name=place.merchant_name if question else "",
    )  # fmt: skip


def _notice(decision: Decision, *, place: Place) -> View:
    """Return what the law wants said of a decline, and record that it is shown."""
    return decline_notice.present_without_order(
        current.house(), decision=decision, country=place.country, time_zone=place.time_zone,
        language=words_of(place).locale, codes=_why_no_pass(decision),
    )  # fmt: skip


def _answered(ident: str, *, shopper_id: str) -> Prequalification | None:
    if not ident:
        return None
    question = current.house().store.lines.prequalification(ident)
    if question is None or question.shopper_id not in (None, shopper_id):
        raise NotYours
    return question


def _place(question: Prequalification | None, *, country: str, time_zone: str) -> Place:
    if question is None:
        return Place(house_place().merchant_name, country=country, time_zone=time_zone)
    shop = current.house().store.merchant(question.merchant_id)
    name = shop.name if shop else house_place().merchant_name
    return Place(
        name, back_url=question.return_url, country=country, locale=question.locale, time_zone=time_zone
    )  # fmt: skip


def _passes(shopper_id: str) -> Sequence[Pass]:
    return current.house().store.lines.passes(shopper_id=shopper_id)


def _decision(shopper_id: str, *, question: Prequalification | None) -> Decision | None:
    """Return the decision that the page tells of: the shop's question's, else the newest made without an order.

    A person's counts once it has given a pass; what an operator asked about the limit is no answer to the shopper.
    """
    house = current.house()
    if question is not None and question.decision_id is not None:
        return house.store.decision(shopper_id=shopper_id, decision_id=question.decision_id)
    gave = {given.decision_id for given in _passes(shopper_id)}
    for one in house.store.lines.decisions(shopper_id=shopper_id):
        asked = one.checkout_id is None and one.decided_by == "policy" and "asked_for" not in one.reasons
        if asked or (one.decided_by != "policy" and one.decision_id in gave):
            return one
    return None


def _view(decision: Decision, given: Pass | None, *, place: Place) -> View:
    house, t = current.house(), words_of(place)
    outcome = decision.outcome if decision.outcome != "approved" or given else "declined"
    if given is not None and (given.state != "valid" or given.expires_at <= house.clock.now()):
        outcome = "expired"  # it was an approval: nobody is told that it was a refusal
    codes = list(decision.reasons["codes"]) or _why_no_pass(decision)
    return {
        "outcome": outcome,
        "up_to_minor": given.limit_minor if given else 0,
        "monthly_minor": int(given.details.get("monthly_due_minor", 0)) if given else 0,
        "currency": decision.currency,
        "expires_at": given.expires_at if given else None,
        "decided_at": decision.decided_at,
        "reasons": [
            {"code": code, "text": t.gettext(told)}
            for code in (codes if outcome == "declined" else ())
            if (told := house.reason(code)) is not None
        ],
    }


def _why_no_pass(decision: Decision) -> list[str]:
    """Return why an approval by the rules gave no pass: nothing of the line is left, or no plan fits the means."""
    left_minor = decision.limit_minor - int(decision.inputs.get("line_used_minor", 0))
    return [prequalification.NO_PLAN_FITS if left_minor > 0 else prequalification.NOTHING_LEFT]


def _review(decision: Decision, *, ident: str) -> View:
    house, url = current.house(), url_for("bnpl.prequalify.review", ident=ident or None)
    known = reviews.review_of(house, decision=decision)
    if known is not None:
        return {"state": "requested" if known.state == "open" else "answered", "due_at": known.due_at, "url": url}
    refused = reviews.is_refusal(house, decision=decision)
    return {"state": "possible" if refused else "none", "due_at": None, "url": url}


def review(ident: str = "") -> Response:
    """Have a person look at a rejection, with the shopper's own view of it."""
    shopper_id = current.shopper_id()
    if shopper_id is None:
        return redirect(url_for("bnpl.account.sign_in", to=f"prequalify.{ident}"), 303)
    decision = _decision(shopper_id, question=_answered(ident, shopper_id=shopper_id))
    if decision is None:
        raise OfferExpired
    statement = request.form.get("statement", "")
    try:
        reviews.request(
            current.house(), shopper_id=shopper_id, decision_id=decision.decision_id, statement=statement
        )  # fmt: skip
    except InvalidInput as fault:
        told = wording.told(words_of(house_place()), fault)
        return answer(ident, error=told, statement=statement, status=422)
    return redirect(url_for("bnpl.prequalify.answer", ident=ident or None), 303)


blueprint = Blueprint("prequalify", __name__, url_prefix="/prequalify")
for tail in ("", "/<ident>"):
    blueprint.add_url_rule(tail, "ask", ask, methods=["GET", "POST"])
blueprint.add_url_rule("/answer", "answer", answer)
blueprint.add_url_rule("/<ident>/answer", "answer", answer)
blueprint.add_url_rule("/review", "review", review, methods=["POST"])
blueprint.add_url_rule("/<ident>/review", "review", review, methods=["POST"])
