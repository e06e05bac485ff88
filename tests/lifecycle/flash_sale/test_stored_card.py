"""A card stored before the sale: nothing is taken, it pays once the agreement is signed, else it is forgotten."""

from datetime import timedelta

import pytest

from bnpl_plugin import errors
from bnpl_plugin.lifecycle import checkout as checkouts
from bnpl_plugin.lifecycle import disclosure, holds, mandate, payment, reconciliation, signature
from bnpl_plugin.providers.sandbox import Behaviour
from tests.lifecycle.flash_sale.test_sales import approved, make, ready
from tests.lifecycle.world import CARDS, World

RETURN = "http://localhost/kept"


def store(world: World, checkout_id: str, *, behaviour: Behaviour = Behaviour.SUCCESS):
    attempt = payment.store_card(world.house, checkout_id=checkout_id, return_url=RETURN)
    card = CARDS[behaviour]
    target = world.bank.submit_card(attempt.provider_ref or "", number=card, expiry="12/30", cvc="123")
    if target != RETURN:
        world.bank.three_d_secure(attempt.provider_ref or "", approve=True)
    return payment.follow_up(world.house, attempt=attempt)


def signed(world: World, checkout_id: str) -> None:
    holds.take(world.house, checkout_id=checkout_id)
    disclosure.present(world.house, checkout_id=checkout_id, language="en")
    world.clock.advance(timedelta(seconds=60))
    signature.sign(world.house, checkout_id=checkout_id, typed_name="Camille Martin", accepted=True)


def pay(world: World, checkout_id: str, **options):
    return payment.begin(world.house, checkout_id=checkout_id, return_url="http://localhost/return", **options)


def cards_at_the_bank(world: World) -> int:
    with world.bank.bank.book.page() as page:
        return int(page._connection.execute("SELECT count(*) FROM method").fetchone()[0])


def test_the_winner_pays_with_one_tap_and_the_instalments_with_the_same_card(world):
    _, item = make(world, opens_in=10)
    checkout_id = ready(world, item)
    kept = store(world, checkout_id)
    assert (kept.state, mandate.label_of(kept), world.statement()) == ("authorised", "Visa •••• 4242", [])
    world.later(minutes=10)
    signed(world, checkout_id)
    assert world.statement() == []
    paid = pay(world, checkout_id)
    assert (paid.state, paid.method_ref) == ("authorised", kept.method_ref)
    reconciliation.settle_checkout(world.house, checkout_id=checkout_id)
    world.work()
    assert world.state(checkout_id) == "confirmed"
    assert world.statement() == [("authorisation", 9_967), ("capture", 9_967)]
    world.later(days=31)
    assert world.statement()[-1] == ("charge", 9_967)
    world.settled()


def test_storing_twice_is_storing_once(small_world):
    _, item = make(small_world, opens_in=10)
    checkout_id = ready(small_world, item)
    first = payment.store_card(small_world.house, checkout_id=checkout_id, return_url=RETURN)
    assert payment.store_card(small_world.house, checkout_id=checkout_id, return_url=RETURN) == first
    store(small_world, checkout_id)
    assert payment.store_card(small_world.house, checkout_id=checkout_id, return_url=RETURN).state == "authorised"
    assert cards_at_the_bank(small_world) == 1


def test_without_a_reserved_line_no_card_is_asked_for(small_world):
    _, item = make(small_world, opens_in=10)
    with pytest.raises(errors.CheckoutExpired):
        payment.store_card(small_world.house, checkout_id=approved(small_world, item), return_url=RETURN)


def test_who_does_not_buy_has_the_card_forgotten(small_world):
    _, item = make(small_world, opens_in=10)
    checkout_id = ready(small_world, item)
    store(small_world, checkout_id)
    assert cards_at_the_bank(small_world) == 1
    checkouts.cancel(small_world.house, checkout_id=checkout_id)
    small_world.work()
    assert cards_at_the_bank(small_world) == 0
    small_world.settled()


def test_a_card_given_in_the_moment_of_the_cancelling_is_forgotten_too(small_world):
    _, item = make(small_world, opens_in=10)
    checkout_id = ready(small_world, item)
    attempt = payment.store_card(small_world.house, checkout_id=checkout_id, return_url=RETURN)
    small_world.bank.submit_card(attempt.provider_ref or "", number=CARDS[Behaviour.SUCCESS], expiry="12/30", cvc="123")
    checkouts.cancel(small_world.house, checkout_id=checkout_id)
    payment.follow_up(small_world.house, attempt=small_world.house.store.attempt(attempt.attempt_id))
    small_world.work()
    assert cards_at_the_bank(small_world) == 0
    small_world.settled()


def test_the_bank_may_still_ask_and_a_refused_card_makes_room_for_another(small_world):
    _, item = make(small_world)
    checkout_id = ready(small_world, item)
    store(small_world, checkout_id, behaviour=Behaviour.THREE_D_SECURE)
    signed(small_world, checkout_id)
    asked = pay(small_world, checkout_id)
    assert asked.state == "pending"
    assert "three_d_secure" in (asked.next_action or {})["url"]
    small_world.bank.three_d_secure(asked.provider_ref or "", approve=False)
    reconciliation.settle_checkout(small_world.house, checkout_id=checkout_id)
    assert mandate.stored(small_world.house, small_world.purchase(checkout_id)) is None
    other = pay(small_world, checkout_id)
    assert "/card/" in (other.next_action or {})["url"]
    small_world.bank.submit_card(other.provider_ref or "", number=CARDS[Behaviour.SUCCESS], expiry="12/30", cvc="123")
    reconciliation.settle_checkout(small_world.house, checkout_id=checkout_id)
    small_world.work()
    assert small_world.state(checkout_id) == "confirmed"
    small_world.settled()


def test_the_shopper_may_use_another_card(small_world):
    _, item = make(small_world)
    checkout_id = ready(small_world, item)
    store(small_world, checkout_id)
    signed(small_world, checkout_id)
    assert pay(small_world, checkout_id, use_stored=False).method_ref is None


@pytest.mark.parametrize("fault", ["lost_before", "lost_after"])
def test_an_answer_that_was_lost_takes_one_payment(small_world, fault):
    _, item = make(small_world)
    checkout_id = ready(small_world, item)
    store(small_world, checkout_id)
    signed(small_world, checkout_id)
    small_world.bank.set_fault("begin", kind=fault)
    assert pay(small_world, checkout_id).state == "unknown"
    reconciliation.settle_checkout(small_world.house, checkout_id=checkout_id)
    if fault == "lost_before":
        pay(small_world, checkout_id)
        reconciliation.settle_checkout(small_world.house, checkout_id=checkout_id)
    small_world.work()
    taken = [kind for kind, _ in small_world.statement()]
    assert taken == (["authorisation", "capture"] if small_world.state(checkout_id) == "confirmed" else [])
    small_world.settled()
