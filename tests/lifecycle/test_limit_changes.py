"""A limit rises only on the shopper's yes after a new decision, and falls only with notice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bnpl_plugin import errors
from bnpl_plugin.lifecycle import credit_line, holds, limit_changes, policies
from bnpl_plugin.lifecycle.evidence import Facts
from bnpl_plugin.ports.records import CreditLine, LimitChange
from bnpl_plugin.rules.standard import POLICY
from tests.lifecycle.test_credit_line import LATER_POOR, ask_again, line_events, line_of, shopper_of
from tests.lifecycle.test_policies import another
from tests.lifecycle.test_standing import decided, succeed
from tests.lifecycle.world import World

#: What is told at first is worth ``LOW``; what the walker of the other tests tells is worth ``HIGH``.
POOR: dict[str, Any] = {"income_minor": 200_000, "outgoings_minor": 150_000}
LOW, HIGH = 172_000, 301_000


@pytest.fixture
def bought(world: World) -> str:
    """A checkout whose shopper has a line of ``LOW`` minor units."""
    checkout_id = world.buy(walker=world.shopper(**POOR))
    assert line_of(world, checkout_id).limit_minor == LOW
    return checkout_id


def richer(world: World, checkout_id: str) -> str:
    """The shopper tells of a better income; returns the decision's id."""
    told = world.shopper()
    facts = Facts(told.full_name, told.birth_date, told.income_minor, told.outgoings_minor, consent=True)
    decision = limit_changes.reassess(world.house, shopper_id=shopper_of(world, checkout_id), facts=facts)
    assert (decision.outcome, decision.limit_minor, decision.checkout_id) == ("approved", HIGH, None)
    return decision.decision_id


def offered(world: World, checkout_id: str, *, to_minor: int = 300_000) -> LimitChange:
    return limit_changes.offer_raise(
        world.house, shopper_id=shopper_of(world, checkout_id), to_minor=to_minor, reason="income_changed",
        decision_id=richer(world, checkout_id),
    )  # fmt: skip


def answer(world: World, change: LimitChange, *, yes: bool = True) -> LimitChange:
    return limit_changes.answer_raise(
        world.house, shopper_id=change.shopper_id, limit_change_id=change.limit_change_id, yes=yes
    )


def changed(world: World, change: LimitChange) -> tuple[str, CreditLine]:
    """The change's state, and the line."""
    found = world.house.store.lines.change(shopper_id=change.shopper_id, limit_change_id=change.limit_change_id)
    assert found is not None
    return found.state, credit_line.of_shopper(world.house, change.shopper_id)


def test_an_offered_raise_changes_nothing_until_the_yes(world, bought):
    change = offered(world, bought)
    assert line_of(world, bought).limit_minor == LOW
    world.work()
    assert world.messages()[-1] == "limit_raise_offered"
    assert answer(world, change).state == "accepted"
    assert line_of(world, bought).limit_minor == 300_000
    assert answer(world, change).state == "accepted"  # a second click
    assert line_events(world, bought) == ["credit.approved", "limit_change.offered", "limit_change.accepted"]


def test_a_no_leaves_the_limit_and_cannot_become_a_yes(world, bought):
    change = offered(world, bought)
    answer(world, change, yes=False)
    answer(world, change, yes=False)
    with pytest.raises(errors.StateMoved):
        answer(world, change)
    assert changed(world, change)[1].limit_minor == LOW


def test_a_raise_answered_late_has_lapsed(world, bought):
    change = offered(world, bought)
    world.clock.advance(timedelta(days=15))
    with pytest.raises(errors.OfferExpired):
        answer(world, change)
    with pytest.raises(errors.OfferExpired):
        answer(world, change)
    state, line = changed(world, change)
    assert (state, line.limit_minor) == ("lapsed", LOW)


def test_a_raise_nobody_answers_lapses_by_itself(world, bought):
    change = offered(world, bought)
    world.later(days=13)
    assert changed(world, change)[0] == "offered"
    world.later(days=2)
    assert changed(world, change)[0] == "lapsed"


def test_another_shopper_cannot_answer(world, bought):
    change = offered(world, bought)
    other = shopper_of(world, world.buy(walker=world.shopper(phone="+33612345679")))
    with pytest.raises(errors.NotYours):
        limit_changes.answer_raise(
            world.house, shopper_id=other, limit_change_id=change.limit_change_id, yes=True
        )  # fmt: skip
    with pytest.raises(errors.NotYours):
        limit_changes.answer_raise(
            world.house, shopper_id=change.shopper_id, limit_change_id="lch_nothing", yes=True
        )  # fmt: skip


