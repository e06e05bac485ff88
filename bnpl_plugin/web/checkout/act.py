"""What a checkout's pages post: read the form, call one use case, go to the step that the purchase then has reached."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from flask import redirect, request
from werkzeug.wrappers import Response

from bnpl_plugin.errors import (
    CheckoutExpired,
    CodeExpired,
    CodeWrong,
    CreditDeclined,
    DecisionMissing,
    DisclosuresMissing,
    IllegalTransition,
    InvalidInput,
    MessageUndelivered,
    OfferExpired,
    OfferTampered,
    OfferUnavailable,
    StateMoved,
    SubsidyExhausted,
    TooManyAttempts,
)
from bnpl_plugin.lifecycle import (
    access,
    holds,
    identification,
    payment,
    prequalification,
    reviews,
    signature,
    underwriting,
)
from bnpl_plugin.lifecycle import checkout as checkouts
from bnpl_plugin.ports.store import Purchase
from bnpl_plugin.web import current, forms, wording
from bnpl_plugin.web.checkout import sale, show, terms
from bnpl_plugin.web.checkout.entry import mine, return_url, settle, to_step, true_steps
from bnpl_plugin.web.frame import place_of, status_of, words_of
from bnpl_plugin.web.guards import codes


def act(checkout_id: str, step: str) -> Response:
    """Take what a step's page posted; a step that is no longer true leads to the one that is."""
    purchase = mine(checkout_id)
    if step not in true_steps(purchase):
        return to_step(checkout_id)
    try:
        return ACTIONS[step](purchase)
    except (StateMoved, IllegalTransition):  # the other tab was first
        return to_step(checkout_id)
    except (CreditDeclined, DecisionMissing):  # decided again before it is drawn on: the decision's page tells why
        return to_step(checkout_id)
    except (
        SubsidyExhausted
    ) as error:  # the special price has ended: the plans as they are now, and no dearer one unasked
        current_purchase = current.house().purchase(checkout_id)
        return show.plans(current_purchase, error=wording.told(words_of(place_of(purchase)), error), status=409)


def _plan(purchase: Purchase) -> Response:
    house, checkout_id, t = current.house(), purchase.checkout.checkout_id, words_of(place_of(purchase))
    found = forms.read(forms.PlanForm(), request.form, t=t)
    if found.errors:
        return show.plans(purchase, error=found.errors["offer"], status=422)
    try:
        checkouts.choose_plan(house, checkout_id=checkout_id, token=found.data["offer"])
    except (OfferExpired, OfferTampered) as error:
        return show.plans(purchase, error=wording.told(t, error), status=422)
    except OfferUnavailable as error:
        rule = house.rules.get(str(error.details["reason"]))
        return show.plans(purchase, error=t.gettext(rule.reason) if rule else wording.told(t, error), status=422)
    if purchase.checkout.shopper_id is None:
        _bind_known(purchase)
    _decide_by_pass(checkout_id)
    return to_step(checkout_id)


def _decide_by_pass(checkout_id: str) -> None:
    """Use the shopper's pass, once we know that the number is still the shopper's; else the facts are asked."""
    if current.shopper_id() is not None:
        prequalification.decide_by_pass(current.house(), checkout_id=checkout_id)


def _bind_known(purchase: Purchase) -> None:
    """Spare a shopper the code whose number was proved here within the hour, or whom our trusted host vouches for.

    The host's word does not displace another shopper who proved a number in this browser: then the code decides.
    """
    checkout, here, by = purchase.checkout, current.caller_id(), "code"
    known, ours = current.caller_id(fresh=True), checkout.channel == "embedded"
    customer = current.customer() if ours else None
    vouched = identification.vouched(current.house(), customer, country=checkout.country)
    if vouched is not None:
        known, by = (vouched, "host") if here in (None, vouched) else (None, by)
    if known is None:
        return
    identification.bind(
        current.house(), checkout_id=checkout.checkout_id, shopper_id=known, segments=_segments(purchase), by=by
    )
    if vouched is not None:
        current.remember_shopper(known, vouched_for=customer)


def _segments(purchase: Purchase) -> tuple[str, ...] | None:
    """Return what our host says of its customer; None at another shop's checkout, or of a guest."""
    customer = current.customer() if purchase.checkout.channel == "embedded" else None
    return access.segments_told(current.house(), customer)


