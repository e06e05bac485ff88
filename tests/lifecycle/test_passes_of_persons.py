"""A pass that a person gives: what it says is what is left of the line, and it is worth what it says."""

from __future__ import annotations

import pytest

from bnpl_plugin.errors import InvalidInput
from bnpl_plugin.lifecycle import credit_line, limit_changes, prequalification
from tests.lifecycle.test_reviews import answer, declined, request
from tests.lifecycle.world import World


def test_a_pass_of_a_person_says_what_is_left_of_an_open_line_and_is_worth_what_it_says(world: World) -> None:
    world.buy()
    checkout_id = declined(world)
    line = credit_line.of_shopper(world.house, world.purchase(checkout_id).checkout.shopper_id or "")
    world.later(hours=25)
    line = credit_line.of_shopper(world.house, line.shopper_id)
    assert line.used_minor > 0
    answer(world, request(world, checkout_id))
    given = world.house.store.valid_pass(line.shopper_id)
    assert given is not None
    assert given.limit_minor == line.available_minor
    asked = ((29_900, "pay_in_3", "approved"), (line.available_minor + 100, "instalments_12", "declined"))
    for total_minor, plan_code, outcome in asked:
        checkout = world.shopper().open(world.shop.add(total_minor=total_minor))
        world.shopper().choose(checkout, plan_code=plan_code)
        world.shopper().identify(checkout)
        decision = prequalification.decide_by_pass(world.house, checkout_id=checkout.checkout_id)
        assert decision is not None
        assert decision.outcome == outcome
        assert decision.limit_minor == line.limit_minor


def test_nobody_is_given_a_pass_for_nothing(world: World) -> None:
    world.buy()
    checkout_id = declined(world)
    shopper_id = world.purchase(checkout_id).checkout.shopper_id or ""
    world.later(hours=25)
    found = request(world, checkout_id)
    limit_changes.lower(world.house, shopper_id=shopper_id, to_minor=1, reason="risk_changed")
    world.later(days=world.house.settings.limit_notice_days + 1)
    assert credit_line.of_shopper(world.house, shopper_id).limit_minor == 1
    with pytest.raises(InvalidInput, match="limit_minor"):
        answer(world, found)
    answer(world, found, "declined")