def test_a_raise_needs_a_new_decision_of_this_shopper_that_allows_it(world, bought):
    house, shopper_id = world.house, shopper_of(world, bought)
    decision = world.purchase(bought).decision
    assert decision is not None
    other = world.buy(walker=world.shopper(phone="+33612345679"))
    foreign = world.purchase(other).decision
    assert foreign is not None
    for decision_id, refusal in (
        (decision.decision_id, errors.InvalidInput),  # allows no more than there is
        (foreign.decision_id, errors.NotYours),
        ("dec_nothing", errors.NotYours),
    ):
        with pytest.raises(refusal):
            limit_changes.offer_raise(
                house, shopper_id=shopper_id, to_minor=300_000, reason="good_history", decision_id=decision_id
            )
    fresh = richer(world, bought)
    for to_minor in (-1, 0, LOW, HIGH + 1, 10**30):
        with pytest.raises(errors.InvalidInput):
            limit_changes.offer_raise(
                house, shopper_id=shopper_id, to_minor=to_minor, reason="good_history", decision_id=fresh
            )
    world.clock.advance(timedelta(days=15))
    with pytest.raises(errors.CreditDeclined):  # decided too long ago
        limit_changes.offer_raise(
            house, shopper_id=shopper_id, to_minor=300_000, reason="good_history", decision_id=fresh
        )


def test_one_decision_raises_once(world, bought):
    change = offered(world, bought, to_minor=200_000)
    answer(world, change)
    world.clock.advance(timedelta(minutes=1))
    assert change.decision_id is not None
    answer(world, limit_changes.offer_raise(
        world.house, shopper_id=change.shopper_id, to_minor=250_000, reason="good_history",
        decision_id=richer(world, bought),
    ))  # fmt: skip
    with pytest.raises(errors.CreditDeclined):
        limit_changes.offer_raise(
            world.house, shopper_id=change.shopper_id, to_minor=HIGH, reason="good_history",
            decision_id=change.decision_id or "",
        )  # fmt: skip


def test_a_second_offer_replaces_the_first(world, bought):
    first, second = offered(world, bought), offered(world, bought, to_minor=HIGH)
    assert changed(world, first)[0] == "withdrawn"
    with pytest.raises(errors.StateMoved):
        answer(world, first)
    answer(world, second)
    assert line_of(world, bought).limit_minor == HIGH


def test_arrears_since_the_offer_stand_against_the_yes(world):
    checkout_id = world.buy(card=LATER_POOR, walker=world.shopper(**POOR))
    world.work()
    world.clock.advance(timedelta(days=27))
    change = offered(world, checkout_id)
    world.later(days=4)
    with pytest.raises(errors.CreditDeclined):
        answer(world, change)
    assert changed(world, change) == ("withdrawn", line_of(world, checkout_id))


def test_a_reassessment_uses_what_was_told_only_while_it_is_recent(world, bought):
    shopper_id = shopper_of(world, bought)
    assert limit_changes.reassess(world.house, shopper_id=shopper_id).limit_minor == LOW
    world.clock.advance(timedelta(days=31))
    with pytest.raises(errors.InvalidInput, match="facts"):
        limit_changes.reassess(world.house, shopper_id=shopper_id)


def test_a_lower_limit_takes_effect_after_its_notice(world, bought):
    change = limit_changes.lower(
        world.house, shopper_id=shopper_of(world, bought), to_minor=50_000, reason="risk_changed"
    )
    world.work()
    assert world.messages()[-1] == "limit_lower_noticed"
    assert ask_again(world, total_minor=60_000) == "approved"
    world.later(days=13, hours=23)
    assert line_of(world, bought).limit_minor == LOW
    world.later(hours=1)
    assert changed(world, change)[0] == "effective"
    assert line_of(world, bought).limit_minor == 50_000
    assert ask_again(world, total_minor=60_000) == "declined"


