"""A subsidised loan that a funder shares or buys: the fee goes with the principal, to the cent."""

from __future__ import annotations

import pytest

from bnpl_plugin.lifecycle import early_settlement, refund
from tests.lifecycle.funding.test_shared_loans import balance, bank, buy_back, owed, sell, shared
from tests.lifecycle.subsidies.giving import used, zero_percent
from tests.lifecycle.world import World


def bought(world: World) -> str:
    checkout_id = world.buy(world.shop.add(total_minor=60_000), plan_code="instalments_6")
    world.work()
    return checkout_id


@pytest.mark.parametrize("servicing_bps", [0, 1_000, 10_000])
def test_a_funder_that_shares_in_a_loan_has_its_part_of_the_fee(world, servicing_bps):
    zero_percent(world.house)
    funder_id = bank(world, servicing_bps=servicing_bps)
    shared(world, funder_id, share_bps=7_000)
    loan = world.book(bought(world)).loan
    fee, part = loan.subsidy_minor, loan.subsidy_minor * 7 / 10
    theirs = owed(world, funder_id) + loan.funder_minor
    assert theirs == pytest.approx(part * (10_000 - servicing_bps) / 10_000, abs=1)
    assert balance(world, "merchant_subsidy_receivable") == fee
    assert -balance(world, "unearned_subsidy") == fee - theirs
    world.sound()
    for _ in range(7):
        world.later(days=31)
    world.sound()
    assert (balance(world, "unearned_subsidy"), -balance(world, "subsidy_income")) == (0, fee - theirs)
    assert owed(world, funder_id) == theirs  # it had paid its principal and got it back


@pytest.mark.parametrize("days", [0, 70, 250])
def test_undone_the_funder_gives_its_part_of_the_fee_back(world, days):
    budget = zero_percent(world.house, days=300)
    funder_id = bank(world)
    shared(world, funder_id)
    checkout_id = bought(world)
    if days:
        world.later(days=days)
    refund.request(world.house, loan_id=world.book(checkout_id).loan.loan_id, reason="returned")
    world.work()
    world.settled()
    assert used(world.house, budget.subsidy_id) == (0, 0)
    zeroes = (
        "merchant_subsidy_receivable", "unearned_subsidy", "subsidy_income", "funder_payable", "servicing_income",
        "loan_sale_result",
    )  # fmt: skip
    assert {name: balance(world, name) for name in zeroes} == dict.fromkeys(zeroes, 0)


def test_undone_after_a_buy_back_the_fee_is_our_loss_and_the_payer_owes_nothing(world):
    zero_percent(world.house, days=300)
    funder_id = bank(world, servicing_bps=0)
    shared(world, funder_id)
    checkout_id = bought(world)
    loan = world.book(checkout_id).loan
    buy_back(world, funder_id, target_minor=10**9)
    refund.request(world.house, loan_id=loan.loan_id, reason="returned")
    world.work()
    world.settled()
    assert balance(world, "merchant_subsidy_receivable") == balance(world, "subsidy_income") == 0
    assert balance(world, "loan_sale_result") == pytest.approx(loan.subsidy_minor * 0.7, abs=1)


def test_a_sale_earns_what_was_left_of_the_fee_beside_its_price(world):
    zero_percent(world.house)
    funder_id = bank(world, servicing_bps=0)
    checkout_id = bought(world)
    world.later(days=40)
    loan = world.book(checkout_id).loan
    assert balance(world, "unearned_subsidy") < 0
    sell(world, funder_id, target_minor=10**9, price_bps=9_800)
    world.work()
    assert (balance(world, "unearned_subsidy"), -balance(world, "subsidy_income")) == (0, loan.subsidy_minor)
    world.sound()
    buy_back(world, funder_id, target_minor=10**9)
    world.later(days=200)
    world.settled()
    assert -balance(world, "subsidy_income") == loan.subsidy_minor


def test_a_sold_loan_undone_owes_the_payer_nothing(world):
    budget = zero_percent(world.house)
    funder_id = bank(world)
    checkout_id = bought(world)
    sell(world, funder_id, target_minor=10**9)
    world.work()
    refund.request(world.house, loan_id=world.book(checkout_id).loan.loan_id, reason="returned")
    world.work()
    world.settled()
    assert used(world.house, budget.subsidy_id) == (0, 0)
    assert balance(world, "merchant_subsidy_receivable") == balance(world, "subsidy_income") == 0


def test_a_shared_loan_settled_early_earns_our_rest_at_once(world):
    zero_percent(world.house)
    funder_id = bank(world)
    shared(world, funder_id)
    checkout_id = bought(world)
    world.later(days=40)
    book = world.book(checkout_id)
    due = early_settlement.figure(world.house, book=book, everything=True).payable_minor
    early_settlement.pay(
        world.house, loan_id=book.loan.loan_id, shopper_id=book.loan.shopper_id, everything=True, expected_minor=due
    )
    world.work()
    world.settled()
    assert balance(world, "unearned_subsidy") == 0
    assert owed(world, funder_id) - balance(world, "subsidy_income") == book.loan.subsidy_minor
