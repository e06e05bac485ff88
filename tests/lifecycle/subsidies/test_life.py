"""A subsidised purchase from its hold to its last instalment, its early end, and its undoing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bnpl_plugin import errors
from bnpl_plugin.lifecycle import checkout as checkouts
from bnpl_plugin.lifecycle import disclosure, early_settlement, holds, quotation, refund, signature
from bnpl_plugin.lifecycle.subsidies import budgets, earning
from bnpl_plugin.ports.platform import Order
from tests.lifecycle.subsidies.giving import balance, used, zero_percent
from tests.lifecycle.world import GOOD, World


def loan_id_of(checkout_id: str) -> str:
    return checkout_id.replace("chk_", "loan_")


def bought(world: World, **options) -> str:
    return world.buy(world.shop.add(total_minor=60_000), plan_code="instalments_6", **options)


def approved(world: World, **options) -> str:
    """A checkout with a subsidised offer and an approval, nothing held yet."""
    walker = world.shopper(**options)
    checkout = walker.open(world.shop.add(total_minor=60_000))
    walker.choose(checkout, plan_code="instalments_6")
    walker.identify(checkout)
    assert walker.decide(checkout) == "approved"
    return checkout.checkout_id


def test_the_hold_reserves_the_fee_and_the_loan_keeps_it_used(world):
    budget = zero_percent(world.house)
    checkout_id = world.shopper().to_signed(world.shop.add(total_minor=60_000), plan_code="instalments_6")
    hold = world.purchase(checkout_id).hold
    assert hold.subsidy_id == budget.subsidy_id
    assert used(world.house, budget.subsidy_id) == (hold.subsidy_minor, hold.subsidy_minor)
    world.shopper().pay(checkout_id, card=GOOD)
    world.settle(checkout_id)
    loan = world.book(checkout_id).loan
    assert used(world.house, budget.subsidy_id) == (hold.subsidy_minor, 0)
    assert (loan.interest_minor, loan.subsidy_minor) == (0, hold.subsidy_minor)
    assert balance(world.house, "merchant_subsidy_receivable", owner="host") == loan.subsidy_minor
    assert balance(world.house, "unearned_subsidy", owner=loan.loan_id) == -loan.subsidy_minor


@pytest.mark.parametrize("end", ["cancelled", "expired", "another plan"])
def test_a_purchase_given_up_gives_the_budget_back(world, end):
    budget = zero_percent(world.house)
    walker = world.shopper()
    checkout_id = walker.to_signed(world.shop.add(total_minor=60_000), plan_code="instalments_6")
    assert used(world.house, budget.subsidy_id)[0]
    if end == "cancelled":
        checkouts.cancel(world.house, checkout_id=checkout_id)
    elif end == "expired":
        world.later(hours=2)
    else:
        walker.choose(world.purchase(checkout_id).checkout, plan_code="pay_in_3")
    assert used(world.house, budget.subsidy_id) == (0, 0)


def test_each_due_date_earns_its_part_and_all_of_it_in_the_end(world):
    zero_percent(world.house)
    checkout_id = bought(world)
    loan = world.book(checkout_id).loan
    seen = []
    for _ in range(7):
        seen.append(-balance(world.house, "subsidy_income", owner=loan.loan_id))
        world.sound()
        world.later(days=31)
    assert seen[0] == 0
    assert seen == sorted(set(seen)) or seen[-1] == seen[-2]
    first, second = seen[1], seen[2] - seen[1]
    assert first > second  # more principal was outstanding in the first month
    assert -balance(world.house, "subsidy_income", owner=loan.loan_id) == loan.subsidy_minor
    assert balance(world.house, "unearned_subsidy", owner=loan.loan_id) == 0
    assert world.count("journal_entry", "kind = 'subsidy_earned'") == 6


def test_a_worker_months_late_values_each_part_at_its_due_date(world):
    zero_percent(world.house)
    checkout_id = bought(world)
    due = [row.due_on for row in world.book(checkout_id).instalments]
    world.clock.advance(timedelta(days=100))
    assert earning.earn_due(world.house, limit=50) == 3
    assert earning.earn_due(world.house, limit=50) == 0
    parts = world.house.store.subsidy_parts(loan_id_of(checkout_id))
    assert [part.due_on for part in parts] == due
    for day in due[:3]:
        assert world.count("journal_entry", f"kind = 'subsidy_earned' AND value_date = '{day}'") == 1


def test_two_workers_at_once_earn_a_part_once(small_world):
    zero_percent(small_world.house)
    checkout_id = bought(small_world)
    small_world.clock.advance(timedelta(days=40))
    stale = small_world.house.store.subsidy_parts_due(now=small_world.clock.now(), limit=5)
    assert earning.earn_due(small_world.house, limit=5) == 1
    assert earning._earn(small_world.house, stale, value_date=stale[0].due_on) == 0
    assert small_world.count("journal_entry", "kind = 'subsidy_earned'") == 1
    assert loan_id_of(checkout_id) == stale[0].loan_id


def test_early_settlement_earns_the_rest_at_once(world):
    zero_percent(world.house)
    checkout_id = bought(world)
    world.later(days=40)
    book = world.book(checkout_id)
    figure = early_settlement.figure(world.house, book=book, everything=True)
    early_settlement.pay(
        world.house, loan_id=book.loan.loan_id, shopper_id=book.loan.shopper_id, everything=True,
        expected_minor=figure.payable_minor,
    )  # fmt: skip
    world.work()
    assert world.book(checkout_id).loan.state == "settled"
    assert balance(world.house, "unearned_subsidy", owner=book.loan.loan_id) == 0
    assert -balance(world.house, "subsidy_income", owner=book.loan.loan_id) == book.loan.subsidy_minor
    assert world.count("journal_entry", "kind = 'subsidy_earned'") == 2
    assert earning.earn_rest(world.house, loan_id=book.loan.loan_id)  # twice is once
    world.later(days=200)
    assert world.count("journal_entry", "kind = 'subsidy_earned'") == 2


@pytest.mark.parametrize("days", [0, 40, 250], ids=["at once", "in its life", "after its end"])
def test_a_full_refund_reverses_all_of_it_and_the_budget_has_its_money_back(world, days):
    budget = zero_percent(world.house, days=300)
    checkout_id = bought(world)
    world.work()
    if days:
        world.later(days=days)
    refund.request(world.house, loan_id=loan_id_of(checkout_id), reason="returned")
    world.work()
    assert world.state(checkout_id) == "reversed"
    assert used(world.house, budget.subsidy_id) == (0, 0)
    for account, owner in (
        ("merchant_subsidy_receivable", "host"),
        ("unearned_subsidy", loan_id_of(checkout_id)),
        ("subsidy_income", loan_id_of(checkout_id)),
    ):
        assert balance(world.house, account, owner=owner) == 0
    world.later(days=250)
    assert used(world.house, budget.subsidy_id) == (0, 0)


def test_the_decision_prices_the_fee_by_the_rating(world):
    zero_percent(world.house)
    checkout_id = approved(world)
    offer = checkouts.offer_of(world.purchase(checkout_id).checkout)
    order = Order.from_json(world.purchase(checkout_id).checkout.cart)
    unrated = quotation.quote_plan(
        world.house, order=order, country="FR", merchant_id="host", plan_code="instalments_6", rating=None,
        language="en",
    )  # fmt: skip
    assert offer.nominal_rate == 0
    assert 0 < offer.subsidy_minor <= unrated.subsidy_minor
    assert offer.rating == world.purchase(checkout_id).decision.rating


@pytest.mark.parametrize("end", ["stopped", "over", "used up"])
@pytest.mark.parametrize("when", ["before the choice", "before the decision", "before the hold"])
def test_a_price_that_has_ended_is_told_and_never_replaced_by_a_dearer_one(small_world, when, end):
    world, house = small_world, small_world.house
    budget = zero_percent(house)
    budgets.extend(house, subsidy_id=budget.subsidy_id, ends_at=world.clock.now() + timedelta(minutes=5))

    walker = world.shopper()
    checkout = walker.open(world.shop.add(total_minor=60_000))
    if when == "before the choice":
        offer = quotation.quote_plan(
            house, order=Order.from_json(checkout.cart), country="FR", merchant_id="host", plan_code="instalments_6",
            rating=None, language="en",
        )  # fmt: skip
        token = quotation.sign_offer(house, offer=offer)
        _end(world, budget.subsidy_id, end=end)
        with pytest.raises(errors.SubsidyExhausted):
            checkouts.choose_plan(house, checkout_id=checkout.checkout_id, token=token)
        return
    walker.choose(checkout, plan_code="instalments_6")
    walker.identify(checkout)
    if when == "before the decision":
        _end(world, budget.subsidy_id, end=end)
    assert walker.decide(checkout) == "approved"
    if when == "before the hold":
        _end(world, budget.subsidy_id, end=end)
    with pytest.raises(errors.SubsidyExhausted):
        holds.take(house, checkout_id=checkout.checkout_id)
    purchase = world.purchase(checkout.checkout_id)
    assert purchase.checkout.state == "approved"
    assert checkouts.offer_of(purchase.checkout).nominal_rate == 0  # not silently dearer
    # the shopper chooses among the plans as they are now, and goes on
    walker.choose(purchase.checkout, plan_code="instalments_6")
    fresh = checkouts.offer_of(world.purchase(checkout.checkout_id).checkout)
    assert (fresh.subsidy_id, fresh.nominal_rate > 0) == (None, True)
    assert holds.take(house, checkout_id=checkout.checkout_id).subsidy_minor == 0


def _end(world: World, subsidy_id: str, *, end: str) -> None:
    if end == "stopped":
        budgets.stop(world.house, subsidy_id=subsidy_id)
    elif end == "over":
        world.clock.advance(timedelta(minutes=6))
    else:
        fill(world, subsidy_id)


def fill(world: World, subsidy_id: str) -> None:
    """Let another shopper's hold take so much of the budget that no cart of sixty thousand fits."""
    house = world.house
    other = world.shopper(phone="+33612345699").to_signed(world.shop.add(total_minor=60_000), plan_code="instalments_6")
    row = house.store.subsidy(subsidy_id)
    hold = world.purchase(other).hold
    assert row is not None
    assert hold is not None
    with house.store.engine.begin() as connection:  # type: ignore[attr-defined]
        connection.exec_driver_sql(
            f"UPDATE bnpl_subsidy SET ceiling_minor = {row.used_minor} WHERE subsidy_id = '{subsidy_id}'"
        )
    assert hold.state == "pending"


