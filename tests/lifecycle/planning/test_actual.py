"""The target beside what was lent: exact sums, other currencies left out, nonsense refused by name."""

from __future__ import annotations

from datetime import date

import pytest

from bnpl_plugin.errors import InvalidInput
from bnpl_plugin.lifecycle import refund
from bnpl_plugin.lifecycle.planning.actual import Target, plan_of, progress
from bnpl_plugin.ports.reads import LentMonth
from tests.lifecycle.world import world_in


def lent(month: int, minor: int, *, currency: str = "EUR", country: str = "FR") -> LentMonth:
    return LentMonth(date(2027, month, 1), currency, country, loans=1, lent_minor=minor)


@pytest.fixture
def world(tmp_path):
    with world_in(tmp_path, f"sqlite:///{tmp_path / 'shop.sqlite'}") as made:
        yield made


def test_the_rows_sum_to_the_target_and_to_what_was_lent_in_its_currency(world):
    plan = plan_of(world.house, Target.read("100000000EUR 2027-01 2027-06"))
    said = [lent(1, 700), lent(1, 11, country="DE"), lent(6, 9), lent(3, 5, currency="CNY"), lent(8, 1)]
    rows = progress(plan, lent=said)
    assert sum(row.target_minor for row in rows) == 100_000_000_00
    assert [row.lent_minor for row in rows] == [711, 0, 0, 0, 0, 9]
    assert plan.reachable_minor is not None
    together = sum(row.capacity_minor or 0 for row in rows)
    assert plan.reachable_minor - len(rows) < together <= plan.reachable_minor


def test_what_was_really_bought_stands_in_its_month(world):
    world.buy()
    undone = world.buy()
    world.work()
    refund.request(world.house, loan_id=undone.replace("chk_", "loan_"), reason="returned")
    (row,) = world.house.reads.lent_by_month()
    assert (row.month, row.currency, row.country, row.loans) == (date(2026, 11, 1), "EUR", "FR", 1)
    assert row.lent_minor == 29_900


@pytest.mark.parametrize(
    "text",
    ["", "2000000000CNY", "2000000000CNY 2027-01", "-1EUR 2027-01 2027-02", "1e9EUR 2027-01 2027-02",
     "1EUR 2027-13 2027-14", "1XXQ 2027-01 2027-02", "1.001EUR 2027-01 2027-02", "💶EUR 2027-01 2027-02",
     "9" * 30 + "EUR 2027-01 2027-02"],
)  # fmt: skip
def test_what_is_no_target_is_refused_by_name(text):
    with pytest.raises(InvalidInput) as refused:
        Target.read(text)
    assert refused.value.details["field"] == "target"


@pytest.mark.parametrize(
    "text", ["1GBP 2027-01 2027-02", "0EUR 2027-01 2027-02", "1EUR 2027-02 2027-01", "1EUR 2027-01 2150-01"]
)
def test_a_target_that_cannot_be_planned_is_refused(world, text):
    with pytest.raises(InvalidInput):
        plan_of(world.house, Target.read(text))
