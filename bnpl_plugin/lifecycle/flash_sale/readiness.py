"""Getting ready: the credit line is reserved before the sale, so that the tap at its start is one short step."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from bnpl_plugin.errors import BrowserCrowded, InvalidInput, SaleNotOpen, StateMoved
from bnpl_plugin.lifecycle import holds
from bnpl_plugin.lifecycle.flash_sale import claiming
from bnpl_plugin.lifecycle.flash_sale.allotment import RUNNING
from bnpl_plugin.lifecycle.flash_sale.gatekeeping import closed
from bnpl_plugin.lifecycle.house import House, values
from bnpl_plugin.ports.platform import LineKind, Order
from bnpl_plugin.ports.records import Hold, Sale, SaleItem
from bnpl_plugin.ports.store import Changeset, LineChange, Move, Purchase

#: How long an unused readiness outlives its sale: those who wait may still be served.
_AFTER = timedelta(hours=1)


def sale_of(house: House, *, sale_item_id: str) -> tuple[Sale, SaleItem]:
    """Return an item and its sale. Raises ``SaleNotOpen``."""
    found = house.store.sales.of_item(sale_item_id)
    if found is None:
        raise closed(None, sale_id=sale_item_id)
    return found


def check_order(house: House, *, order: Order, merchant_id: str, country: str) -> None:
    """Refuse an order that is not what the sale sells: another country's, more units than allowed, another price.

    Raises ``InvalidInput``, ``SaleNotOpen`` (not this merchant's, or over).
    """
    if order.sale_item_id is None:
        return
    sale, item = sale_of(house, sale_item_id=order.sale_item_id)
    if sale.merchant_id != merchant_id or sale.state not in RUNNING or house.clock.now() >= sale.ends_at:
        raise closed(sale, sale_id=sale.sale_id)
    if sale.country != country:
        raise InvalidInput(field="country", fault=f"is {country}", accepted=f"{sale.country}, where the sale is")
    if not 1 <= order.units <= item.units_per_shopper:
        raise InvalidInput(field="units", fault=f"is {order.units}", accepted=f"1 to {item.units_per_shopper}")
    goods = sum(line.total_minor for line in order.lines if line.kind is LineKind.GOODS)
    if item.price_minor and goods < item.price_minor * order.units:
        accepted = f"{item.price_minor * order.units} for {order.units} at the sale's price"
        raise InvalidInput(field="lines", fault=f"have goods for {goods}", accepted=accepted)


def reserve(house: House, *, checkout_id: str, device: str | None = None) -> Hold:
    """Hold the credit line of an approved checkout for its sale, or return the hold that it already has.

    Args:
        house: of the app.
        checkout_id: an approved checkout of a sale's item.
        device: the browser; more shoppers than the sale allows cannot get ready in one.

    Raises ``CreditLineExceeded``, ``SaleNotOpen`` (over; a lottery is being drawn), ``BrowserCrowded`` (too many
    shoppers in this browser), ``CheckoutExpired``, ``DecisionMissing``, ``CreditDeclined``.
    """
    purchase = house.purchase(checkout_id)
    if purchase.hold is not None and purchase.hold.live:
        return purchase.hold
    purchase = holds.may_be_held(house, purchase)
    checkout, now = purchase.checkout, house.clock.now()
    at = claiming.entrance(house, purchase)
    being_drawn = at.sale.undrawn and now >= at.sale.starts_at
    if at.sale.state not in RUNNING or now >= at.sale.ends_at or being_drawn:
        raise closed(at.sale, sale_id=at.sale.sale_id)
    _check_browser(house, at.sale, shopper_id=at.wish.shopper_id, device=device)
    hold = holds.new_hold(house, purchase=purchase, state="reserved", at=at)
    forward = Move(
        table="checkout",
        key=values(checkout_id=checkout_id),
        sources=("approved",),
        set=values(
            hold_id=hold.hold_id, device=device, changed_at=now,
            expires_at=max(checkout.expires_at, at.sale.ends_at + _AFTER),
        ),
        expect=values(changed_at=checkout.changed_at, hold_id=checkout.hold_id),
    )  # fmt: skip
    ready = house.event(
        "checkout.ready", checkout, hold_id=hold.hold_id, sale_id=at.sale.sale_id, principal_minor=hold.principal_minor
    )
    lines = (LineChange(hold.shopper_id, hold.currency, held_minor=hold.financed_minor),)
    try:
        house.commit(Changeset(moves=(forward,), rows=(hold,), events=(ready,), lines=lines))
    except StateMoved:  # the other tab was first
        other = house.purchase(checkout_id).hold
        if other is None or not other.live:
            raise
        return other
    if at.sale.undrawn and house.clock.now() >= at.sale.starts_at:
        holds.release(house, purchase=house.purchase(checkout_id), expired=True)  # the draw may not have seen the entry
        raise closed(at.sale, sale_id=at.sale.sale_id)
    return hold


def count_browser(house: House, purchase: Purchase, *, device: str | None) -> None:
    """Count a browser in which a shopper asks for a unit of a running sale without having got ready.

    Raises ``BrowserCrowded`` as ``reserve``, ``SaleNotOpen``.
    """
    checkout = purchase.checkout
    if device is None or checkout.device is not None or checkout.shopper_id is None:
        return
    sale, _ = sale_of(house, sale_item_id=checkout.sale_item_id or "")
    _check_browser(house, sale, shopper_id=checkout.shopper_id, device=device)
    key = values(checkout_id=checkout.checkout_id)
    seen = Move("checkout", key, (checkout.state,), values(device=device), expect=values(device=None))
    with suppress(StateMoved):  # by another window of the same browser, or it is counted at the next step
        house.commit(Changeset(moves=(seen,)))


def _check_browser(house: House, sale: Sale, *, shopper_id: str, device: str | None) -> None:
    if device is None:
        return
    others = {*house.store.sales.ready_in_browser(sale.sale_id, device=device), shopper_id}
    if len(others) > sale.per_device:
        raise BrowserCrowded(allowed=sale.per_device)


def let_go(house: House, *, sale_item_id: str, limit: int, sparing: bool = False) -> int:
    """Give the lines that were reserved for an item back to their shoppers, who leave the line of waiting as well.

    Returns how many at most ``limit``.

    ``sparing``: not of those whom the gate has let in and who may still come for their unit.
    """
    freed = 0
    for hold in house.store.sales.reserved(sale_item_id, limit=limit):
        purchase = house.purchase(hold.checkout_id)
        if purchase.hold is None or purchase.hold.hold_id != hold.hold_id:
            continue
        if sparing and claiming.is_let_in(house, hold):
            continue
        try:
            holds.release(house, purchase=purchase, expired=True)
        except (StateMoved, SaleNotOpen):
            continue
        claiming.let_go(house, purchase, without_hope=True)
        freed += 1
    return freed
