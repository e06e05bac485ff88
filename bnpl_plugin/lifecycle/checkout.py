"""The shopper's session: opened for an order, given a plan, cancelled or expired; the cart is watched all the way."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bnpl_plugin.credit.states import CHECKOUT
from bnpl_plugin.errors import (
    CartChanged,
    CheckoutExpired,
    InvalidInput,
    NotYours,
    OfferTampered,
    OfferUnavailable,
    OrderAlreadyFinanced,
    StateMoved,
    SubsidyExhausted,
)
from bnpl_plugin.lifecycle import down_payment, holds, mandate
from bnpl_plugin.lifecycle.attempts import abandoned
from bnpl_plugin.lifecycle.flash_sale import claiming, readiness
from bnpl_plugin.lifecycle.house import House, values
from bnpl_plugin.lifecycle.objections import to_another_plan
from bnpl_plugin.lifecycle.quotation import on_sale, quote_plan, read_offer, sale_of
from bnpl_plugin.lifecycle.subsidies import pricing
from bnpl_plugin.ports.jurisdiction import Country
from bnpl_plugin.ports.plan import Offer
from bnpl_plugin.ports.platform import Order
from bnpl_plugin.ports.records import Checkout
from bnpl_plugin.ports.store import Changeset, Move, Purchase

OPEN = ("opened", "referred", "approved", "held", "signed")


def open_checkout(
    house: House,
    *,
    order: Order,
    merchant_id: str,
    country: str,
    return_url: str,
    cancel_url: str,
    channel: str = "embedded",
    time_zone: str | None = None,
    locale: str = "en",
    session: Any = None,
) -> Checkout:
    """Open a session for an order, or return the one already open for the same cart (a double click, a second tab).

    With ``session`` the row is written on the host's own session and commits with it. An older open session of a
    changed cart is cancelled. Raises ``OrderAlreadyFinanced``, ``UnsupportedCountry``, ``InvalidInput``.
    """
    _check_currency(house, order=order, country=country)
    if session is None:
        older = house.store.checkouts_of_order(merchant_id=merchant_id, order_ref=order.order_ref)
        same = still_open(house, order=order, older=older)
        if same is not None:
            return same
    checkout, changeset = opening(
        house,
        order=order,
        merchant_id=merchant_id,
        country=country,
        return_url=return_url,
        cancel_url=cancel_url,
        channel=channel,
        time_zone=time_zone,
        locale=locale,
    )
    if session is None:
        house.commit(changeset)
    else:
        house.store.write_on(session, changeset)
    return checkout


def still_open(house: House, *, order: Order, older: Sequence[Checkout]) -> Checkout | None:
    """Return the order's open session of the same cart; an open session of a changed cart is cancelled.

    ``older`` are all sessions ever opened for the order. Raises ``OrderAlreadyFinanced``.
    """
    for known in older:
        if known.state in ("authorised", "confirmed"):
            raise OrderAlreadyFinanced(order.order_ref, guard="order_claim")
        if known.state in OPEN and known.expires_at > house.clock.now():
            if known.cart_fingerprint == order.fingerprint:
                return known
            cancel(house, checkout_id=known.checkout_id, reason="cart_changed")
    return None


def opening(
    house: House,
    *,
    order: Order,
    merchant_id: str,
    country: str,
    return_url: str,
    cancel_url: str,
    channel: str = "embedded",
    time_zone: str | None = None,
    locale: str = "en",
) -> tuple[Checkout, Changeset]:
    """Return a new session and the changeset that opens it, not yet written.

    Raises ``UnsupportedCountry``, ``InvalidInput``.
    """
    law = _check_currency(house, order=order, country=country)
    readiness.check_order(house, order=order, merchant_id=merchant_id, country=country)
    now = house.clock.now()
    checkout = Checkout(
        checkout_id=house.ids.new("chk"),
        merchant_id=merchant_id,
        order_ref=order.order_ref,
        channel=channel,
        state="opened",
        country=country,
        time_zone=time_zone or law.time_zone,
        locale=locale,
        currency=order.currency,
        total_minor=order.total_minor,
        cart=order.to_json(),
        cart_fingerprint=order.fingerprint,
        sale_item_id=order.sale_item_id,
        units=order.units,
        return_url=return_url,
        cancel_url=cancel_url,
        shopper_id=None,
        offer=None,
        decision_id=None,
        hold_id=None,
        agreement_id=None,
        attempt_id=None,
        loan_id=None,
        reason=None,
        opened_at=now,
        expires_at=now + timedelta(hours=house.settings.checkout_hours),
        changed_at=now,
    )
    opened = house.event("checkout.opened", checkout, total_minor=order.total_minor, currency=order.currency)
    return checkout, Changeset(rows=(checkout,), events=(opened,))


def _check_currency(house: House, *, order: Order, country: str) -> Country:
    law = house.country(country)
    if order.currency != law.currency:
        raise InvalidInput(field="currency", fault=f"is {order.currency}", accepted=f"{law.currency} in {country}")
    return law


def choose_plan(house: House, *, checkout_id: str, token: str) -> Checkout:
    """Put a signed offer on a checkout; a plan chosen before is replaced and its hold given back.

    Raises ``OfferTampered`` (also for an offer of another cart or merchant), ``OfferExpired``, ``CheckoutExpired``,
    ``CartChanged``, ``OfferUnavailable`` (its flash sale does not offer it; an approval is for one plan; its
    rules object to this one),
    ``SubsidyExhausted`` (the special price has ended: nobody is given the dearer one unasked).
    """
    offer = read_offer(house, token=token)
    purchase = house.purchase(checkout_id)
    check_open(house, purchase)
    check_cart(house, purchase)
    checkout = purchase.checkout
    if (offer.cart_fingerprint, offer.merchant_id, offer.country) != (
        checkout.cart_fingerprint,
        checkout.merchant_id,
        checkout.country,
    ):
        raise OfferTampered
    if checkout.sale_item_id is not None:
        sale = sale_of(house, checkout.sale_item_id)
        if not on_sale(sale, plan_code=offer.plan_code):
            raise OfferUnavailable(reason="not_in_sale")
    if purchase.decision is not None or offer.subsidy_id is not None:
        chosen, offer = offer, _repriced(house, purchase=purchase, like=offer)
        if chosen.subsidy_id is not None and offer.nominal_rate > chosen.nominal_rate:
            raise SubsidyExhausted(guard="subsidy")
    if purchase.decision is not None:
        offer = _within_line(house, purchase=purchase, offer=offer)
        against = to_another_plan(house, decision=purchase.decision, offer=offer)
        if against:
            raise OfferUnavailable(reason=against[0].code)
    reserved = purchase.hold is not None and purchase.hold.state == "reserved"
    if checkout.state in ("held", "signed") or reserved:
        holds.release(house, purchase=purchase)
        checkout = house.purchase(checkout_id).checkout
    _set_offer(house, checkout=checkout, offer=offer)
    return house.purchase(checkout_id).checkout


def _within_line(house: House, *, purchase: Purchase, offer: Offer) -> Offer:
    """Return an offer that is above the line with the gap paid down, where its plan allows that; else as it is.

    What the checkout's own hold has taken of the line is given back with it.
    """
    checkout, hold = purchase.checkout, purchase.hold
    line = house.store.line(shopper_id=checkout.shopper_id or "", currency=checkout.currency)
    if line is None or line.state != "open":
        return offer
    own_minor = hold.financed_minor if hold is not None and hold.live else 0
    left_minor = max(line.limit_minor - line.used_minor + own_minor, 0)
    if offer.financed_minor <= left_minor:
        return offer
    return down_payment.covering(house, checkout=checkout, offer=offer, available_minor=left_minor) or offer


def refresh_offer(house: House, *, checkout_id: str) -> Offer:
    """Return the checkout's offer, quoted anew (same plan, same rating, today's dates) if it has lapsed."""
    purchase = house.purchase(checkout_id)
    checkout = purchase.checkout
    offer = offer_of(checkout)
    fresh = offer.expires_at > house.clock.now() and offer.schedule.drawdown_on == house.today(checkout.time_zone)
    if fresh or checkout.state not in ("opened", "approved", "held"):
        return offer
    offer = _made_anew(house, purchase=purchase, offer=offer)
    _set_offer(house, checkout=checkout, offer=offer)
    return offer


def cancel(house: House, *, checkout_id: str, reason: str = "by_shopper") -> Checkout:
    """Give up an open checkout.

    Its holds go back at once; a payment still under way is voided when its success turns up.
    """
    purchase = house.purchase(checkout_id)
    _end(house, purchase, event="cancel", kind="checkout.cancelled", reason=reason)
    return house.purchase(checkout_id).checkout


def expire_due(house: House, *, limit: int) -> int:
    """Expire the open checkouts whose time is over; returns how many."""
    due = house.store.expired_checkouts(now=house.clock.now(), limit=limit)
    for checkout in due:
        purchase = house.purchase(checkout.checkout_id)
        if purchase.checkout.state in OPEN:
            with suppress(StateMoved):  # it was paid in this very moment: the others still expire
                _end(house, purchase, event="expire", kind="checkout.expired", reason="time_over")
    return len(due)


def check_open(house: House, purchase: Purchase) -> None:
    """Refuse a checkout that has ended. Raises ``CheckoutExpired``."""
    checkout = purchase.checkout
    if checkout.state not in OPEN or checkout.expires_at <= house.clock.now():
        raise CheckoutExpired(state=checkout.state)


def check_owner(purchase: Purchase, *, shopper_id: str | None) -> None:
    """Refuse another shopper's checkout. Raises ``NotYours`` (answered like a missing one)."""
    if purchase.checkout.shopper_id is not None and purchase.checkout.shopper_id != shopper_id:
        raise NotYours


