"""Into a checkout and back: opened for the host's order, entered by a signed link, returned to from the provider."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import g, redirect, request, url_for
from werkzeug.wrappers import Response

from bnpl_plugin.errors import CheckoutNotFound, OfferTampered, OrderAlreadyFinanced
from bnpl_plugin.lifecycle import access, jobs, reconciliation
from bnpl_plugin.lifecycle import checkout as checkouts
from bnpl_plugin.lifecycle.disclosure import reading_time
from bnpl_plugin.ports.platform import Order
from bnpl_plugin.ports.records import Checkout
from bnpl_plugin.ports.store import Purchase
from bnpl_plugin.web import current
from bnpl_plugin.web.checkout.steps import steps_of
from bnpl_plugin.web.frame import allow_leaving_to, place_of

ORDER = "order"  # the purpose of the token in the host's button
ENTRY = "checkout_entry"  # the purpose of the token in the API's checkout_url


def sign_order(order_ref: str, **where: str) -> str:
    """Return the token that the host's button posts: an order's reference, its country and the shop's addresses."""
    return current.house().seal.sign({"order_ref": order_ref, **where}, purpose=ORDER)


def open_for_order() -> Response:
    """Open a checkout for an order of the host we live in. The token is ours; the order is asked of the host anew."""
    asked = current.house().seal.unsign(request.form.get("order_ref", ""), purpose=ORDER)
    checkout = _opened(asked)
    if checkout.shopper_id not in (None, current.caller_id()):  # begun in another browser
        return redirect(url_for("bnpl.account.sign_in", checkout=checkout.checkout_id), 303)
    return to_step(checkout.checkout_id)


def _opened(asked: dict[str, Any]) -> Checkout:
    house = current.house()
    order = house.host.order(str(asked["order_ref"]))
    if order is None:
        raise CheckoutNotFound(order_ref=asked["order_ref"])
    segments = access.segments_told(house, current.customer())
    if segments is not None:  # of a guest nothing is known yet
        access.check(house, segments=segments)
    try:
        checkout = checkouts.open_checkout(
            house, order=order, merchant_id=house.host_merchant_id, country=asked["country"],
            locale=asked.get("locale") or current.words().locale, return_url=asked["return_url"],
            cancel_url=asked["cancel_url"],
        )  # fmt: skip
    except OrderAlreadyFinanced:
        checkout = _finished(order)
    current.remember_checkout(checkout.checkout_id, locale=checkout.locale)
    return checkout


def _finished(order: Order) -> Checkout:
    """Return the checkout that already finances an order, if it is this browser's: its page tells the truth."""
    house = current.house()
    for known in house.store.checkouts_of_order(merchant_id=house.host_merchant_id, order_ref=order.order_ref):
        if known.state in ("authorised", "confirmed") and current.holds_checkout(known.checkout_id):
            return known
    raise OrderAlreadyFinanced(guard="order_claim")


def enter(checkout_id: str) -> Response:
    """Lead to the step that the purchase has reached; a signed link binds this browser to a checkout of nobody yet."""
    token = request.args.get("t", "")
    if token and not current.holds_checkout(checkout_id):
        _bind(checkout_id, token=token)
    if token:
        return redirect(url_for("bnpl.checkout.enter", checkout_id=checkout_id), 303)
    return to_step(mine(checkout_id).checkout.checkout_id)


def _bind(checkout_id: str, *, token: str) -> None:
    house = current.house()
    try:
        named = house.seal.unsign(token, purpose=ENTRY).get("checkout_id")
    except OfferTampered as error:
        raise CheckoutNotFound from error
    purchase = house.purchase(checkout_id)
    owner = purchase.checkout.shopper_id
    if named != checkout_id or (owner is not None and owner != current.shopper_id()):
        raise CheckoutNotFound
    current.remember_checkout(checkout_id, locale=purchase.checkout.locale)


def mine(checkout_id: str) -> Purchase:
    """Return a purchase of this browser. Raises ``CheckoutNotFound`` for any other, as if it did not exist.

    A checkout of nobody yet belongs to the browsers that opened or entered it. Once a phone number is proved it is that
    shopper's alone: who sent somebody the link, or kept it, can neither read on nor sign in the other's name. Elsewhere
    than where it was begun it takes more than the number: that may have a new owner.
    """
    purchase = current.house().store.purchase(checkout_id)
    if purchase is None:
        raise CheckoutNotFound
    owner = purchase.checkout.shopper_id
    here = owner in (None, current.caller_id()) if current.holds_checkout(checkout_id) else False
    if not here and (owner is None or owner != current.shopper_id()):
        raise CheckoutNotFound
    g.bnpl_place = place_of(purchase)
    allow_leaving_to(purchase.checkout.return_url, purchase.checkout.cancel_url)
    return purchase


def true_steps(purchase: Purchase) -> tuple[str, ...]:
    """Return the pages that are true for a purchase now."""
    house, checkout = current.house(), purchase.checkout
    law = house.countries.get(checkout.country)
    reading = reading_time(law, day=house.today(checkout.time_zone)) if law else timedelta(0)
    code = house.store.phone_code(checkout.checkout_id)
    return steps_of(purchase, code=code, now=house.clock.now(), reading=reading)


def to_step(checkout_id: str, *, step: str = "") -> Response:
    """Redirect to a step of a checkout, by default to the one that it has reached."""
    step = step or true_steps(current.house().purchase(checkout_id))[0]
    return redirect(url_for("bnpl.checkout.show", checkout_id=checkout_id, step=step), 303)


def return_url(checkout_id: str) -> str:
    """Return the address that the provider sends the shopper back to, under the shop's public name if it has one."""
    return absolute("bnpl.checkout.back", checkout_id=checkout_id)


def absolute(endpoint: str, *, checkout_id: str) -> str:
    """Return the whole address of one of a checkout's views, under the shop's public name if it has one."""
    public = current.house().settings.public_url
    path = url_for(endpoint, checkout_id=checkout_id)
    return f"{public}{path}" if public else url_for(endpoint, checkout_id=checkout_id, _external=True)


def settle(checkout_id: str) -> None:
    """Find out how a checkout's payment stands, finish the order if it can be, and tell our host of it at once."""
    house = current.house()
    found = reconciliation.settle_checkout(house, checkout_id=checkout_id)
    if found.made_here and not house.host_mode:
        jobs.tell_host(house, checkout_id=checkout_id)


def back(checkout_id: str) -> Response:
    """The provider sent the shopper back: find out how the payment stands, finish the order, tell the truth."""
    mine(checkout_id)
    settle(checkout_id)
    waits = "working" in true_steps(current.house().purchase(checkout_id))
    return to_step(checkout_id, step="working" if waits else "")


def restart(checkout_id: str) -> Response:
    """Open a new checkout for the order of one that has ended."""
    checkout = mine(checkout_id).checkout
    if checkout.channel != "embedded":
        raise CheckoutNotFound
    asked = {"order_ref": checkout.order_ref, "country": checkout.country, "locale": checkout.locale}
    shop = {"return_url": checkout.return_url, "cancel_url": checkout.cancel_url}
    return to_step(_opened({**asked, **shop}).checkout_id)
