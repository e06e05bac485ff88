"""Pools and what is borrowed for them: a ceiling is a ceiling, what is lent stays, and the books say the same."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from bnpl_plugin import errors
from bnpl_plugin.lifecycle import funding
from bnpl_plugin.lifecycle.funding import borrowings, funders, leverage
from bnpl_plugin.money.amount import Money
from bnpl_plugin.ports.records import CapitalPool
from tests.lifecycle.funding.test_shared_loans import balance
from tests.lifecycle.test_same_moment import at_once
from tests.lifecycle.world import World, world_in

TODAY = date(2026, 11, 24)
HOW: dict[str, Any] = {"rate": Decimal(1), "rate_on": TODAY, "rate_source": "operator"}


def added(world: World, amount: str, code: str = "EUR", **options):
    return funding.add_capital(world.house, source=Money.of(amount, code), **{"into": code, **HOW, **options})


def chinese(world: World, amount: str = "1000") -> str:
    """A pool that China's ceilings bind: dollars put in at 7.1."""
    pool: CapitalPool = added(world, amount, "USD", into="CNY", rate=Decimal("7.1"), country="CN")
    return pool.pool_id


def borrow(world: World, pool_id: str, minor: int, **options):
    known = world.house.store.treasury.funders()
    funder_id = known[0].funder_id if known else funders.register(world.house, name="Bank").funder_id
    given = {
        "kind": "non_standard", "principal_minor": minor, "nominal_rate_bps": 365, "due_on": date(2028, 1, 1), **options
    }  # fmt: skip
    return borrowings.take(world.house, pool_id=pool_id, **{"funder_id": funder_id, **given})


def available(world: World, pool_id: str) -> int:
    found = world.house.store.treasury.pool(pool_id)
    assert found is not None
    return found.available_minor


def test_each_currency_and_country_has_its_pool_and_a_country_goes_first(world):
    general = world.house.store.pool("EUR", country="FR").pool_id
    french = added(world, "5000", country="FR")
    assert (french.pool_id, french.country) == ("pool_eur_fr", "FR")
    assert added(world, "1", country="FR").available_minor == 500_100
    assert general != french.pool_id
    world.buy()
    assert world.house.store.treasury.pool("pool_eur_fr").outstanding_minor == 29_900
    assert world.house.store.treasury.pool(general).outstanding_minor == 0
    world.sound()


@pytest.mark.parametrize("country", ["XX", "fr", "FRA", "🇫🇷"])
def test_no_pool_for_a_country_that_nobody_lends_in(small_world, country):
    with pytest.raises(errors.UnsupportedCountry):
        added(small_world, "5", country=country)


@pytest.mark.parametrize("rate", ["0", "-1", "NaN", "Infinity", "1e12"])
def test_a_rate_that_is_none_is_refused(small_world, rate):
    before = small_world.house.reads.pools()
    with pytest.raises(errors.InvalidInput):
        added(small_world, "5", "USD", into="CNY", rate=Decimal(rate))
    assert small_world.house.reads.pools() == before


def test_within_one_currency_the_rate_is_one(small_world):
    with pytest.raises(errors.InvalidInput):
        added(small_world, "5", rate=Decimal("1.1"))


def test_dollars_become_net_assets_in_yuan_and_the_exchange_shows(world):
    pool_id = chinese(world)
    treasury = world.house.store.treasury
    assert available(world, pool_id) == treasury.net_assets_minor(pool_id) == 710_000
    assert treasury.fx_position(pool_id) == {"CNY": -710_000, "USD": 100_000}