def check_cart(house: House, purchase: Purchase) -> None:
    """For a checkout of our own host, refuse when the order is no longer what was quoted. Raises ``CartChanged``."""
    checkout = purchase.checkout
    if checkout.channel != "embedded":
        return
    order = house.host.order(checkout.order_ref)
    if order is None or order.fingerprint != checkout.cart_fingerprint:
        cancel(house, checkout_id=checkout.checkout_id, reason="cart_changed")
        raise CartChanged(order_ref=checkout.order_ref)


def outgrown(house: House, checkout: Checkout) -> bool:
    """Whether our own host's order is now another one than was signed and paid for.

    An order that the host no longer shows is left to its ``confirm_order`` to judge: many a shop shows none outside a
    request of its own visitor's.
    """
    if checkout.channel != "embedded":
        return False
    order = house.host.order(checkout.order_ref)
    return order is not None and order.fingerprint != checkout.cart_fingerprint


def offer_of(checkout: Checkout) -> Offer:
    """Return the offer on a checkout. Raises ``InvalidInput`` when no plan was chosen."""
    if checkout.offer is None:
        raise InvalidInput(field="plan", fault="is not chosen", accepted="one of the offers")
    return Offer.from_json(checkout.offer)


def _made_anew(house: House, *, purchase: Purchase, offer: Offer) -> Offer:
    """Return a lapsed offer with today's dates.

    What a hold has reserved of a budget stays as it is. Without a hold a special price that has ended is kept in the
    offer, for the hold to refuse: it is never replaced by a dearer one unasked.
    """
    checkout, hold = purchase.checkout, purchase.hold
    if checkout.state == "held" and hold is not None:
        budgets = pricing.promised(house, subsidy_id=hold.subsidy_id)
        fresh = _repriced(house, purchase=purchase, like=offer, budgets=budgets)
        return replace(
            fresh, subsidy_id=hold.subsidy_id, subsidy_minor=hold.subsidy_minor, subsidised_by=offer.subsidised_by
        )
    fresh = _repriced(house, purchase=purchase, like=offer)
    if fresh.nominal_rate > offer.nominal_rate and offer.subsidy_id is not None:
        budgets = pricing.promised(house, subsidy_id=offer.subsidy_id)
        return _repriced(house, purchase=purchase, like=offer, budgets=budgets)
    return fresh


