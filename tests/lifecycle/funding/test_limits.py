"""Limits of concentration: what is there counts, what is too much is refused, and what is repaid makes room again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest

from bnpl_plugin import errors
from bnpl_plugin.lifecycle import early_settlement, holds, refund
from bnpl_plugin.lifecycle.funding import limits
from bnpl_plugin.storage.writing import postgres
from tests.lifecycle.test_same_moment import at_once
from tests.lifecycle.world import World, world_in

POOL = "pool_eur"


def used(world: World, limit_id: str) -> int:
    found = world.house.store.treasury.limit(limit_id)
    assert found is not None
    return found.used_minor


def limit_of(world: World, scope: str, subject: str, *, ceiling_minor: int = 10_000_000) -> str:
    return limits.set_limit(
        world.house, pool_id=POOL, scope=scope, subject=subject, ceiling_minor=ceiling_minor
    ).limit_id


def phone(number: int) -> str:
    return f"+3361250{number:04d}"


@pytest.mark.parametrize("scope", ["sale", "merchant", "plan", "cohort"])
def test_a_new_limit_counts_loans_and_holds_that_are_there(world, scope):
    item = world.sale(units=9, units_per_shopper=9)
    lent = world.buy(world.shop.add(sale_item_id=item.sale_item_id, units=1))
    walker = world.shopper(phone=phone(1))
    held = walker.to_signed(world.shop.add(sale_item_id=item.sale_item_id, units=1), plan_code="pay_in_3")
    purchase = world.purchase(held)
    subject = {
        "sale": item.sale_item_id, "merchant": world.house.host_merchant_id, "plan": "pay_in_3",
        "cohort": purchase.decision.rating,
    }[scope]  # fmt: skip
    expected = world.book(lent).loan.outstanding_minor + purchase.hold.principal_minor
    limit_id = limit_of(world, scope, subject)
    other = limit_of(world, "plan", "instalments_24")
    assert (used(world, limit_id), used(world, other)) == (expected, 0)
    world.sound()
    world.buy(world.shop.add(), walker=world.shopper(phone=phone(2)), plan_code="pay_in_4")
    assert (used(world, limit_id) > expected) == (scope in ("merchant", "cohort"))


def test_what_is_over_the_ceiling_is_refused_and_holds_nothing(world):
    limit_id = limit_of(world, "plan", "pay_in_3", ceiling_minor=20_000)
    with pytest.raises(errors.ConcentrationExceeded):
        world.buy(world.shop.add(total_minor=20_001))
    assert (world.pool()[0], used(world, limit_id)) == (0, 0)
    world.buy(world.shop.add(total_minor=20_001), plan_code="pay_in_4", walker=world.shopper(phone=phone(3)))
    world.buy(world.shop.add(total_minor=20_000), walker=world.shopper(phone=phone(4)))
    assert used(world, limit_id) == 20_000


def test_release_expiry_repayment_early_settlement_and_refund_make_room_again(world):
    limit_id = limit_of(world, "merchant", world.house.host_merchant_id)
    released = world.shopper(phone=phone(5)).to_signed(world.shop.add(), plan_code="pay_in_3")
    assert used(world, limit_id) == 29_900
    holds.release(world.house, purchase=world.purchase(released))
    assert used(world, limit_id) == 0
    world.shopper(phone=phone(6)).to_signed(world.shop.add(), plan_code="pay_in_3")
    world.later(hours=3)
    assert used(world, limit_id) == 0
    bought = [world.buy(walker=world.shopper(phone=phone(10 + n))) for n in range(3)]
    world.work()
    world.later(days=31)
    loans = [world.book(one).loan for one in bought]
    assert used(world, limit_id) == sum(loan.outstanding_minor for loan in loans) > 0
    world.sound()
    refund.request(world.house, loan_id=loans[0].loan_id, reason="returned")
    book = world.book(bought[1])
    due = early_settlement.figure(world.house, book=book, everything=True).payable_minor
    early_settlement.pay(
        world.house, loan_id=book.loan.loan_id, shopper_id=book.loan.shopper_id, everything=True, expected_minor=due
    )
    assert used(world, limit_id) == loans[2].outstanding_minor
    world.later(days=62)
    assert used(world, limit_id) == 0


def test_a_ceiling_below_what_is_there_lets_nothing_in_until_it_has_fallen(world):
    world.buy()
    world.work()
    limit_id = limit_of(world, "plan", "pay_in_3", ceiling_minor=1)
    with pytest.raises(errors.ConcentrationExceeded):
        world.buy(walker=world.shopper(phone=phone(20)))
    again = limit_of(world, "plan", "pay_in_3", ceiling_minor=60_000)
    assert again == limit_id
    world.buy(walker=world.shopper(phone=phone(21)))


def test_an_ended_limit_binds_no_more_and_counts_down_to_nothing(world):
    limit_id = limit_of(world, "plan", "pay_in_3", ceiling_minor=29_900)
    world.buy()
    limits.end_limit(world.house, limit_id=limit_id)
    with pytest.raises(errors.StateMoved):
        limits.end_limit(world.house, limit_id=limit_id)
    world.buy(walker=world.shopper(phone=phone(22)))
    world.work()
    assert 0 < used(world, limit_id) <= 29_900
    world.later(days=100)
    assert used(world, limit_id) == 0
    assert limit_of(world, "plan", "pay_in_3") != limit_id


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"scope": "country"}, "scope"),
        ({"subject": ""}, "subject"),
        ({"subject": "x" * 121}, "subject"),
        ({"subject": "a\nb"}, "subject"),
        ({"subject": "pay_in_33"}, "subject"),
        ({"scope": "merchant", "subject": "📱 shop"}, "subject"),
        ({"scope": "cohort", "subject": "a"}, "subject"),
        ({"scope": "sale", "subject": "sale_nothing"}, "subject"),
        ({"ceiling_minor": -1}, "ceiling_minor"),
        ({"ceiling_minor": 10**19}, "ceiling_minor"),
        ({"ceiling_minor": True}, "ceiling_minor"),
    ],
)
def test_a_limit_that_cannot_be_is_told_by_its_field(small_world, asked, field):
    given = {"pool_id": POOL, "scope": "plan", "subject": "pay_in_3", "ceiling_minor": 1, **asked}
    with pytest.raises(errors.InvalidInput) as refused:
        limits.set_limit(small_world.house, **given)
    assert refused.value.details["field"] == field
    assert small_world.count("capital_limit") == 0


def test_no_limit_without_its_pool(small_world):
    with pytest.raises(errors.NotYours):
        limits.set_limit(small_world.house, pool_id="pool_xxx", scope="plan", subject="p", ceiling_minor=1)


def test_a_limit_on_a_whole_sale_would_bind_nobody_and_is_told_its_items(small_world):
    item = small_world.sale()
    with pytest.raises(errors.InvalidInput) as refused:
        limit_of(small_world, "sale", item.sale_id)
    assert refused.value.details["accepted"] == item.sale_item_id
    assert limit_of(small_world, "sale", item.sale_item_id)


def test_a_hold_decided_before_the_limit_is_decided_again(world, monkeypatch):
    """The limit opens between the decision and the write of a hold: the hold is counted all the same."""
    walker = world.shopper()
    opened: list[str] = []
    order, write = world.shop.add(), world.house.store.write

    def late(changeset):
        if changeset.rows and changeset.rows[0].table == "hold" and not opened:
            opened.append(limit_of(world, "plan", "pay_in_3"))
        write(changeset)

    monkeypatch.setattr(world.house.store, "write", late)
    walker.to_signed(order, plan_code="pay_in_3")
    assert used(world, opened[0]) == 29_900


def test_a_limit_opened_in_the_midst_of_a_confirm_is_counted_once(tmp_path, migrated_postgres_url, monkeypatch):
    """On SQLite a confirm is alone in its transaction; on PostgreSQL it only writes in one: a limit may come in."""
    opened: list[str] = []
    write = postgres.write

    def late(connection, changeset):
        if any(row.table == "loan" for row in changeset.rows) and not opened:
            opened.append("")
            with ThreadPoolExecutor(1) as another:
                opened[0] = another.submit(limit_of, world, "plan", "pay_in_3").result()
        write(connection, changeset)

    with world_in(tmp_path, migrated_postgres_url) as world:
        monkeypatch.setattr(postgres, "write", late)
        checkout_id = world.buy()
        assert world.state(checkout_id) == "confirmed"
        loan = world.book(checkout_id).loan
        assert (loan.limit_ids, used(world, opened[0])) == (f",{opened[0]},", loan.outstanding_minor)
        world.sound()


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_limits_set_while_many_buy_count_every_cent(tmp_path, request, database):
    url = request.getfixturevalue(f"migrated_{database}_url")
    with world_in(tmp_path, url) as world:
        walkers = [world.shopper(phone=phone(100 + n)) for n in range(6)]
        orders = [world.shop.add() for _ in walkers]
        world.buy(walker=world.shopper(phone=phone(99)))
        at_once(
            world,
            *(partial(world.buy, order, walker=one) for order, one in zip(orders, walkers, strict=True)),
            partial(limit_of, world, "plan", "pay_in_3"),
            partial(limit_of, world, "merchant", world.house.host_merchant_id),
            partial(limit_of, world, "plan", "pay_in_3"),
        )
        for _ in range(3):
            world.clock.advance(timedelta(minutes=11))
            world.work()
        found = world.house.store.treasury.limits(POOL)
        assert len(found) == 2
        total = sum(world.pool())
        assert total > 0
        assert {limit.used_minor for limit in found} == {total}
        world.sound()
