"""The shopper signs in: a phone number, a one-time code, a signed cookie."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from bnpl_plugin.errors import (
    CodeExpired,
    CodeWrong,
    InvalidInput,
    MessageUndelivered,
    OfferTampered,
    StateMoved,
    TooManyAttempts,
)
from bnpl_plugin.lifecycle import identification
from bnpl_plugin.ports.records import PhoneCode
from bnpl_plugin.web import current, figures, forms, wording
from bnpl_plugin.web.frame import house_place, render, status_of, words_of
from bnpl_plugin.web.guards import codes

PURPOSE = "sign_in"
HOME = {"fr": "FR", "zh_Hans": "CN", "en": "US"}


def phone() -> Response:
    """Ask for the phone number, and send a code to it."""
    if request.method == "GET":
        known = current.shopper_id()
        ours = _checkout_of(known, checkout_id=_asked().get("checkout", "")) if known else None
        return redirect(ours, 303) if ours else _ask_phone()
    place = house_place()
    t = words_of(place)
    found = forms.read(forms.PhoneForm(), request.form, t=t)
    if found.errors:
        return _ask_phone(typed=request.form.get("phone", ""), error=found.errors["phone"], status=422)
    onward = _vouched(found.data["phone"])
    if onward:
        return redirect(onward, 303)
    purpose_ref = current.house().ids.new("sin")
    try:
        _send(purpose_ref, number=found.data["phone"])
    except (InvalidInput, TooManyAttempts) as error:
        return _ask_phone(typed=found.data["phone"], error=wording.told(t, error), status=422)
    except MessageUndelivered as error:
        return _ask_phone(typed=found.data["phone"], error=wording.told(t, error), status=503)
    token = current.house().seal.sign({"ref": purpose_ref, **_asked()}, purpose=PURPOSE)
    return redirect(url_for("bnpl.account.code", token=token), 303)


def code(token: str) -> Response:
    """Ask for the code, and open the session when it is right."""
    sent = _sent(token)
    if sent is None:
        return redirect(url_for("bnpl.account.sign_in"), 303)
    if request.method == "GET":
        return _ask_code(token, sent)
    t = words_of(house_place())
    found = forms.read(forms.CodeForm(), request.form, t=t)
    if found.errors:
        return _ask_code(token, sent, error=found.errors["code"], status=422)
    try:
        digits = "".join(found.data["code"].split())
        shopper_id = identification.enter_code(current.house(), purpose_ref=sent.purpose_ref, code=digits)
    except (CodeWrong, TooManyAttempts) as error:
        return _ask_code(token, _sent(token) or sent, error=wording.told(t, error), wrong=True, status=422)
    except CodeExpired as error:
        return _ask_phone(error=wording.told(t, error), status=422)
    current.remember_shopper(shopper_id)
    if current.shopper_id() is None:
        return redirect(url_for("bnpl.account.birth", token=token), 303)
    return redirect(_onward(token, shopper_id=shopper_id), 303)


def birth(token: str) -> Response:
    """Ask, once in a browser, for the date of birth that we know for the number: it may have a new owner."""
    sent, shopper_id = _sent(token), current.caller_id(fresh=True)
    if sent is None or shopper_id is None:
        return redirect(url_for("bnpl.account.sign_in"), 303)
    if current.shopper_id() == shopper_id:
        return redirect(_onward(token, shopper_id=shopper_id), 303)
    if request.method == "GET":
        return _ask_birth(token)
    t = words_of(house_place())
    found = forms.read(forms.BirthForm(), request.form, t=t)
    if found.errors:
        return _ask_birth(token, error=found.errors["birth_on"], status=422)
    try:
        same = identification.is_same_person(
            current.house(), purpose_ref=sent.purpose_ref, birth_date=found.data["birth_on"]
        )
    except (CodeExpired, TooManyAttempts, StateMoved) as error:
        current.forget_shopper()
        return _ask_phone(error=wording.told(t, error), status=422)
    if not same:
        current.forget_shopper()
        told = t.gettext(
            "This is not the date of birth that we know for this number. Try again with a new code; if the number is"
            " new to you, or you cannot go on, write to %(contact)s.",
            contact=current.house().settings.lender_contact,
        )
        return _ask_phone(error=told, status=422)
    current.trust_shopper()
    return redirect(_onward(token, shopper_id=shopper_id), 303)


def _onward(token: str, *, shopper_id: str) -> str:
    """Return where a sign-in leads: the page of ours or the own checkout that it was asked for, else the plans."""
    return _led_to(current.house().seal.unsign(token, purpose=PURPOSE), shopper_id=shopper_id)


def _led_to(asked: Mapping[str, Any], *, shopper_id: str) -> str:
    page, _, ident = str(asked.get("to", "")).partition(".")
    if page == "prequalify":
        return url_for("bnpl.prequalify.ask", ident=ident or None, country=asked.get("country"))
    if page == "limit":
        return url_for("bnpl.account.limit")
    checkout_id = str(asked.get("checkout", ""))
    return _checkout_of(shopper_id, checkout_id=checkout_id) or url_for("bnpl.account.plans")


def _checkout_of(shopper_id: str, *, checkout_id: str) -> str | None:
    """Return the address of a shopper's own checkout; None for any other."""
    purchase = current.house().store.purchase(checkout_id) if checkout_id else None
    if purchase is None or purchase.checkout.shopper_id != shopper_id:
        return None
    return url_for("bnpl.checkout.enter", checkout_id=checkout_id)