def _repriced(house: House, *, purchase: Purchase, like: Offer, budgets: pricing.Budgets | None = None) -> Offer:
    """Return an offer quoted anew: the same plan and down payment, by the rating if there is one by now."""
    checkout = purchase.checkout
    return quote_plan(
        house,
        order=Order.from_json(checkout.cart),
        country=checkout.country,
        merchant_id=checkout.merchant_id,
        plan_code=like.plan_code,
        rating=purchase.decision.rating if purchase.decision else None,
        policy_version=purchase.decision.policy_version if purchase.decision else None,
        language=checkout.locale,
        time_zone=checkout.time_zone,
        budgets=budgets,
        down_payment_minor=like.down_payment_minor,
    )


def _set_offer(house: House, *, checkout: Checkout, offer: Offer) -> None:
    move = Move(
        table="checkout",
        key=values(checkout_id=checkout.checkout_id),
        sources=("opened", "approved", "held"),
        set=values(offer=offer.to_json(), changed_at=house.clock.now()),
        expect=values(state=checkout.state),
    )
    chosen = house.event("checkout.plan_chosen", checkout, plan_code=offer.plan_code, plan_version=offer.plan_version)
    house.commit(Changeset(moves=(move,), events=(chosen,)))


def _end(house: House, purchase: Purchase, *, event: str, kind: str, reason: str) -> None:
    checkout = purchase.checkout
    state = CHECKOUT.advance(checkout.state, event)
    move = Move(
        table="checkout",
        key=values(checkout_id=checkout.checkout_id),
        sources=(checkout.state,),
        set=values(state=str(state), reason=reason, changed_at=house.clock.now()),
    )
    ended = house.event(kind, checkout, deliver=True, reason=reason)
    back = holds.giving_back(purchase, event="void" if event == "cancel" else "expire")
    dropped, card = abandoned(house, purchase.attempt), mandate.forgotten(house, purchase)
    house.commit(
        Changeset(
            moves=(move, *back.moves, *dropped.moves, *card.moves),
            rows=(*dropped.rows, *card.rows),
            events=(ended,),
            lines=back.lines,
            units=back.units,
            rooms=back.rooms,
            pools=back.pools,
        )
    )
    claiming.let_go(house, purchase)
