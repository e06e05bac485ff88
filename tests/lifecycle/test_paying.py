"""Bad luck between the shopper, the bank and us: the answer is clear, and nothing is lost or doubled."""

from datetime import timedelta

import pytest

from bnpl_plugin.errors import CheckoutExpired
from bnpl_plugin.lifecycle import checkout as checkouts
from bnpl_plugin.lifecycle import disclosure, holds, payment, provider_events, signature
from bnpl_plugin.providers.sandbox import Behaviour
from tests.lifecycle.world import CARDS, World

PAID = [("authorisation", 9_967), ("capture", 9_967)]


def give_card(world: World, checkout_id: str, *, card: str = CARDS[Behaviour.SUCCESS]) -> None:
    attempt = world.purchase(checkout_id).attempt
    assert attempt is not None
    world.bank.submit_card(attempt.provider_ref or "", number=card, expiry="12/30", cvc="123")


def begin(world: World, checkout_id: str):
    return payment.begin(world.house, checkout_id=checkout_id, return_url="http://localhost/return")


def assert_bought_once(world: World, checkout_id: str) -> None:
    world.work()
    assert world.state(checkout_id) == "confirmed"
    assert world.statement() == PAID
    assert (world.count("loan"), world.count("order_claim")) == (1, 1)
    assert world.pool() == world.line(checkout_id) == (0, 29_900 - 9_967)
    assert world.shop.placed == ["order-1"]
    world.settled()


def assert_nothing_taken(world: World, checkout_id: str) -> None:
    assert world.count("loan") == 0
    assert world.pool() == world.line(checkout_id) == (0, 0)
    assert world.bank_books() == {}
    world.settled()


def test_purchase_goes_through(world):
    assert_bought_once(world, world.buy())


def test_second_click_on_pay_is_the_same_payment(world):
    checkout_id = world.shopper().to_signed(world.shop.add())
    first, second = begin(world, checkout_id), begin(world, checkout_id)
    assert first.attempt_id == second.attempt_id
    give_card(world, checkout_id)
    world.settle(checkout_id)
    assert begin(world, checkout_id).attempt_id == first.attempt_id
    assert_bought_once(world, checkout_id)


def test_return_reloaded_finds_the_order_placed(world):
    checkout_id = world.buy()
    assert world.settle(checkout_id).loan_id == world.settle(checkout_id).loan_id
    assert_bought_once(world, checkout_id)


def test_webhook_before_the_return_finishes_the_order(world):
    walker = world.shopper()
    checkout_id = walker.to_signed(world.shop.add())
    walker.pay(checkout_id, card=CARDS[Behaviour.SUCCESS])
    world.work()
    assert world.state(checkout_id) == "confirmed"
    assert not world.settle(checkout_id).made_here
    assert_bought_once(world, checkout_id)


def test_shopper_who_never_returns_has_an_order_even_without_webhooks(world):
    world.courier.losing = True
    walker = world.shopper()
    checkout_id = walker.to_signed(world.shop.add())
    walker.pay(checkout_id, card=CARDS[Behaviour.SUCCESS])
    world.later(minutes=5)
    world.courier.losing = False
    assert_bought_once(world, checkout_id)


def test_webhooks_repeated_and_out_of_order_change_nothing(world):
    world.courier.repeating = True
    checkout_id = world.buy()
    world.work()
    for headers, body in reversed(world.courier.taken):
        assert not provider_events.receive(world.house, provider="sandbox", headers=headers, body=body)
    assert_bought_once(world, checkout_id)


def test_webhook_of_an_unknown_movement_is_taken_and_does_nothing(world):
    provider_events.act(world.house, provider="sandbox", provider_ref="sbx_nobody", attempt_id="att_nobody")
    assert_bought_once(world, world.buy())


@pytest.mark.parametrize("kind", ["lost_before", "lost_after", "unavailable"])
@pytest.mark.parametrize("verb", ["begin", "look_up", "capture"])
def test_answer_that_gets_lost_costs_nothing(world, verb, kind):
    walker = world.shopper()
    checkout_id = walker.to_signed(world.shop.add())
    world.bank.set_fault(verb, kind=kind)
    for _ in range(5):  # the shopper reloads the page until there is a form
        attempt = begin(world, checkout_id)
        if attempt.provider_ref:
            break
        world.settle(checkout_id)
    give_card(world, checkout_id)
    world.settle(checkout_id)
    world.later(minutes=1)
    world.later(minutes=10)
    assert_bought_once(world, checkout_id)