def test_a_lapsed_offer_made_anew_keeps_what_the_hold_has_reserved(world):
    budget = zero_percent(world.house)
    checkout_id = approved(world)
    hold = holds.take(world.house, checkout_id=checkout_id)
    budgets.stop(world.house, subsidy_id=budget.subsidy_id)  # what is held stays held
    world.clock.advance(timedelta(minutes=14))
    with world.house.store.engine.begin() as connection:  # the offer lapses before the hold does
        text = "UPDATE bnpl_hold SET expires_at = ceiling_at"
        connection.exec_driver_sql(text)
    world.clock.advance(timedelta(minutes=31))
    offer = checkouts.refresh_offer(world.house, checkout_id=checkout_id)
    assert (offer.subsidy_id, offer.subsidy_minor) == (budget.subsidy_id, hold.subsidy_minor)
    assert offer.nominal_rate == 0


def test_a_plain_hold_made_anew_is_not_given_a_budget_that_opened_since(small_world):
    world = small_world
    checkout_id = approved(world)
    holds.take(world.house, checkout_id=checkout_id)
    budget = zero_percent(world.house)
    world.clock.advance(timedelta(minutes=45))
    offer = checkouts.refresh_offer(world.house, checkout_id=checkout_id)
    assert offer.subsidy_id is None
    assert used(world.house, budget.subsidy_id) == (0, 0)


