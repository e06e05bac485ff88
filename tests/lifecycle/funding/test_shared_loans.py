"""Loans that a funder shares or owns: every cent is somebody's at every step, and the shopper sees nothing of it."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
import sqlalchemy as sa

from bnpl_plugin import errors
from bnpl_plugin.lifecycle import early_settlement, refund
from bnpl_plugin.lifecycle.funding import funders, limits, loan_sales
from bnpl_plugin.providers.sandbox import Behaviour
from tests.lifecycle.test_same_moment import at_once
from tests.lifecycle.world import CARDS, World

POOL = "pool_eur"


def phone(number: int) -> str:
    return f"+3361260{number:04d}"


def balance(world: World, account: str, *, owner: str | None = None) -> int:
    """What stands on an account, debit positive."""
    query = "SELECT coalesce(sum(amount_minor), 0) FROM bnpl_posting WHERE account = :account"
    given = {"account": account}
    if owner is not None:
        query, given = f"{query} AND owner = :owner", {**given, "owner": owner}
    with world.house.store.engine.connect() as connection:  # type: ignore[attr-defined]
        return int(connection.execute(sa.text(query), given).scalar_one())


def bank(world: World, *, servicing_bps: int = 1_000) -> str:
    return funders.register(world.house, name="Bank", servicing_bps=servicing_bps).funder_id


def shared(world: World, funder_id: str, *, share_bps: int = 7_000, plan_codes=(), days: int = 500) -> str:
    now = world.clock.now()
    return funders.share_loans(
        world.house, funder_id=funder_id, pool_id=POOL, share_bps=share_bps, plan_codes=plan_codes, starts_at=now,
        ends_at=now + timedelta(days=days),
    ).co_lending_id  # fmt: skip


def sell(world: World, funder_id: str, **asked):
    given = {"price_bps": 10_000, "value_on": world.house.today("UTC"), **asked}
    return loan_sales.sell(world.house, pool_id=POOL, funder_id=funder_id, **given)


def buy_back(world: World, funder_id: str, **asked):
    given = {"price_bps": 10_000, "value_on": world.house.today("UTC"), **asked}
    return loan_sales.buy_back(world.house, pool_id=POOL, funder_id=funder_id, **given)


def owed(world: World, funder_id: str) -> int:
    return funders.account(world.house, funder_id=funder_id, currency="EUR").owed_minor


def lived_out(world: World, *, months: int) -> None:
    for _ in range(months):
        world.later(days=31)
        world.sound()


def test_a_shared_loan_is_born_paid_and_closed_to_the_cent(world):
    funder_id = bank(world)
    shared(world, funder_id)
    checkout_id = world.buy(world.shop.add(total_minor=99_999), plan_code="instalments_6")
    world.work()
    loan = world.book(checkout_id).loan
    first = loan.principal_minor - loan.outstanding_minor
    assert loan.funder_id == funder_id
    assert world.pool() == (0, loan.outstanding_minor - loan.funder_minor)
    assert abs(loan.funder_minor * 10 - (loan.principal_minor - first) * 7) <= 10
    assert balance(world, "loan_principal_ceded") == -loan.funder_minor
    world.sound()
    lived_out(world, months=7)
    book = world.book(checkout_id)
    assert (book.loan.state, book.loan.funder_minor) == ("settled", 0)
    assert world.pool() == (0, 0)
    interest = sum(row.interest_minor for row in book.instalments)
    ours, servicing = -balance(world, "interest_income"), -balance(world, "servicing_income")
    funders_own = owed(world, funder_id)
    assert interest > 0
    assert ours + servicing + funders_own == interest  # it had paid its principal and got it back
    assert abs(servicing * 9 - funders_own) <= 60


def test_only_the_plans_named_are_shared_and_only_in_their_time(world):
    funder_id = bank(world)
    shared(world, funder_id, share_bps=5_000, plan_codes=("pay_in_4",), days=1)
    shared(world, funder_id, share_bps=9_000, plan_codes=("instalments_6",))
    for number, (plan, share) in enumerate({"pay_in_3": 0, "pay_in_4": 5_000}.items()):
        loan = world.book(world.buy(plan_code=plan, walker=world.shopper(phone=phone(number)))).loan
        assert (loan.funder_id, loan.funder_minor) == ((funder_id, loan.principal_minor // 2) if share else (None, 0))
    world.later(days=1)
    late = world.book(world.buy(plan_code="pay_in_4", walker=world.shopper(phone=phone(9)))).loan
    assert late.funder_id is None


def test_a_sharing_that_has_ended_takes_no_new_loan_and_keeps_its_old(world):
    funder_id = bank(world)
    sharing = shared(world, funder_id)
    old = world.buy()
    funders.end_sharing(world.house, co_lending_id=sharing)
    with pytest.raises(errors.StateMoved):
        funders.end_sharing(world.house, co_lending_id=sharing)
    new = world.buy(walker=world.shopper(phone=phone(10)))
    assert world.book(old).loan.funder_minor > 0
    assert world.book(new).loan.funder_id is None


def test_a_shared_loan_reversed_gives_the_funder_its_principal_and_takes_its_interest_back(world):
    funder_id = bank(world)
    shared(world, funder_id)
    checkout_id = world.buy(plan_code="instalments_6")
    world.work()
    world.later(days=40)
    assert balance(world, "servicing_income") < 0
    refund.request(world.house, loan_id=world.book(checkout_id).loan.loan_id, reason="returned")
    world.work()
    world.settled()
    assert world.book(checkout_id).loan.funder_minor == 0
    assert world.pool() == (0, 0)
    zeroes = ("loan_principal_ceded", "servicing_income", "interest_income", "loan_principal", "funder_payable")
    assert {name: balance(world, name) for name in zeroes} == dict.fromkeys(zeroes, 0)


def test_a_shared_loan_settled_early_clears_both_parts(world):
    funder_id = bank(world)
    shared(world, funder_id, share_bps=3_333)
    checkout_id = world.buy(plan_code="instalments_12")
    world.work()
    world.later(days=33)
    book = world.book(checkout_id)
    due = early_settlement.figure(world.house, book=book, everything=True).payable_minor
    early_settlement.pay(
        world.house, loan_id=book.loan.loan_id, shopper_id=book.loan.shopper_id, everything=True, expected_minor=due
    )
    loan = world.book(checkout_id).loan
    assert (loan.state, loan.outstanding_minor, loan.funder_minor) == ("settled", 0, 0)
    assert world.pool() == (0, 0)
    assert balance(world, "loan_principal_ceded") == 0


def test_a_sold_loan_frees_capital_at_once_and_pays_its_funder(world):
    funder_id = bank(world, servicing_bps=0)
    checkout_id = world.buy(plan_code="instalments_6")
    world.work()
    loan = world.book(checkout_id).loan
    sale = sell(world, funder_id, target_minor=10**9)
    assert (sale.state, sale.loans, sale.principal_minor) == ("done", 1, loan.outstanding_minor)
    assert world.pool() == (0, 0)
    world.sound()
    lived_out(world, months=7)
    interest = sum(row.interest_minor for row in world.book(checkout_id).instalments)
    assert owed(world, funder_id) == loan.outstanding_minor + interest
    assert world.pool() == (0, 0)


@pytest.mark.parametrize(("price_bps", "loss"), [(9_500, 500), (10_000, 0), (10_250, 0)])
def test_a_price_off_par_is_gain_or_loss_and_a_loss_lowers_the_pool(world, price_bps, loss):
    funder_id = bank(world)
    world.buy(world.shop.add(total_minor=15_000))
    world.work()
    before = world.house.store.treasury.pool(POOL).available_minor
    sale = sell(world, funder_id, target_minor=10**9, price_bps=price_bps)
    assert (sale.principal_minor, sale.price_minor) == (10_000, price_bps)
    assert balance(world, "loan_sale_result") == 10_000 - price_bps
    assert world.house.store.treasury.pool(POOL).available_minor == before - loss
    world.sound()
    back = buy_back(world, funder_id, target_minor=10**9, price_bps=20_000)
    assert back.price_minor == 20_000
    assert world.house.store.treasury.pool(POOL).available_minor == before - loss - 10_000
    assert world.pool() == (0, 10_000)


def test_a_loan_bought_back_is_ours_again_and_is_sold_once_more(world):
    one, other = bank(world), bank(world)
    checkout_id = world.buy()
    world.work()
    whole = world.pool()
    sell(world, one, target_minor=10**9)
    assert sell(world, other, target_minor=10**9).loans == 0
    assert buy_back(world, other, target_minor=10**9).loans == 0
    assert buy_back(world, one, loan_ids=[world.book(checkout_id).loan.loan_id]).loans == 1
    assert world.pool() == whole
    world.sound()
    assert sell(world, other, target_minor=10**9).loans == 1
    world.later(days=70)
    assert owed(world, one) == 0
    assert owed(world, other) == whole[1]


def test_a_sale_stops_at_its_target_and_takes_the_oldest_first(world):
    funder_id = bank(world)
    bought = []
    for number in range(4):
        bought.append(world.buy(world.shop.add(total_minor=15_000), walker=world.shopper(phone=phone(30 + number))))
        world.later(minutes=1)
    sale = sell(world, funder_id, target_minor=25_000)
    assert (sale.loans, sale.principal_minor) == (2, 20_000)
    assert [world.book(one).loan.funder_minor > 0 for one in bought] == [True, True, False, False]


def test_sold_in_batches_and_killed_between_two_the_worker_goes_on(world, monkeypatch):
    funder_id = bank(world)
    for number in range(5):
        world.buy(walker=world.shopper(phone=phone(40 + number)))
    world.work()
    monkeypatch.setattr(loan_sales, "BATCH", 2)
    written: list[int] = []
    commit = type(world.house).commit

    def killed(house, changeset):
        if any(event.kind == "loans.sold" for event in changeset.events):
            if written:
                raise KeyboardInterrupt
            written.append(1)
        commit(house, changeset)

    with monkeypatch.context() as patch:
        patch.setattr(type(world.house), "commit", killed)
        with pytest.raises(KeyboardInterrupt):
            sell(world, funder_id, target_minor=10**9)
    (half,) = world.house.store.treasury.loan_sales()
    assert (half.state, half.loans) == ("open", 2)
    world.sound()
    world.work()
    (whole,) = world.house.store.treasury.loan_sales()
    assert (whole.state, whole.loans) == ("done", 5)
    assert world.pool() == (0, 0)
    assert world.count("loan_sale_item") == 5
    assert loan_sales.go_on(world.house, loan_sale_id=whole.loan_sale_id)
    assert world.count("loan_sale_item") == 5


def test_a_loan_in_default_is_not_sold_and_is_bought_back(world):
    funder_id = bank(world)
    one = world.buy(card=CARDS[Behaviour.DECLINES_LATER])
    world.work()
    sell(world, funder_id, target_minor=10**9)
    for _ in range(6):
        world.later(days=31)
    assert world.book(one).loan.state == "defaulted"
    world.sound()
    assert buy_back(world, funder_id, target_minor=10**9).loans == 1
    assert sell(world, funder_id, loan_ids=[world.book(one).loan.loan_id]).loans == 0
    assert world.pool()[1] == world.book(one).loan.outstanding_minor


def test_what_no_capital_is_free_for_stays_sold(world):
    funder_id = bank(world)
    for number in range(3):
        world.buy(world.shop.add(total_minor=15_000), walker=world.shopper(phone=phone(50 + number)))
        world.later(minutes=1)
    sell(world, funder_id, target_minor=10**9)
    limit_id = limits.set_limit(
        world.house, pool_id=POOL, scope="plan", subject="pay_in_3", ceiling_minor=20_000
    ).limit_id
    back = buy_back(world, funder_id, target_minor=10**9)
    assert (back.state, back.loans, back.selection["fault"]) == ("done", 2, "concentration_exceeded")
    assert world.house.store.treasury.limit(limit_id).used_minor == 20_000
    world.sound()


def test_a_sold_loan_lowers_its_limits_and_a_shared_one_counts_our_part(world):
    funder_id = bank(world)
    limit_id = limits.set_limit(
        world.house, pool_id=POOL, scope="plan", subject="pay_in_3", ceiling_minor=10_000
    ).limit_id
    shared(world, funder_id, share_bps=9_000)
    world.buy(world.shop.add(total_minor=30_000))
    world.work()
    assert world.house.store.treasury.limit(limit_id).used_minor == 2_000
    sell(world, funder_id, target_minor=10**9)
    assert world.house.store.treasury.limit(limit_id).used_minor == 0


def test_the_account_with_a_funder_is_settled_both_ways_and_never_twice(world):
    funder_id = bank(world)
    shared(world, funder_id, share_bps=5_000)
    world.buy(world.shop.add(total_minor=30_000))
    assert owed(world, funder_id) == -15_000
    world.work()
    assert owed(world, funder_id) == -10_000
    answers = at_once(
        world, *[partial(funders.remit, world.house, funder_id=funder_id, currency="EUR", bank_ref="one")] * 3
    )
    refused = [answer for answer in answers if isinstance(answer, errors.BnplError)]
    assert len(refused) == 2
    assert {type(one) for one in refused} <= {errors.StateMoved, errors.InvalidInput}
    assert owed(world, funder_id) == 0
    with pytest.raises(errors.InvalidInput):
        funders.remit(world.house, funder_id=funder_id, currency="EUR", bank_ref="again")
    world.later(days=70)
    assert owed(world, funder_id) == 10_000
    for amount in (10_001, -1, 0):
        with pytest.raises(errors.InvalidInput):
            funders.remit(world.house, funder_id=funder_id, currency="EUR", amount_minor=amount, bank_ref="x")
    paid = funders.remit(world.house, funder_id=funder_id, currency="EUR", amount_minor=4_000, bank_ref="two")
    assert (paid.number, owed(world, funder_id)) == (2, 6_000)
    with pytest.raises(errors.InvalidInput):
        funders.remit(world.house, funder_id=funder_id, currency="USD", bank_ref="three")


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"price_bps": -1}, "price_bps"),
        ({"price_bps": 20_001}, "price_bps"),
        ({"target_minor": 0}, "target_minor"),
        ({"target_minor": -5}, "target_minor"),
        ({"target_minor": 10**19}, "target_minor"),
        ({"loan_ids": ["x"] * 10_001}, "loan_ids"),
    ],
)
def test_a_sale_that_cannot_be_is_told_by_its_field(small_world, asked, field):
    funder_id = bank(small_world)
    with pytest.raises(errors.InvalidInput) as refused:
        sell(small_world, funder_id, **{"target_minor": 1, **asked})
    assert refused.value.details["field"] == field
    assert small_world.count("loan_sale") == 0


@pytest.mark.parametrize(
    "asked",
    [{"share_bps": 0}, {"share_bps": 10_000}, {"plan_codes": ["pay_in_33"]}, {"days": 0}, {"days": -1}],
)
def test_a_sharing_that_cannot_be_is_refused(small_world, asked):
    funder_id = bank(small_world)
    with pytest.raises(errors.InvalidInput):
        shared(small_world, funder_id, **asked)
    assert small_world.count("co_lending") == 0


def test_nobody_unknown_buys_or_shares(small_world):
    for deed in (partial(sell, target_minor=1), shared, partial(buy_back, target_minor=1)):
        with pytest.raises(errors.NotYours):
            deed(small_world, "fun_of_nobody")
    for name, servicing in (("", 0), ("x" * 121, 0), ("a\nb", 0), ("Bank", -1), ("Bank", 10_001)):
        with pytest.raises(errors.InvalidInput):
            funders.register(small_world.house, name=name, servicing_bps=servicing)
