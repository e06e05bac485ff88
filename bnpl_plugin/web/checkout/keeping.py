"""A card stored before a flash sale: at the provider, before there is anything to pay or to sign."""

from __future__ import annotations

from flask import Response, redirect, url_for
from werkzeug.wrappers import Response as BaseResponse

from bnpl_plugin.lifecycle import mandate, payment
from bnpl_plugin.ports.records import Attempt
from bnpl_plugin.ports.store import Purchase
from bnpl_plugin.web import current, wording
from bnpl_plugin.web.checkout import terms
from bnpl_plugin.web.checkout.entry import absolute, mine, to_step
from bnpl_plugin.web.figures import View
from bnpl_plugin.web.frame import allow_sources, place_of, render, words_of


def keep(checkout_id: str) -> BaseResponse:
    """Start to store a card; nothing is charged."""
    purchase = mine(checkout_id)
    back = absolute("bnpl.checkout.kept", checkout_id=checkout_id)
    attempt = payment.store_card(current.house(), checkout_id=checkout_id, return_url=back)
    action = attempt.next_action
    if action is None or attempt.state != "pending":
        return to_step(checkout_id)
    if action["kind"] == "redirect":
        return redirect(str(action["url"]), 303)
    return _form(purchase, attempt)


def form(checkout_id: str) -> BaseResponse:
    """Show the provider's card form once more, while it waits for the card."""
    purchase = mine(checkout_id)
    attempt = mandate.latest(purchase)
    if attempt is None or attempt.state != "pending" or (attempt.next_action or {}).get("kind") != "form":
        return to_step(checkout_id)
    return _form(purchase, attempt)


def kept(checkout_id: str) -> BaseResponse:
    """The provider sent the shopper back: find out whether the card is stored, and go on to where the purchase is."""
    attempt = mandate.latest(mine(checkout_id))
    if attempt is not None:
        payment.follow_up(current.house(), attempt=attempt)
    return to_step(checkout_id)


def view_of(purchase: Purchase) -> View | None:
    """Return the card stored ahead and how to store one, for the page of who is ready; None where none can be."""
    if purchase.checkout.state != "approved" or purchase.hold is None or purchase.hold.state != "reserved":
        return None
    house, attempt = current.house(), mandate.latest(purchase)
    known = mandate.stored(house, purchase)
    declined = attempt is not None and attempt.state == "declined"
    t = words_of(place_of(purchase))
    return {
        "label": mandate.label_of(known) if known else "",
        "error": wording.declined(t, attempt.decline_code) if attempt is not None and declined else "",
        "url": url_for("bnpl.checkout.keep", checkout_id=purchase.checkout.checkout_id),
    }


def _form(purchase: Purchase, attempt: Attempt) -> Response:
    place, action = place_of(purchase), attempt.next_action or {}
    allow_sources(current.house().provider.content_sources)
    return render(
        str(action["template"]).removeprefix("bnpl/"), place=place, summary=None, due_minor=0,
        currency=attempt.currency, next_due=None, error="", reserved_until=None, tz=place.time_zone,
        provider_name=terms.provider_name(words_of(place)), stored_card="", client=action["client"],
        action_url=url_for("bnpl.checkout.keep", checkout_id=attempt.checkout_id),
    )  # fmt: skip