def test_time_out_after_the_charge_went_through_is_unknown_until_it_is_known(world):
    checkout_id = world.buy(card=CARDS[Behaviour.UNKNOWN])
    attempt = world.purchase(checkout_id).attempt
    assert attempt is not None
    assert attempt.state == "unknown"
    assert world.count("loan") == 0
    for _ in range(6):
        world.later(minutes=2)
    assert_bought_once(world, checkout_id)


def test_declined_card_then_another_card_keeps_the_hold(world):
    checkout_id = world.buy(card=CARDS[Behaviour.DECLINED])
    assert world.state(checkout_id) == "signed"
    assert world.pool() == (29_900, 0)
    world.shopper().pay(checkout_id, card=CARDS[Behaviour.SUCCESS])
    world.settle(checkout_id)
    assert_bought_once(world, checkout_id)
    assert world.count("attempt") == 2


def test_three_d_secure_refused_then_approved(world):
    checkout_id = world.shopper().to_signed(world.shop.add())
    attempt = begin(world, checkout_id)
    give_card(world, checkout_id, card=CARDS[Behaviour.THREE_D_SECURE])
    world.bank.three_d_secure(attempt.provider_ref or "", approve=False)
    assert world.settle(checkout_id).state == "signed"
    world.shopper().pay(checkout_id, card=CARDS[Behaviour.THREE_D_SECURE])
    world.settle(checkout_id)
    assert_bought_once(world, checkout_id)


def test_slow_card_keeps_the_hold_alive_while_it_runs(world):
    checkout_id = world.buy(card=CARDS[Behaviour.SLOW])
    assert world.settle(checkout_id).state == "signed"
    world.later(minutes=16)
    world.later(minutes=1)
    assert_bought_once(world, checkout_id)


def late_success(world: World, checkout_id: str, *, set_aside_minor: int = 0) -> None:
    """The hold is over and given back while the shopper is still on the bank's page; then the card succeeds."""
    begin(world, checkout_id)
    world.later(minutes=16)
    world.later(minutes=61)
    assert world.state(checkout_id) == "approved"
    assert world.pool() == (set_aside_minor, 0)
    give_card(world, checkout_id)


def test_success_after_the_hold_expired_retakes_everything(world):
    item = world.sale()
    order = world.shop.add(sale_item_id=item.sale_item_id, units=1)
    checkout_id = world.shopper().to_signed(order)
    assert world.units(item.sale_item_id) == (0, 1, 0, 0)
    late_success(world, checkout_id, set_aside_minor=29_900)
    assert world.units(item.sale_item_id) == (1, 0, 0, 0)
    world.settle(checkout_id)
    assert world.units(item.sale_item_id) == (0, 0, 1, 0)
    assert_bought_once(world, checkout_id)


def test_success_after_the_units_were_sold_to_another_is_lifted_and_told(world):
    item = world.sale()
    order = world.shop.add(sale_item_id=item.sale_item_id, units=1)
    checkout_id = world.shopper().to_signed(order)
    late_success(world, checkout_id, set_aside_minor=29_900)
    other = world.buy(
        world.shop.add(sale_item_id=item.sale_item_id, units=1), walker=world.shopper(phone="+33612345679")
    )
    assert world.settle(checkout_id).state == "refused"
    world.work()
    assert world.state(other) == "confirmed"
    assert world.units(item.sale_item_id) == (0, 0, 1, 0)
    assert world.statement() == [PAID[0], PAID[0], PAID[1], ("void", 9_967)] or sorted(world.statement()) == sorted(
        [PAID[0], PAID[0], PAID[1], ("void", 9_967)]
    )
    assert "order_refused" in world.messages()
    assert world.shop.refused == [("order-1", "sold_out")]
    assert world.pool() == (0, 29_900 - 9_967)
    world.settled()


def test_cancel_while_paying_lifts_the_late_success(world):
    checkout_id = world.shopper().to_signed(world.shop.add())
    begin(world, checkout_id)
    checkouts.cancel(world.house, checkout_id=checkout_id)
    assert world.pool() == (0, 0)
    give_card(world, checkout_id)
    world.settle(checkout_id)
    world.later(minutes=2)
    assert world.state(checkout_id) in ("cancelled", "refused")
    assert_nothing_taken(world, checkout_id)


def test_cancel_in_the_very_moment_of_success_lifts_it(world):
    walker = world.shopper()
    checkout_id = walker.to_signed(world.shop.add())
    world.courier.losing = True
    walker.pay(checkout_id, card=CARDS[Behaviour.SUCCESS])
    checkouts.cancel(world.house, checkout_id=checkout_id)
    world.later(minutes=2)
    world.courier.losing = False
    world.later(minutes=2)
    assert world.statement() == [PAID[0], ("void", 9_967)]
    assert_nothing_taken(world, checkout_id)