def test_what_is_lent_cannot_be_withdrawn(world):
    world.buy()
    pool = world.house.store.pool("EUR")
    for amount in (pool.free_minor + 1, pool.available_minor):
        with pytest.raises(errors.InvalidInput, match="lent or held"):
            funding.withdraw_capital(world.house, pool_id=pool.pool_id, amount_minor=amount, **HOW)
    for amount in (0, -1, 10**19):
        with pytest.raises(errors.InvalidInput):
            funding.withdraw_capital(world.house, pool_id=pool.pool_id, amount_minor=amount, **HOW)
    left = funding.withdraw_capital(world.house, pool_id=pool.pool_id, amount_minor=pool.free_minor, **HOW)
    assert left.free_minor == 0
    world.sound()


def test_capital_leaves_in_the_owners_currency(world):
    pool_id = chinese(world)
    how = {**HOW, "rate": Decimal("0.14")}
    funding.withdraw_capital(world.house, pool_id=pool_id, amount_minor=100_000, into="USD", **how)
    treasury = world.house.store.treasury
    assert available(world, pool_id) == treasury.net_assets_minor(pool_id) == 610_000
    assert treasury.fx_position(pool_id) == {"CNY": -610_000, "USD": 86_000}


def test_borrowing_stops_at_the_laws_multiple_of_net_assets(world):
    pool_id = chinese(world)
    borrow(world, pool_id, 700_000)
    with pytest.raises(errors.LeverageExceeded) as refused:
        borrow(world, pool_id, 10_001)
    assert "7000.00" in str(refused.value)
    borrow(world, pool_id, 10_000)
    borrow(world, pool_id, 4 * 710_000, kind="standardised")
    with pytest.raises(errors.LeverageExceeded):
        borrow(world, pool_id, 1, kind="standardised")
    assert available(world, pool_id) == 6 * 710_000
    room = {one.kind: one.room_minor for one in leverage.of_pool(world.house, world.house.store.treasury.pool(pool_id))}
    assert room == {"non_standard": 0, "standardised": 0}
    with pytest.raises(errors.LeverageExceeded):
        funding.withdraw_capital(world.house, pool_id=pool_id, amount_minor=1, **HOW)


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_many_borrowings_at_once_never_pass_the_ceiling_together(tmp_path, request, database):
    with world_in(tmp_path, request.getfixturevalue(f"migrated_{database}_url")) as world:
        pool_id = chinese(world)
        borrow(world, pool_id, 10_000)
        answers = at_once(world, *[partial(borrow, world, pool_id, 300_000)] * 6)
        taken = [one for one in answers if not isinstance(one, errors.BnplError)]
        assert len(taken) <= 2
        assert available(world, pool_id) == 720_000 + 300_000 * len(taken)
        world.sound()


def test_where_no_ceiling_is_known_only_a_reason_lets_borrow(world):
    pool_id = world.house.store.pool("EUR").pool_id
    with pytest.raises(errors.InvalidInput, match="no law's ceiling"):
        borrow(world, pool_id, 5)
    with pytest.raises(errors.InvalidInput, match="no law's ceiling"):
        borrow(world, pool_id, 5, unbounded="  ")
    borrow(world, pool_id, 5, unbounded="counsel's letter of 3 November")
    assert world.count("journal_entry", "kind = 'borrowing_taken'") == 1


def test_a_reason_lifts_no_ceiling_that_is_known(world):
    pool_id = chinese(world)
    with pytest.raises(errors.LeverageExceeded):
        borrow(world, pool_id, 710_001, unbounded="we want it")


def test_interest_is_reckoned_by_the_day_and_paid_with_the_principal(world):
    pool_id = chinese(world)
    row = borrow(world, pool_id, 500_000)
    world.clock.advance(timedelta(days=10))
    assert borrowings.accrue(world.house, borrowing_id=row.borrowing_id).interest_minor == 500
    assert borrowings.accrue(world.house, borrowing_id=row.borrowing_id).interest_minor == 500
    assert world.house.store.treasury.net_assets_minor(pool_id) == 709_500
    world.sound()
    world.clock.advance(timedelta(days=10))
    half = borrowings.repay(world.house, borrowing_id=row.borrowing_id, principal_minor=250_000)
    assert (half.state, half.outstanding_minor, half.interest_minor) == ("open", 250_000, 0)
    assert balance(world, "bank") == -1_000
    world.clock.advance(timedelta(days=10))
    whole = borrowings.repay(world.house, borrowing_id=row.borrowing_id, principal_minor=250_000)
    assert (whole.state, whole.outstanding_minor) == ("repaid", 0)
    assert available(world, pool_id) == 710_000
    for minor in (1, 0, -1):
        with pytest.raises(errors.InvalidInput):
            borrowings.repay(world.house, borrowing_id=row.borrowing_id, principal_minor=minor)