def test_a_payment_that_comes_after_the_hold_retakes_the_budget_or_is_given_back(world):
    budget = zero_percent(world.house)
    for round_, room in enumerate((True, False)):
        walker = world.shopper(phone=f"+3361234567{round_}")
        checkout_id = walker.to_signed(world.shop.add(total_minor=60_000), plan_code="instalments_6")
        walker.pay(checkout_id, card=GOOD)
        holds.release(world.house, purchase=world.purchase(checkout_id), expired=True)
        before = used(world.house, budget.subsidy_id)[0]
        if not room:
            budgets.stop(world.house, subsidy_id=budget.subsidy_id)
        world.settle(checkout_id)
        world.work()
        purchase = world.purchase(checkout_id)
        if room:
            assert purchase.checkout.state == "confirmed"
            assert used(world.house, budget.subsidy_id)[0] == before + purchase.loan.subsidy_minor
        else:
            assert (purchase.checkout.state, purchase.checkout.reason) == ("refused", "subsidy_exhausted")
            assert used(world.house, budget.subsidy_id)[0] == before
    assert world.count("loan") == 1


def test_the_agreement_says_what_the_shopper_pays_and_nothing_of_the_fee_is_owed(small_world):
    world = small_world
    zero_percent(world.house)
    checkout_id = bought(world)
    book = world.book(checkout_id)
    assert sum(row.principal_minor for row in book.instalments) == 60_000
    assert sum(row.interest_minor + row.fee_minor for row in book.instalments) == 0
    world.later(days=200)
    assert world.our_books() == {"EUR": 60_000}


def test_an_offer_with_a_subsidy_can_be_signed_only_with_its_hold(small_world):
    world = small_world
    zero_percent(world.house)
    checkout_id = approved(world)
    disclosure.present(world.house, checkout_id=checkout_id, language="en")
    with pytest.raises(errors.CheckoutExpired):
        signature.sign(world.house, checkout_id=checkout_id, typed_name="Camille Martin", accepted=True)
