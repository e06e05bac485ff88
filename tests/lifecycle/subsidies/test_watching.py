"""A budget warns once, stops itself at its end and at its last cent, and is taken up again only by a person."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bnpl_plugin import errors
from bnpl_plugin.lifecycle import merchants, refund
from bnpl_plugin.lifecycle.subsidies import budgets, watching
from bnpl_plugin.money.amount import Money
from bnpl_plugin.ports.records import Subsidy
from tests.lifecycle.subsidies.giving import used, zero_percent
from tests.lifecycle.world import World

ONE, OTHER = "boss@shop.example", "+33612345000"


def of(world: World, row: Subsidy) -> Subsidy:
    found = world.house.store.subsidy(row.subsidy_id)
    assert found is not None
    return found


def fee(world: World) -> int:
    """What one purchase of sixty thousand by an approved shopper costs a budget."""
    probe = zero_percent(world.house)
    checkout_id = world.shopper(phone="+33612349999").to_signed(
        world.shop.add(total_minor=60_000), plan_code="instalments_6"
    )
    hold = world.purchase(checkout_id).hold
    assert hold is not None
    world.later(hours=2)
    budgets.stop(world.house, subsidy_id=probe.subsidy_id)
    return hold.subsidy_minor


def buy(world: World, *, phone: str) -> str:
    return world.buy(world.shop.add(total_minor=60_000), plan_code="instalments_6", walker=world.shopper(phone=phone))


def told(world: World) -> list[tuple[str, str]]:
    sent = world.house.notifier.sent  # type: ignore[attr-defined]
    return [(m.to_phone, m.text) for m in sent if m.kind == "subsidy_warning"]


def test_crossing_the_level_warns_every_recipient_once(world):
    budget = zero_percent(world.house, minor=2 * fee(world) + 500, warn_bps=4_000, recipients=(ONE, OTHER))
    world.work()
    assert told(world) == []
    buy(world, phone="+33612340001")
    world.work()
    assert sorted(to for to, _ in told(world)) == sorted((ONE, OTHER))
    assert of(world, budget).warned_at is not None
    buy(world, phone="+33612340002")
    world.later(days=1)
    assert len(told(world)) == 2
    assert world.events(budget.subsidy_id) == ["subsidy.opened", "subsidy.warned"]


def test_two_workers_that_see_the_crossing_at_once_warn_once(small_world):
    world = small_world
    budget = zero_percent(world.house, minor=3 * fee(world), warn_bps=1, recipients=(ONE,))
    world.shopper().to_signed(world.shop.add(total_minor=60_000), plan_code="instalments_6")
    stale = of(world, budget)
    assert watching.watch(world.house, limit=10) == 1
    with pytest.raises(errors.StateMoved):
        watching._tell(world.house, stale, "warned", {"warned_at": world.clock.now()})
    world.work()
    assert len(told(world)) == 1


def test_the_last_cent_stops_it_once_nothing_held_can_come_back(world):
    budget = zero_percent(world.house, minor=fee(world), recipients=(ONE,))
    world.shopper().to_signed(world.shop.add(total_minor=60_000), plan_code="instalments_6")
    world.work()
    assert used(world.house, budget.subsidy_id) == (budget.ceiling_minor, budget.ceiling_minor)
    assert of(world, budget).state == "active"  # the hold may still be given back
    world.later(hours=2)
    assert used(world.house, budget.subsidy_id) == (0, 0)
    buy(world, phone="+33612340001")
    world.work()
    assert of(world, budget).state == "stopped"
    assert [to for to, _ in told(world)] == [ONE, ONE]  # at its level, then at its end


def test_too_little_left_for_any_cart_is_used_up_too(small_world):
    world = small_world
    budget = zero_percent(world.house, minor=fee(world) + 20, lowest_minor=60_000)
    buy(world, phone="+33612340001")
    world.work()
    assert of(world, budget).state == "stopped"
    assert world.events(budget.subsidy_id)[-1] == "subsidy.used_up"


def test_its_end_ends_it_and_says_so(world):
    budget = zero_percent(world.house, days=3, recipients=(ONE,))
    world.later(days=2)
    assert of(world, budget).state == "active"
    world.later(days=1)
    assert of(world, budget).state == "ended"
    assert [to for to, _ in told(world)] == [ONE]
    with pytest.raises(errors.IllegalTransition):
        budgets.stop(world.house, subsidy_id=budget.subsidy_id)
    with pytest.raises(errors.InvalidInput):
        budgets.resume(world.house, subsidy_id=budget.subsidy_id)
    later = world.clock.now() + timedelta(days=5)
    assert budgets.extend(world.house, subsidy_id=budget.subsidy_id, ends_at=later).state == "active"


def test_a_refund_gives_the_money_back_but_only_a_person_starts_it_again(world):
    budget = zero_percent(world.house, minor=fee(world))
    checkout_id = buy(world, phone="+33612340001")
    world.work()
    refund.request(world.house, loan_id=checkout_id.replace("chk_", "loan_"), reason="returned")
    world.work()
    assert (of(world, budget).state, of(world, budget).used_minor) == ("stopped", 0)
    assert budgets.resume(world.house, subsidy_id=budget.subsidy_id).state == "active"
    assert budgets.resume(world.house, subsidy_id=budget.subsidy_id).state == "active"


def test_more_money_warns_anew_when_it_is_low_again(world):
    one = fee(world)
    budget = zero_percent(world.house, minor=2 * one, warn_bps=5_000, recipients=(ONE,))
    buy(world, phone="+33612340001")
    world.work()
    assert len(told(world)) == 1
    fuller = budgets.top_up(world.house, subsidy_id=budget.subsidy_id, by=Money(2 * one, "EUR"))
    assert (fuller.ceiling_minor, fuller.warned_at) == (4 * one, None)
    buy(world, phone="+33612340002")
    world.work()
    assert len(told(world)) == 2


@pytest.mark.parametrize("by", [Money(5, "USD"), Money(0, "EUR"), Money(-5, "EUR"), Money(10**14, "EUR")])
def test_what_cannot_be_added_is_refused(small_world, by):
    budget = zero_percent(small_world.house)
    with pytest.raises(errors.InvalidInput):
        budgets.top_up(small_world.house, subsidy_id=budget.subsidy_id, by=by)
    assert of(small_world, budget).ceiling_minor == budget.ceiling_minor


def test_a_budget_that_is_not_there_is_nobodys(small_world):
    for deed in (budgets.stop, budgets.resume):
        with pytest.raises(errors.NotYours):
            deed(small_world.house, subsidy_id="sub_none")


def test_a_shop_that_pays_is_told_by_webhook_and_the_maker_is_not(world):
    house = world.house
    shop = merchants.register(
        house, name="Third", webhook_url="https://third.example/hook", webhook_secret="whsec_" + "a" * 32
    )
    zero_percent(house, merchant_id=shop.merchant_id)
    zero_percent(house)
    world.work()
    assert [b"subsidy.opened" in body for _, body in world.courier.posted] == [True]