def _phone(purchase: Purchase) -> Response:
    t = words_of(place_of(purchase))
    found = forms.read(forms.PhoneForm(), request.form, t=t)
    if found.errors:
        return show.phone(purchase, typed=request.form.get("phone", ""), error=found.errors["phone"], status=422)
    try:
        send_code(purchase, phone=found.data["phone"])
    except (InvalidInput, TooManyAttempts) as error:
        return show.phone(purchase, typed=found.data["phone"], error=wording.told(t, error), status=422)
    except MessageUndelivered as error:
        return show.phone(purchase, typed=found.data["phone"], error=wording.told(t, error), status=503)
    return to_step(purchase.checkout.checkout_id, step="code")


def send_code(purchase: Purchase, *, phone: str) -> None:
    """Send a one-time code for a checkout, in the language of the page."""
    t = words_of(place_of(purchase))
    codes.take()
    identification.send_code(
        current.house(), purpose_ref=purchase.checkout.checkout_id, phone=phone, country=purchase.checkout.country,
        locale=t.locale, text=t.gettext(identification.CODE_TEXT),
    )  # fmt: skip


def resend(checkout_id: str) -> Response:
    """Send another code to the number that the last one went to."""
    purchase = mine(checkout_id)
    house = current.house()
    last = house.store.phone_code(checkout_id)
    if last is None or purchase.checkout.shopper_id is not None:
        return to_step(checkout_id)
    try:
        send_code(purchase, phone=str(house.seal.unseal(last.sealed_phone)["phone"]))
    except (TooManyAttempts, MessageUndelivered) as error:
        told = wording.told(words_of(place_of(purchase)), error)
        return show.code(purchase, error=told, status=status_of(error))
    return to_step(checkout_id)


def _code(purchase: Purchase) -> Response:
    house, checkout_id, t = current.house(), purchase.checkout.checkout_id, words_of(place_of(purchase))
    found = forms.read(forms.CodeForm(), request.form, t=t)
    if found.errors:
        return show.code(purchase, error=found.errors["code"], status=422)
    try:
        digits = "".join(found.data["code"].split())
        proved = identification.identify(house, checkout_id=checkout_id, code=digits, segments=_segments(purchase))
        current.remember_shopper(proved)
        _decide_by_pass(checkout_id)
    except (CodeWrong, TooManyAttempts) as error:
        return show.code(purchase, error=wording.told(t, error), wrong=True, status=422)
    except CodeExpired as error:
        return show.phone(purchase, typed="", error=wording.told(t, error), status=422)
    return to_step(checkout_id)


def _facts(purchase: Purchase) -> Response:
    checkout, t = purchase.checkout, words_of(place_of(purchase))
    found = forms.read(forms.FactsForm(), request.form, t=t)
    asks_student = terms.asks_student(checkout.country)
    errors = forms.facts_errors(found, country=checkout.country, t=t, asks_student=asks_student)
    if errors:
        return show.facts(purchase, typed=found.typed, errors=errors, status=422)
    try:
        facts = underwriting.Facts(
            full_name=found.data["full_name"],
            birth_date=found.data["birth_on"],
            income_minor=forms.minor(found.data["monthly_income"], code=checkout.currency),
            outgoings_minor=forms.minor(found.data["monthly_outgoings"], code=checkout.currency),
            consent=found.data["consent"],
            student=found.data.get("student") == "yes" if asks_student else None,
        )
        sale.stay(purchase)
        made = underwriting.decide(current.house(), checkout_id=checkout.checkout_id, facts=facts)
        if made.outcome == "approved" and not made.inputs["identity_changed"]:
            current.trust_shopper()  # the date of birth that we know has just been told
    except InvalidInput as error:
        names = {"birth_date": "birth_on", "income": "monthly_income", "outgoings": "monthly_outgoings"}
        field = str(error.details["field"])
        errors = {names.get(field, field): wording.told(t, error)}
        return show.facts(purchase, typed=found.typed, errors=errors, status=422)
    return to_step(checkout.checkout_id)


def _hold(purchase: Purchase) -> Response:
    """Take the three holds; what is sold out, above the line or without capital is told as it is."""
    if purchase.checkout.state == "approved":
        if purchase.checkout.sale_item_id is not None:
            return sale.continue_to_sale(purchase)
        holds.take(current.house(), checkout_id=purchase.checkout.checkout_id)
    return to_step(purchase.checkout.checkout_id)


