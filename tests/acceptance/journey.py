"""A shopper who goes on from wherever the checkout stands, as somebody does who reloads the page."""

from __future__ import annotations

from datetime import timedelta

from bnpl_plugin.errors import InvalidInput, OrderAlreadyFinanced, StateMoved
from bnpl_plugin.lifecycle import checkout as checkouts
from bnpl_plugin.lifecycle import disclosure, early_settlement, holds, payment, refund, signature
from bnpl_plugin.ports.platform import Order
from bnpl_plugin.ports.records import Checkout
from bnpl_plugin.testing import Walker
from tests.lifecycle.world import GOOD, World

ENDED = ("confirmed", "reversed", "refused", "declined")


def put_order(world: World) -> Order:
    """The one order of a journey, the same in every process."""
    return world.shop.add(order_ref="order-1")


def go_shopping(world: World) -> str:
    """Go on until the order is placed (or ends); returns the checkout's id."""
    walker, order = world.shopper(), put_order(world)
    for _ in range(60):
        try:
            checkout = walker.open(order)
        except OrderAlreadyFinanced:
            known = world.house.store.checkouts_of_order(merchant_id="host", order_ref=order.order_ref)
            checkout = next(c for c in known if c.state in ("authorised", *ENDED))
            if world.settle(checkout.checkout_id).state in ENDED:
                return checkout.checkout_id
            continue
        _step(world, walker, checkout)
    raise AssertionError("no end after sixty steps")


def _step(world: World, walker: Walker, checkout: Checkout) -> None:
    """Do what the page of this state asks for."""
    house, checkout_id = world.house, checkout.checkout_id
    match checkout.state:
        case "opened" if checkout.offer is None:
            walker.choose(checkout)
        case "opened" if checkout.shopper_id is None:
            walker.identify(checkout)
        case "opened":
            walker.decide(checkout)
        case "approved":
            checkouts.refresh_offer(house, checkout_id=checkout_id)
            holds.take(house, checkout_id=checkout_id)
        case "held":
            checkouts.refresh_offer(house, checkout_id=checkout_id)
            disclosure.present(house, checkout_id=checkout_id, language="en")
            signature.sign(house, checkout_id=checkout_id, typed_name=walker.full_name, accepted=True)
        case "signed":
            _pay(world, checkout_id)
        case _:
            raise AssertionError(f"no page for {checkout.state}")


def _pay(world: World, checkout_id: str) -> None:
    attempt = payment.begin(world.house, checkout_id=checkout_id, return_url="http://localhost/return")
    if attempt.next_action and attempt.provider_ref:
        world.bank.submit_card(attempt.provider_ref, number=GOOD, expiry="12/30", cvc="123")
    world.settle(checkout_id)


def grow_old(world: World) -> None:
    """Let holds, leases and retries run out while the worker works."""
    for minutes in (0, 1, 10, 90, 60 * 26, 10, 10):
        world.later(minutes=minutes)


def owe_and_give_back(world: World) -> None:
    """Thirty days later: instalment 2 is charged, the rest paid early by hand, then the whole purchase undone."""
    world.work()
    known = world.house.store.checkouts_of_order(merchant_id="host", order_ref=put_order(world).order_ref)
    loan_id = known[0].loan_id or ""
    pay_rest(world, loan_id)
    refund.request(world.house, loan_id=loan_id, reason="returned")
    world.work()


def pay_rest(world: World, loan_id: str) -> None:
    """Pay all that is open by hand, unless there is nothing open or a payment is under way."""
    book = world.house.store.loan_book(loan_id)
    assert book is not None
    try:
        figure = early_settlement.figure(world.house, book=book, everything=True)
        early_settlement.pay(
            world.house, loan_id=loan_id, shopper_id=book.loan.shopper_id, everything=True,
            expected_minor=figure.payable_minor,
        )  # fmt: skip
    except StateMoved:
        world.later(minutes=2)
    except InvalidInput:  # nothing is open any more
        return


THIRTY_DAYS = timedelta(days=30)
