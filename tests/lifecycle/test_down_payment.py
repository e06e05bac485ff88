"""A price above the line is met by a down payment at signature; only what stays financed counts against the line."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from bnpl_plugin.lifecycle import checkout as checkouts
from bnpl_plugin.lifecycle import credit_line, disclosure, holds, limit_changes, quotation, refund, signature
from bnpl_plugin.ports.plan import Offer
from bnpl_plugin.ports.platform import Order
from bnpl_plugin.providers.sandbox import Behaviour
from tests.lifecycle.test_limit_changes import LOW, POOR
from tests.lifecycle.world import CARDS, GOOD, World

PRICE = LOW + 28_000


def to_decision(world: World, *, total_minor: int = PRICE, plan_code: str = "instalments_24", **told: int) -> str:
    walker = world.shopper(**{**POOR, **told})
    checkout = walker.open(world.shop.add(total_minor=total_minor))
    walker.choose(checkout, plan_code=plan_code)
    walker.identify(checkout)
    walker.decide(checkout)
    return str(checkout.checkout_id)


def offer_of(world: World, checkout_id: str) -> Offer:
    return checkouts.offer_of(world.purchase(checkout_id).checkout)


def buy(world: World, checkout_id: str, *, card: str = GOOD) -> str:
    """From the decision to the loan; returns the state."""
    house, walker = world.house, world.shopper(**POOR)
    holds.take(house, checkout_id=checkout_id)
    disclosure.present(house, checkout_id=checkout_id, language="en")
    signature.sign(house, checkout_id=checkout_id, typed_name=walker.full_name, accepted=True)
    walker.pay(checkout_id, card=card)
    return world.settle(checkout_id).state


def test_the_gap_is_paid_now_and_the_rest_fills_the_line_to_the_cent(world):
    checkout_id = to_decision(world)
    assert world.state(checkout_id) == "approved"
    offer = offer_of(world, checkout_id)
    assert (offer.down_payment_minor, offer.financed_minor, offer.first_minor, offer.count) == (28_000, LOW, 28_000, 24)
    assert offer.schedule.principal_minor == PRICE
    decision = world.purchase(checkout_id).decision
    assert decision is not None
    assert decision.inputs["principal_minor"] == LOW == decision.limit_minor
    assert buy(world, checkout_id) == "confirmed"
    world.sound()  # authorised, not yet captured
    assert world.line(checkout_id) == (0, LOW)
    world.work()
    assert world.statement()[:2] == [("authorisation", 28_000), ("capture", 28_000)]
    assert world.line(checkout_id) == (0, LOW)
    loan = world.book(checkout_id).loan
    assert (loan.principal_minor, loan.outstanding_minor, loan.down_payment_minor) == (PRICE, LOW, 28_000)
    assert world.pool() == (0, LOW)
    world.settled()


def test_instalments_refill_the_line_and_the_last_settles_the_loan(world):
    checkout_id = to_decision(world, plan_code="instalments_6", income_minor=280_000)
    assert buy(world, checkout_id) == "confirmed"
    for days in (0, *[31] * 6):
        world.later(days=days)
    assert world.book(checkout_id).loan.state == "settled"
    assert world.line(checkout_id) == (0, 0)
    world.settled()


def test_a_hold_given_back_gives_back_what_it_took(world):
    checkout_id = to_decision(world)
    holds.take(world.house, checkout_id=checkout_id)
    assert world.line(checkout_id) == (LOW, 0)
    world.sound()
    world.later(minutes=16)
    assert world.line(checkout_id) == (0, 0)
    holds.take(world.house, checkout_id=checkout_id)
    checkouts.cancel(world.house, checkout_id=checkout_id)
    assert world.line(checkout_id) == (0, 0)


@pytest.mark.parametrize("captured", [True, False])
def test_a_purchase_undone_gives_everything_back(world, captured):
    checkout_id = to_decision(world)
    buy(world, checkout_id)
    if captured:
        world.work()
    refund.request(world.house, loan_id=world.book(checkout_id).loan.loan_id, reason="returned")
    world.later(minutes=5)
    world.later(minutes=5)
    assert world.state(checkout_id) == "reversed"
    assert world.line(checkout_id) == (0, 0)
    world.settled()


def test_a_capture_that_fails_leaves_a_late_instalment_and_the_line_within_its_limit(world):
    checkout_id = to_decision(world)
    buy(world, checkout_id, card=CARDS[Behaviour.CAPTURE_FAILS_ONCE])
    world.work()
    assert world.line(checkout_id) == (0, LOW)
    world.later(days=4)
    assert world.line(checkout_id) == (0, LOW)


def test_a_declined_card_buys_nothing(world):
    checkout_id = to_decision(world)
    assert buy(world, checkout_id, card=CARDS[Behaviour.DECLINED]) != "confirmed"
    assert world.line(checkout_id) == (LOW, 0)


def test_with_nothing_left_or_for_another_reason_a_decline_stands(world):
    frozen = to_decision(world, total_minor=60_000)
    credit_line.freeze(world.house, shopper_id=world.purchase(frozen).checkout.shopper_id or "", reason="risk_changed")
    for checkout_id in (to_decision(world), to_decision(world, outgoings_minor=200_000)):
        assert world.state(checkout_id) == "declined"


def test_a_plan_without_the_flag_declines_as_before(world):
    assert world.state(to_decision(world, plan_code="pay_in_3", income_minor=280_000)) == "declined"


def test_another_plan_chosen_later_is_paid_down_too(world):
    checkout_id = to_decision(world, total_minor=150_000)
    assert offer_of(world, checkout_id).down_payment_minor == 0
    shopper_id = world.purchase(checkout_id).checkout.shopper_id or ""
    limit_changes.lower(world.house, shopper_id=shopper_id, to_minor=100_000, reason="risk_changed")
    world.clock.advance(timedelta(days=15))
    limit_changes.run_due(world.house, limit=10)
    again = to_decision(world, total_minor=150_000, plan_code="instalments_12")
    assert offer_of(world, again).down_payment_minor == 50_000
    token = _token(world, again, plan_code="instalments_24")
    chosen = checkouts.choose_plan(world.house, checkout_id=again, token=token)
    assert chosen.state == "approved"
    assert offer_of(world, again).down_payment_minor == 50_000


def _token(world: World, checkout_id: str, *, plan_code: str) -> str:
    checkout = world.purchase(checkout_id).checkout
    offer = quotation.quote_plan(
        world.house, order=Order.from_json(checkout.cart), country="FR", merchant_id=checkout.merchant_id,
        plan_code=plan_code, rating=None, language="en",
    )  # fmt: skip
    return quotation.sign_offer(world.house, offer=offer)


def test_going_back_and_forth_between_plans_keeps_the_gap_paid_down(world):
    checkout_id = to_decision(world)
    holds.take(world.house, checkout_id=checkout_id)
    checkouts.choose_plan(
        world.house, checkout_id=checkout_id, token=_token(world, checkout_id, plan_code="instalments_24")
    )
    assert offer_of(world, checkout_id).down_payment_minor == 28_000
    assert world.line(checkout_id) == (0, 0)


def test_a_lapsed_offer_keeps_its_down_payment(world):
    checkout_id = to_decision(world)
    world.later(minutes=40)
    assert checkouts.refresh_offer(world.house, checkout_id=checkout_id).down_payment_minor == 28_000


def test_what_is_disclosed_says_what_is_credit_and_what_is_paid_now(world):
    checkout_id = to_decision(world)
    holds.take(world.house, checkout_id=checkout_id)
    body = disclosure.present(world.house, checkout_id=checkout_id, language="en")
    assert (body["principal_minor"], body["down_payment_minor"], body["cash_price_minor"]) == (LOW, 28_000, PRICE)


def test_verify_names_a_down_payment_that_is_none(small_world):
    world = small_world
    checkout_id = to_decision(world)
    buy(world, checkout_id)
    engine = world.house.store.engine
    for change, back in (("+ 1", "- 1"), ("- 28000", "+ 28000")):
        with engine.begin() as connection:
            connection.execute(sa.text(f"UPDATE bnpl_loan SET down_payment_minor = down_payment_minor {change}"))
        assert "P3" in {finding.promise for finding in world.house.verifier.findings()}
        with engine.begin() as connection:
            connection.execute(sa.text(f"UPDATE bnpl_loan SET down_payment_minor = down_payment_minor {back}"))
