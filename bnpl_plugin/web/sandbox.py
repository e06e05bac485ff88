"""The test bank's own pages: the card, and 3-D Secure. Only there when the sandbox is the provider."""

from __future__ import annotations

from typing import Any, Protocol, cast

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from bnpl_plugin.errors import InvalidInput, NotYours
from bnpl_plugin.web import current, wording
from bnpl_plugin.web.frame import Place, allow_leaving_to, render, words_of

blueprint = Blueprint("sandbox", __name__, url_prefix="/sandbox")


class Bank(Protocol):
    """What these pages ask of the test bank."""

    def card_page(self, ref: str) -> Any:
        """Return what to show for a payment."""
        ...

    def submit_card(self, ref: str, *, number: str, expiry: str, cvc: str) -> str:
        """Take a card and return where to go next."""
        ...

    def three_d_secure(self, ref: str, *, approve: bool) -> str:
        """Take the answer and return where to go next."""
        ...


def _bank() -> Bank:
    provider = current.house().providers.get("sandbox")
    if provider is None:
        raise NotYours
    return cast(Bank, provider)


def _place(page: Any) -> Place:
    allow_leaving_to(page.return_url)
    house = current.house()
    attempt = house.store.attempt_by_ref(provider="sandbox", provider_ref=page.ref)
    locale = house.purchase(attempt.checkout_id).checkout.locale if attempt else None
    return Place(merchant_name=page.description or "Test bank", locale=locale)


@blueprint.get("/card/<ref>")
def card(ref: str, *, error: str = "", status: int = 200) -> Response:
    """Show the card page of a payment, or go on if it wants no card any more."""
    page = _bank().card_page(ref)
    if page.state != "card":
        return redirect(_next(ref, page=page), 303)
    place = _place(page)
    t = words_of(place)
    cards = [{"number": known.number, "label": t.gettext(known.label)} for known in page.cards]
    return render(
        "sandbox/card.html", place=place, status=status, amount_minor=page.amount_minor, currency=page.currency,
        cards=cards, error=error, action_url=url_for("bnpl.sandbox.submit", ref=ref), cancel_url=_back_url(ref),
    )  # fmt: skip


@blueprint.post("/card/<ref>")
def submit(ref: str) -> Response:
    """Take the card that was typed."""
    page = _bank().card_page(ref)
    if page.state != "card":
        return redirect(_next(ref, page=page), 303)
    typed = {name: request.form.get(name, "") for name in ("number", "expiry", "cvc")}
    try:
        target = _bank().submit_card(ref, **typed)
    except InvalidInput as error:
        return card(ref, error=wording.told(words_of(_place(page)), error), status=422)
    allow_leaving_to(target)
    return redirect(target, 303)


@blueprint.get("/three_d_secure/<ref>")
def three_d_secure(ref: str) -> Response:
    """Ask the bank's customer to approve the payment."""
    page = _bank().card_page(ref)
    if page.state != "three_d_secure":
        return redirect(_next(ref, page=page), 303)
    return render(
        "sandbox/three_d_secure.html", place=_place(page), amount_minor=page.amount_minor, currency=page.currency,
        card_last4=page.card_label[-4:], action_url=url_for("bnpl.sandbox.answer", ref=ref),
    )  # fmt: skip


@blueprint.post("/three_d_secure/<ref>")
def answer(ref: str) -> Response:
    """Take the customer's answer; a second one changes nothing."""
    page = _bank().card_page(ref)
    if page.state != "three_d_secure":
        return redirect(_next(ref, page=page), 303)
    return redirect(_bank().three_d_secure(ref, approve=request.form.get("answer") == "approve"), 303)


def _back_url(ref: str) -> str:
    """Return the checkout that a payment belongs to, for somebody who does not want to pay now."""
    attempt = current.house().store.attempt_by_ref(provider="sandbox", provider_ref=ref)
    return url_for("bnpl.checkout.enter", checkout_id=attempt.checkout_id) if attempt else ""


def _next(ref: str, *, page: Any) -> str:
    if page.state == "finished":
        return str(page.return_url)
    return url_for("bnpl.sandbox.card" if page.state == "card" else "bnpl.sandbox.three_d_secure", ref=ref)
