"""What a plan may be besides equal monthly parts: the terms it makes of a price."""

from datetime import date
from decimal import Decimal

import pytest

from bnpl_plugin.credit import FORTNIGHTLY, DownPayment, FeePlacement, Shape, build_schedule
from bnpl_plugin.errors import InvalidInput
from bnpl_plugin.money import Money
from bnpl_plugin.ports.plan import Plan, PlanKind

START = date(2027, 1, 31)


def plan(**more):
    rest = {"kind": PlanKind.INSTALMENTS, "count": 3, "first_today": True, "limits": {"EUR": (50_00, 3_000_00)}, **more}
    return Plan(code="test", version=1, title="Pay in {count}", **rest)


def rows(made, minor=300_00):
    terms = made.terms(principal=Money(minor, "EUR"), start_on=START, rating=None)
    return [(row.due_on.isoformat(), row.total_minor) for row in build_schedule(terms).instalments]


def test_a_shopper_fee_is_a_part_of_the_price_in_the_first_instalment():
    # Alma's published fee for three instalments: 1.55 % of the purchase
    assert rows(plan(fee_percent=Decimal("1.55"))) == [
        ("2027-01-31", 104_65), ("2027-02-28", 100_00), ("2027-03-31", 100_00),
    ]  # fmt: skip
    assert [total for _, total in rows(plan(fee_percent=Decimal("1.55"), fee_placement=FeePlacement.SPREAD))] == [
        101_55, 101_55, 101_55,
    ]  # fmt: skip


def test_a_down_payment_is_due_today_and_the_instalments_a_period_later():
    shape = Shape(down_payment=DownPayment(percent=Decimal(20)))
    assert rows(plan(shape=shape, period=FORTNIGHTLY)) == [
        ("2027-01-31", 60_00), ("2027-02-14", 80_00), ("2027-02-28", 80_00), ("2027-03-14", 80_00),
    ]  # fmt: skip


def test_what_is_paid_at_the_drawdown_is_paid_today():
    with pytest.raises(InvalidInput):
        plan(first_today=False, shape=Shape(down_payment=DownPayment(percent=Decimal(20))))
    with pytest.raises(InvalidInput):
        plan(first_today=False, fee_placement=FeePlacement.DRAWDOWN)


def test_the_first_payment_can_be_deferred_by_whole_periods():
    deferred = plan(kind=PlanKind.AMORTISING, first_today=False, first_due_after=3, rates={"A": Decimal("0.12")})
    assert [due for due, _ in rows(deferred)] == ["2027-04-30", "2027-05-31", "2027-06-30"]