def test_the_worker_reckons_interest_once_a_month(world):
    pool_id = chinese(world)
    row = borrow(world, pool_id, 500_000)
    world.later(days=6)
    assert world.house.store.treasury.borrowing(row.borrowing_id).interest_minor == 0
    world.later(days=1)
    assert world.house.store.treasury.borrowing(row.borrowing_id).interest_minor == 350
    world.later(days=1)
    assert world.house.store.treasury.borrowing(row.borrowing_id).interest_minor == 350
    world.later(days=40)
    assert world.house.store.treasury.borrowing(row.borrowing_id).interest_minor == 48 * 50


def test_a_borrowing_repaid_twice_at_once_is_repaid_once(world):
    pool_id = chinese(world)
    row = borrow(world, pool_id, 500_000)
    at_once(
        world,
        *[partial(borrowings.repay, world.house, borrowing_id=row.borrowing_id, principal_minor=300_000)] * 3,
    )
    assert available(world, pool_id) == 910_000


def test_money_that_is_lent_cannot_be_repaid_to_its_funder(world):
    pool_id = world.house.store.pool("EUR").pool_id
    row = borrow(world, pool_id, 50_000, unbounded="a test")
    free = world.house.store.pool("EUR").free_minor
    funding.withdraw_capital(world.house, pool_id=pool_id, amount_minor=free - 30_000, **HOW)
    world.buy()
    with pytest.raises(errors.InvalidInput, match="lent or held"):
        borrowings.repay(world.house, borrowing_id=row.borrowing_id, principal_minor=20_000)


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"kind": "informal"}, "kind"),
        ({"principal_minor": 0}, "principal_minor"),
        ({"principal_minor": -5}, "principal_minor"),
        ({"principal_minor": 10**19}, "principal_minor"),
        ({"nominal_rate_bps": -1}, "nominal_rate_bps"),
        ({"nominal_rate_bps": 10_001}, "nominal_rate_bps"),
        ({"due_on": TODAY}, "due_on"),
        ({"unbounded": "a reason\x00"}, "no_ceiling"),
        ({"unbounded": "x" * 501}, "no_ceiling"),
    ],
)
def test_a_borrowing_that_cannot_be_is_told_by_its_field(small_world, asked, field):
    pool_id = chinese(small_world)
    with pytest.raises(errors.InvalidInput) as refused:
        borrow(small_world, pool_id, 5, **asked)
    assert refused.value.details["field"] == field
    assert small_world.count("borrowing") == 0


def test_nobody_unknown_lends_or_is_repaid(small_world):
    pool_id = chinese(small_world)
    for deed in (
        partial(borrow, small_world, pool_id, 5, funder_id="fun_9"),
        partial(borrow, small_world, "pool_9", 5),
        partial(borrowings.repay, small_world.house, borrowing_id="bor_9", principal_minor=1),
    ):
        with pytest.raises(errors.NotYours):
            deed()


def test_the_largest_borrower_may_owe_a_tenth_of_net_assets_in_china(world):
    pool = world.house.store.treasury.pool(chinese(world))
    assert leverage.largest_borrower_minor(world.house, pool) == 71_000
    assert leverage.largest_borrower_minor(world.house, world.house.store.pool("EUR")) is None
