"""Between decision and signature: a policy withdrawn in flight, a score that drops, and a lender who is bound after."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bnpl_plugin.errors import CreditDeclined, DecisionMissing
from bnpl_plugin.lifecycle import disclosure, holds, policies, signature
from bnpl_plugin.rules.standard import POLICY
from tests.lifecycle.test_policies import another


def decided(world, *, total_minor=29_900, plan_code="pay_in_3"):
    walker = world.shopper()
    checkout = walker.open(world.shop.add(total_minor=total_minor))
    walker.choose(checkout, plan_code=plan_code)
    walker.identify(checkout)
    assert walker.decide(checkout) == "approved"
    return checkout.checkout_id


def succeed(world, version, **changes):
    policies.add(world.house, another(version, **changes))
    policies.make_champion(world.house, version=version)
    policies.withdraw(world.house, version=POLICY.version)


def sign(world, checkout_id):
    disclosure.present(world.house, checkout_id=checkout_id, language="en")
    return signature.sign(world.house, checkout_id=checkout_id, typed_name="Camille Martin", accepted=True)


NOTHING = {"limit_bps": {"A": 0, "B": 0, "C": 0, "D": 0}}


def test_a_decision_of_a_withdrawn_policy_is_not_drawn_on(world):
    checkout_id = decided(world)
    succeed(world, "closed-1", **NOTHING)
    with pytest.raises(CreditDeclined) as refused:
        holds.take(world.house, checkout_id=checkout_id)
    purchase = world.purchase(checkout_id)
    assert purchase.checkout.state == "declined"
    assert purchase.decision.policy_version == "closed-1"
    assert refused.value.details["reasons"] == tuple(purchase.decision.reasons["codes"])
    assert all(code.startswith("score_") for code in purchase.decision.reasons["codes"])
    assert world.pool() == (0, 0)


def test_a_withdrawal_while_held_gives_everything_back_at_the_signature(world):
    checkout_id = decided(world)
    holds.take(world.house, checkout_id=checkout_id)
    disclosure.present(world.house, checkout_id=checkout_id, language="en")
    succeed(world, "closed-1", **NOTHING)
    with pytest.raises(CreditDeclined):
        signature.sign(world.house, checkout_id=checkout_id, typed_name="Camille Martin", accepted=True)
    assert world.state(checkout_id) == "declined"
    assert world.pool() == (0, 0)
    assert world.line(checkout_id) == (0, 0)


def test_a_new_policy_that_approves_goes_on_with_its_own_limit(world):
    checkout_id = decided(world)
    succeed(world, "half-1", limit_bps={"A": 5_000, "B": 3_500, "C": 2_000, "D": 1_000})
    holds.take(world.house, checkout_id=checkout_id)
    sign(world, checkout_id)
    purchase = world.purchase(checkout_id)
    line = world.house.store.line(shopper_id=purchase.checkout.shopper_id, currency="EUR")
    assert purchase.decision.policy_version == "half-1"
    assert line.limit_minor == purchase.decision.limit_minor
    assert "credit.reaffirmed" in world.events(checkout_id)


def test_a_dearer_successor_never_raises_the_price_that_was_shown(world):
    checkout_id = decided(world, total_minor=60_000, plan_code="instalments_12")
    shown = world.purchase(checkout_id).checkout.offer
    succeed(world, "dear-1", prices={"instalments_12": dict.fromkeys("ABCD", "0.119")})
    holds.take(world.house, checkout_id=checkout_id)
    now = world.purchase(checkout_id).checkout.offer
    assert now["schedule"] == shown["schedule"]
    sign(world, checkout_id)


def test_a_person_looks_at_it_where_the_successor_says_so(world):
    checkout_id = decided(world)
    succeed(world, "people-1", refer={"principal_from_minor": {"EUR": 1}})
    with pytest.raises(DecisionMissing):
        holds.take(world.house, checkout_id=checkout_id)
    assert world.state(checkout_id) == "referred"


def test_after_the_signature_the_lender_is_bound(world):
    checkout_id = decided(world)
    holds.take(world.house, checkout_id=checkout_id)
    agreement = sign(world, checkout_id)
    succeed(world, "closed-1", **NOTHING)
    walker = world.shopper()
    assert sign(world, checkout_id) == agreement
    walker.pay(checkout_id, card="4242424242424242")
    world.settle(checkout_id)
    assert world.state(checkout_id) == "confirmed"


def test_a_score_that_drops_between_quote_and_draw_is_seen(world):
    house = world.house
    first = world.buy()
    loan_id = world.book(first).loan.loan_id
    checkout_id = decided(world, total_minor=5_000)
    with house.store.engine.begin() as connection:
        connection.exec_driver_sql(
            f"UPDATE bnpl_instalment SET state = 'overdue' WHERE loan_id = '{loan_id}' AND number = 2"
        )
    world.clock.advance(timedelta(hours=2))
    with pytest.raises(CreditDeclined) as refused:
        holds.take(house, checkout_id=checkout_id)
    assert refused.value.details["reasons"] == ("open_arrears",)
    assert world.state(checkout_id) == "declined"


def test_twice_withdrawn_is_once_decided(world):
    checkout_id = decided(world)
    succeed(world, "same-1")
    hold = holds.take(world.house, checkout_id=checkout_id)
    assert holds.take(world.house, checkout_id=checkout_id) == hold
    assert world.count("decision") == 2


def test_what_the_law_made_us_ask_is_not_asked_again(world):
    """In China a decision grown old is made again on the facts once told, the declared student status among them."""
    walker = world.shopper(phone="+8613812345678")
    checkout = walker.open(world.shop.add(total_minor=300_000, currency="CNY"))
    walker.choose(checkout, plan_code="instalments_6")
    walker.identify(checkout)
    assert walker.decide(checkout) == "approved"
    world.clock.advance(timedelta(hours=2))
    assert holds.take(world.house, checkout_id=checkout.checkout_id).state == "pending"
    decision = world.purchase(checkout.checkout_id).decision
    assert decision.inputs["student"] is False
    assert decision.decided_at == world.clock.now()


def test_what_was_signed_for_another_plan_rests_on_the_decision_of_then(small_world):
    """Signed, given up for another plan, decided anew: ``verify`` has nothing against the older agreement."""
    checkout_id = decided(small_world)
    holds.take(small_world.house, checkout_id=checkout_id)
    sign(small_world, checkout_id)
    holds.release(small_world.house, purchase=small_world.purchase(checkout_id))
    small_world.clock.advance(timedelta(minutes=61))
    assert holds.take(small_world.house, checkout_id=checkout_id).state == "pending"
    small_world.sound()