def _asked() -> dict[str, str]:
    """Return what a sign-in is asked for: a checkout, or a page of ours (``to``) and the country it is about."""
    found = {name: request.args.get(name, "")[:60] for name in ("checkout", "to", "country")}
    return {name: text for name, text in found.items() if text}


def _vouched(typed: str) -> str | None:
    """Sign in without a code whoever types the number that our trusted host vouches for; return where it leads.

    Not when another shopper has proved a number in this browser: then the code decides.
    """
    house, customer = current.house(), current.customer()
    if customer is None or not house.settings.trust_host_phone:
        return None
    country = customer.country or HOME[words_of(house_place()).locale]
    try:
        same = identification.normal_phone(typed, country=country) == identification.normal_phone(
            customer.phone, country=country
        )
    except InvalidInput:
        return None
    shopper_id = identification.vouched(house, customer, country=country) if same else None
    if shopper_id is None or current.caller_id() not in (None, shopper_id) or not current.is_trusted(shopper_id):
        return None
    current.remember_shopper(shopper_id, vouched_for=customer)
    return _led_to(_asked(), shopper_id=shopper_id)


def resend(token: str) -> Response:
    """Send another code to the same number."""
    sent = _sent(token)
    if sent is None:
        return redirect(url_for("bnpl.account.sign_in"), 303)
    try:
        _send(sent.purpose_ref, number=_number(sent))
    except (TooManyAttempts, MessageUndelivered) as error:
        return _ask_code(token, sent, error=wording.told(words_of(house_place()), error), status=status_of(error))
    return redirect(url_for("bnpl.account.code", token=token), 303)


def leave() -> Response:
    """Sign out."""
    current.forget_shopper()
    return redirect(url_for("bnpl.account.sign_in"), 303)


def _send(purpose_ref: str, *, number: str) -> None:
    house, t = current.house(), words_of(house_place())
    customer = current.customer()
    asked = _asked().get("country", "")
    country = (customer.country if customer else "") or (asked if asked in house.countries else HOME[t.locale])
    codes.take()
    identification.send_code(
        house, purpose_ref=purpose_ref, phone=number, country=country, locale=t.locale,
        text=t.gettext(identification.CODE_TEXT),
    )  # fmt: skip


def _sent(token: str) -> PhoneCode | None:
    house = current.house()
    try:
        purpose_ref = str(house.seal.unsign(token, purpose=PURPOSE)["ref"])
    except (OfferTampered, KeyError):
        return None
    return house.store.phone_code(purpose_ref)


def _number(sent: PhoneCode) -> str:
    return str(current.house().seal.unseal(sent.sealed_phone)["phone"])


def _ask_phone(*, typed: str = "", error: str = "", status: int = 200) -> Response:
    return render(
        "account/sign_in.html", place=house_place(), status=status, stage="phone", phone=typed, error=error,
        action_url=url_for("bnpl.account.sign_in", **dict[str, Any](_asked())), resend_url="", sandbox_code="",
    )  # fmt: skip


def _ask_birth(token: str, *, error: str = "", status: int = 200) -> Response:
    return render(
        "account/sign_in.html", place=house_place(), status=status, stage="birth", error=error, sandbox_code="",
        action_url=url_for("bnpl.account.birth", token=token), resend_url="",
    )  # fmt: skip


def _ask_code(token: str, sent: PhoneCode, *, error: str = "", wrong: bool = False, status: int = 200) -> Response:
    return render(
        "account/sign_in.html", place=house_place(), status=status, stage="code",
        phone_masked=figures.masked_phone(_number(sent)), wrong=wrong, error=error, sandbox_code="",
        attempts_left=max(0, current.house().settings.code_tries - sent.tries),
        action_url=url_for("bnpl.account.code", token=token), resend_url=url_for("bnpl.account.resend", token=token),
    )  # fmt: skip