def _read(purchase: Purchase) -> Response:
    """The terms were read: not before the law's reading time is over, and only if they are still the same."""
    house, checkout_id = current.house(), purchase.checkout.checkout_id
    try:
        shown = house.seal.unsign(request.form.get("shown", ""), purpose=show.SHOWN)
        shown_at = datetime.fromisoformat(str(shown["shown_at"]))
    except (OfferTampered, KeyError, ValueError):
        return to_step(checkout_id)
    t = words_of(place_of(purchase))
    if shown.get("checkout_id") != checkout_id or shown.get("offer") != show.offer_mark(purchase):
        return show.disclosures(purchase, notice=t.gettext("The terms have changed. Please read them again."))
    if house.clock.now() < shown_at + timedelta(seconds=int(shown["seconds"])):
        return show.disclosures(purchase, notice=t.gettext("That was too fast. Please take the time to read."))
    return to_step(checkout_id, step="sign")


def _sign(purchase: Purchase) -> Response:
    house, checkout_id, t = current.house(), purchase.checkout.checkout_id, words_of(place_of(purchase))
    found = forms.read(forms.SignForm(), request.form, t=t)
    if found.errors:
        return show.sign(purchase, typed=found.typed.get("signed_name", ""), errors=found.errors, status=422)
    try:
        signature.sign(house, checkout_id=checkout_id, typed_name=found.data["signed_name"], accepted=True)
    except InvalidInput as error:
        errors = {"signed_name": wording.told(t, error)}
        return show.sign(purchase, typed=found.data["signed_name"], errors=errors, status=422)
    except (OfferExpired, DisclosuresMissing):
        checkouts.refresh_offer(house, checkout_id=checkout_id)
        notice = t.gettext("The offer had expired and was made anew with today's dates. Please read the terms again.")
        return show.disclosures(house.purchase(checkout_id), notice=notice)
    except CheckoutExpired:
        return _held_anew(purchase)
    return to_step(checkout_id)


def _held_anew(purchase: Purchase) -> Response:
    """The reservation is over: give it back and take it again, if it still can be had."""
    house, checkout_id = current.house(), purchase.checkout.checkout_id
    if purchase.hold is None or purchase.hold.expires_at > house.clock.now():
        return to_step(checkout_id)
    holds.release(house, purchase=purchase, expired=True)
    checkouts.refresh_offer(house, checkout_id=checkout_id)
    holds.take(house, checkout_id=checkout_id)
    t = words_of(place_of(purchase))
    notice = t.gettext("Your reservation was over and has been made anew. Please read the terms again.")
    return show.disclosures(house.purchase(checkout_id), notice=notice)


def _pay(purchase: Purchase) -> Response:
    house, checkout_id = current.house(), purchase.checkout.checkout_id
    stored = request.form.get("card") != "other"
    attempt = payment.begin(house, checkout_id=checkout_id, return_url=return_url(checkout_id), use_stored=stored)
    if attempt.state == "authorised":
        settle(checkout_id)
    elif attempt.next_action is not None and attempt.next_action["kind"] == "redirect":
        return redirect(str(attempt.next_action["url"]), 303)
    return to_step(checkout_id)


def review(checkout_id: str) -> Response:
    """Have a person look at a declined purchase; asked twice is asked once."""
    purchase = mine(checkout_id)
    made, typed = purchase.decision, request.form.get("statement", "")[:20_000]
    if made is None:
        return to_step(checkout_id)
    try:
        reviews.request(current.house(), shopper_id=made.shopper_id, decision_id=made.decision_id, statement=typed)
    except InvalidInput as error:
        told = wording.told(words_of(place_of(purchase)), error)
        return show.decision(purchase, statement=typed, error=told, status=422)
    except IllegalTransition:  # nothing was declined
        pass
    return to_step(checkout_id)


def cancel(checkout_id: str) -> Response:
    """Give the checkout up; what was held goes back at once, and so does the shopper, to the shop."""
    purchase = mine(checkout_id)
    if purchase.checkout.state not in checkouts.OPEN:
        return to_step(checkout_id)
    try:
        checkouts.cancel(current.house(), checkout_id=checkout_id)
    except (StateMoved, IllegalTransition):
        return to_step(checkout_id)
    return redirect(purchase.checkout.cancel_url, 303) if purchase.checkout.cancel_url else to_step(checkout_id)


ACTIONS: Final[Mapping[str, Callable[[Purchase], Response]]] = {
    "plans": _plan,
    "phone": _phone,
    "code": _code,
    "facts": _facts,
    "decision": _hold,
    "sale": sale.tap,
    "disclosures": _read,
    "sign": _sign,
    "card": _pay,
}
