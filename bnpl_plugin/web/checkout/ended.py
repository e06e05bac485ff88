"""The last pages of a checkout: placed, refused with the money on its way back, or ended without an order."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from flask import Response, url_for

from bnpl_plugin.errors import CheckoutNotFound
from bnpl_plugin.ports.store import Purchase
from bnpl_plugin.web import current, figures, wording
from bnpl_plugin.web.figures import View
from bnpl_plugin.web.frame import place_of, render, words_of

_MONEY_BACK = {
    "authorised": "voiding",
    "voided": "voided",
    "captured": "refunding",
    "refunded": "refunded",
}


def shop_url(purchase: Purchase) -> str:
    """Return the shop's return address with the checkout's id and state added to its query; "" when it gave none."""
    checkout = purchase.checkout
    if not checkout.return_url:
        return ""
    parts = urlsplit(checkout.return_url)
    query = [
        *parse_qsl(parts.query, keep_blank_values=True),
        ("checkout_id", checkout.checkout_id),
        ("state", checkout.state),
    ]
    return urlunsplit(parts._replace(query=urlencode(query)))


def placed(purchase: Purchase) -> Response:
    """The order is placed and the loan is booked."""
    house, checkout, place = current.house(), purchase.checkout, place_of(purchase)
    book = house.store.loan_book(checkout.loan_id or "")
    if book is None:
        raise CheckoutNotFound(checkout_id=checkout.checkout_id)
    t = words_of(place)
    return render(
        "checkout/placed.html", place=place, loan=figures.loan_view(t, book), next_due=figures.next_due(book),
        card_last4=figures.last4(book), withdrawal=figures.withdrawal_view(book), shop_url=shop_url(purchase),
        agreement_url=url_for("bnpl.checkout.agreement", checkout_id=checkout.checkout_id),
        plans_url=url_for("bnpl.account.plans"),
    )  # fmt: skip


def refused(purchase: Purchase) -> Response:
    """Paid, but the order could not be given, or was undone: where the money is."""
    checkout, place = purchase.checkout, place_of(purchase)
    t = words_of(place)
    return render(
        "checkout/refused.html", place=place, reason=wording.ending(t, checkout.reason),
        money_back=money_back(purchase),
        undone=checkout.state == "reversed", shop_url=shop_url(purchase),
    )  # fmt: skip


def money_back(purchase: Purchase) -> View:
    """Return how far the shopper's money is on its way back."""
    checkout = purchase.checkout
    paid = [a for a in purchase.attempts if a.purpose != "refund" and a.state in _MONEY_BACK and a.amount_minor]
    states = [_MONEY_BACK[attempt.state] for attempt in paid]
    order = ("refunding", "voiding", "refunded", "voided")
    return {
        "state": next((state for state in order if state in states), "none"),
        "total_minor": sum(attempt.amount_minor for attempt in paid),
        "currency": checkout.currency,
    }


def ended(purchase: Purchase) -> Response:
    """Ended without an order: what was reserved is free again."""
    checkout, place = purchase.checkout, place_of(purchase)
    resume = (
        url_for("bnpl.checkout.restart", checkout_id=checkout.checkout_id) if checkout.channel == "embedded" else ""
    )
    return render(
        "checkout/ended.html", place=place, outcome="cancelled" if checkout.state == "cancelled" else "expired",
        resume_url=resume, shop_url=checkout.cancel_url, reason=_why(purchase),
    )  # fmt: skip


def _why(purchase: Purchase) -> str:
    reason = purchase.checkout.reason
    t = words_of(place_of(purchase))
    return wording.ending(t, reason) if reason == "cart_changed" else ""