def test_a_limit_lowered_below_what_is_used_stops_new_draws_until_enough_is_paid(world):
    checkout_id = world.buy(world.shop.add(total_minor=200_000))
    limit_changes.lower(world.house, shopper_id=shopper_of(world, checkout_id), to_minor=0, reason="unused")
    world.later(days=15)
    line = line_of(world, checkout_id)
    assert (line.limit_minor, line.available_minor) == (0, 0)
    assert line.drawn_minor > 0
    world.sound()
    assert ask_again(world) == "declined"
    world.later(days=20)
    world.later(days=31)
    assert line_of(world, checkout_id).drawn_minor == 0


@pytest.mark.parametrize("to_minor", [-1, LOW, 10**18])
def test_a_limit_is_not_lowered_upwards_or_below_zero(world, bought, to_minor):
    with pytest.raises(errors.InvalidInput, match=f"0 to {LOW - 1}"):
        limit_changes.lower(world.house, shopper_id=shopper_of(world, bought), to_minor=to_minor, reason="unused")


def test_a_fall_taken_back_does_not_come(world, bought):
    shopper_id = shopper_of(world, bought)
    change = limit_changes.lower(world.house, shopper_id=shopper_id, to_minor=50_000, reason="risk_changed")
    limit_changes.withdraw(world.house, shopper_id=shopper_id)
    world.later(days=20)
    assert changed(world, change)[0] == "withdrawn"
    assert line_of(world, bought).limit_minor == LOW
    assert "limit_lower_withdrawn" in world.messages()
    with pytest.raises(errors.NotYours):
        limit_changes.withdraw(world.house, shopper_id=shopper_id)


def test_closing_a_line_ends_its_pending_change(world, bought):
    change = offered(world, bought)
    credit_line.close(world.house, shopper_id=change.shopper_id, reason="shopper_asked")
    assert changed(world, change)[0] == "withdrawn"
    with pytest.raises(errors.StateMoved):
        answer(world, change)
    for act in (
        lambda: limit_changes.lower(world.house, shopper_id=change.shopper_id, to_minor=1, reason="unused"),
        lambda: offered(world, bought),
    ):
        with pytest.raises(errors.InvalidInput, match="line"):
            act()


def test_a_fall_takes_effect_on_a_frozen_line_too(world, bought):
    shopper_id = shopper_of(world, bought)
    limit_changes.lower(world.house, shopper_id=shopper_id, to_minor=50_000, reason="risk_changed")
    credit_line.freeze(world.house, shopper_id=shopper_id, reason="risk_changed")
    world.later(days=15)
    line = line_of(world, bought)
    assert (line.state, line.limit_minor) == ("frozen", 50_000)


def test_a_raise_is_not_taken_on_a_policy_that_was_withdrawn(world, bought):
    change = offered(world, bought)
    policies.add(world.house, another("same-1"))
    policies.make_champion(world.house, version="same-1")
    policies.withdraw(world.house, version=POLICY.version)
    with pytest.raises(errors.CreditDeclined):
        answer(world, change)
    state, line = changed(world, change)
    assert (state, line.limit_minor) == ("withdrawn", LOW)
    with pytest.raises(errors.CreditDeclined):
        limit_changes.offer_raise(
            world.house, shopper_id=change.shopper_id, to_minor=300_000, reason="income_changed",
            decision_id=change.decision_id or "",
        )  # fmt: skip


def test_a_raise_is_not_taken_above_what_the_product_lends_by_now(world, bought):
    change = offered(world, bought)
    policies.add(world.house, another("small-1", caps_minor={"EUR": 299_999}))
    policies.make_champion(world.house, version="small-1")
    with pytest.raises(errors.CreditDeclined):
        answer(world, change)
    assert changed(world, change)[1].limit_minor == LOW


@pytest.mark.parametrize(
    ("to_minor", "state", "limit_minor"), [(50_000, "effective", 50_000), (172_000, "withdrawn", 150_500)]
)
def test_a_fall_announced_before_a_new_decision_lowered_the_limit_still_comes(world, to_minor, state, limit_minor):
    checkout_id = decided(world)
    line = line_of(world, checkout_id)
    fall = limit_changes.lower(world.house, shopper_id=line.shopper_id, to_minor=to_minor, reason="risk_changed")
    succeed(world, "half-1", limit_bps={"A": 5_000, "B": 3_500, "C": 2_000, "D": 1_000})
    holds.take(world.house, checkout_id=checkout_id)
    assert line_of(world, checkout_id).limit_minor == 150_500
    world.later(days=world.house.settings.limit_notice_days + 1)
    found = changed(world, fall)
    assert (found[0], found[1].limit_minor) == (state, limit_minor)