def test_cancel_while_the_outcome_is_unknown_lifts_it_once_it_is_known(world):
    checkout_id = world.buy(card=CARDS[Behaviour.UNKNOWN])
    checkouts.cancel(world.house, checkout_id=checkout_id)
    for _ in range(6):
        world.later(minutes=2)
    assert world.state(checkout_id) == "refused"
    assert world.statement() == [PAID[0], ("void", 9_967)]
    assert_nothing_taken(world, checkout_id)


def test_lost_begin_then_cancel_leaves_no_page_that_could_still_be_paid(world):
    checkout_id = world.shopper().to_signed(world.shop.add())
    world.bank.set_fault("begin", kind="lost_after")
    begin(world, checkout_id)
    checkouts.cancel(world.house, checkout_id=checkout_id)
    world.later(minutes=5)
    world.later(minutes=5)
    attempt = world.purchase(checkout_id).attempt
    assert attempt is not None
    assert attempt.state in ("abandoned", "declined")
    assert_nothing_taken(world, checkout_id)


def test_plan_changed_while_held_takes_new_holds_and_pays_once(world):
    walker = world.shopper()
    checkout_id = walker.to_signed(world.shop.add())
    old = begin(world, checkout_id)
    walker.choose(world.purchase(checkout_id).checkout, plan_code="pay_in_4")
    assert world.state(checkout_id) == "approved"
    assert world.pool() == (0, 0)
    holds.take(world.house, checkout_id=checkout_id)
    disclosure.present(world.house, checkout_id=checkout_id, language="en")
    signature.sign(world.house, checkout_id=checkout_id, typed_name=walker.full_name, accepted=True)
    new = begin(world, checkout_id)
    assert new.attempt_id != old.attempt_id
    give_card(world, checkout_id)
    world.bank.submit_card(old.provider_ref or "", number=CARDS[Behaviour.SUCCESS], expiry="12/30", cvc="123")
    world.settle(checkout_id)
    world.later(minutes=2)
    assert world.book(checkout_id).loan.plan_code == "pay_in_4"
    assert world.bank_books() == {"EUR": 7_475}
    assert world.pool() == (0, 29_900 - 7_475)
    world.settled()


def test_old_plan_paid_after_the_plan_was_changed_is_lifted(world):
    walker = world.shopper()
    checkout_id = walker.to_signed(world.shop.add())
    old = begin(world, checkout_id)
    walker.choose(world.purchase(checkout_id).checkout, plan_code="pay_in_4")
    world.bank.submit_card(old.provider_ref or "", number=CARDS[Behaviour.SUCCESS], expiry="12/30", cvc="123")
    world.settle(checkout_id)
    world.later(minutes=2)
    assert world.state(checkout_id) == "approved"
    assert_nothing_taken(world, checkout_id)


def test_deferred_plan_saves_the_card_and_takes_nothing_today(world):
    checkout_id = world.buy(plan_code="pay_in_30_days")
    world.work()
    assert world.state(checkout_id) == "confirmed"
    assert world.statement() == []
    assert world.pool() == (0, 29_900)
    world.later(days=31)
    assert world.statement() == [("charge", 29_900)]
    assert world.book(checkout_id).loan.state == "settled"
    assert world.pool() == (0, 0)
    world.settled()


def test_abandoned_payment_page_expires_with_the_checkout(world):
    checkout_id = world.shopper().to_signed(world.shop.add())
    begin(world, checkout_id)
    world.later(hours=2)
    world.later(hours=30)
    assert world.state(checkout_id) == "expired"
    with pytest.raises(CheckoutExpired):
        begin(world, checkout_id)
    assert_nothing_taken(world, checkout_id)


def test_first_capture_that_fails_is_captured_later(world):
    checkout_id = world.buy(card=CARDS[Behaviour.CAPTURE_FAILS_ONCE])
    world.work()
    assert world.state(checkout_id) == "confirmed"
    world.later(minutes=1)
    assert_bought_once(world, checkout_id)


def test_authorisation_that_lapsed_before_the_capture_is_charged_on_the_saved_card(world):
    checkout_id = world.buy()
    world.bank.set_fault("capture", kind="unavailable", times=1)
    world.work()
    world.clock.advance(timedelta(days=8))
    world.work()
    assert ("expiry", 9_967) in world.statement()
    assert world.book(checkout_id).instalments[0].state == "overdue"
    world.later(days=2)
    assert world.book(checkout_id).instalments[0].state == "paid"
    assert world.bank_books() == {"EUR": 9_967}
    world.settled()
