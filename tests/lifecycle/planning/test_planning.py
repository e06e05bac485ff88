"""What a capital plan says: exact to the minor unit, and right by a second way of reckoning."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bnpl_plugin.errors import InvalidInput
from bnpl_plugin.lifecycle.planning import (
    Ceiling,
    Exchange,
    FlashSale,
    Funding,
    MixShare,
    PlanInputs,
    plan_capital,
    told,
)
from bnpl_plugin.lifecycle.planning.examples import EXAMPLES
from bnpl_plugin.lifecycle.planning.inputs import even_mix
from bnpl_plugin.money import Money
from bnpl_plugin.ports.jurisdiction import Value
from bnpl_plugin.ports.plan import Plan, PlanKind
from tests.lifecycle.planning.questions import PLANS, by_hand, ceilings, mix, question

NEAR = 20_000
"""Minor units (200 CNY of billions) by which rounding every loan's parts may part the two ways."""


def example(name: str) -> PlanInputs:
    asked = EXAMPLES[name]
    shares = tuple(MixShare(PLANS[code], bps) for code, bps in asked.mix.items())
    return PlanInputs(asked.target, asked.first, asked.last, asked.equity, shares, asked.exchange, ceilings(1, 4))


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_the_mission_s_targets_agree_with_a_reckoning_loan_by_loan(name: str) -> None:
    inputs = example(name)
    plan, hand = plan_capital(inputs), by_hand(inputs)
    for row in plan.every_month:
        mine = hand[row.month]
        for got, wanted in zip(
            (row.lent_minor, row.repaid_minor, row.outstanding_minor, row.peak_minor), mine, strict=True
        ):
            assert abs(got - wanted) < NEAR, (row.month, got, float(wanted))
        carried = min(mine.peak, Fraction(355_000_000_00 * 6))
        assert abs(row.short_minor - (mine.peak - carried)) < NEAR
        assert abs(row.equity_used_minor + sum(one.needed_minor for one in row.borrowings) - carried) < NEAR


def test_the_first_half_year_holds_with_borrowings_and_without_a_sale() -> None:
    plan = plan_capital(example("first-half-year"))
    assert plan.inputs.capital == Money.of(355_000_000, "CNY")
    assert plan.first_break is None
    last = plan.months[-1]
    assert [one.needed_minor > 0 for one in last.borrowings] == [True, True]
    assert plan.reachable_minor is not None
    assert plan.reachable_minor > plan.inputs.target.minor


def test_the_third_year_breaks_in_its_first_month_and_sales_carry_it() -> None:
    inputs = example("third-year")
    plan = plan_capital(inputs)
    assert plan.first_break == plan.months[0]
    remedy = plan.remedy(plan.worst)
    assert 9_000 < remedy.sold_bps < 9_500
    assert plan_capital(replace(inputs, sold_bps=remedy.sold_bps)).first_break is None
    assert plan_capital(replace(inputs, sold_bps=remedy.sold_bps - 1)).first_break is not None


@settings(max_examples=15)
@given(
    target=st.integers(1, 10**13),
    loss=st.integers(0, 10_000),
    early=st.integers(0, 10_000),
    months=st.integers(1, 5),
    year=st.integers(2001, 2190),
    seasons=st.lists(st.integers(0, 500), min_size=12, max_size=12).filter(lambda found: found[0] > 0),
)
def test_every_minor_unit_lent_is_repaid_or_written_off(
    *, target: int, loss: int, early: int, months: int, year: int, seasons: list[int]
) -> None:
    first = date(year, 1, 1)
    inputs = question(
        target=Money(target, "CNY"), first=first, last=first.replace(month=months), loss_bps=loss, early_bps=early,
        seasonality=tuple(seasons), flash_sales=(FlashSale(first.replace(day=9), 70),),
    )  # fmt: skip
    plan = plan_capital(inputs)
    assert sum(row.lent_minor for row in plan.months) == target
    assert sum(row.lent_minor for row in plan.run_off) == 0
    back = sum(row.repaid_minor + row.written_off_minor for row in plan.every_month)
    assert back == target
    assert plan.every_month[-1].outstanding_minor == 0
    owed = 0
    for row in plan.every_month:
        owed += row.lent_minor - row.repaid_minor - row.written_off_minor
        assert row.outstanding_minor == owed <= row.peak_minor
        carried = row.equity_used_minor + sum(one.needed_minor for one in row.borrowings)
        assert carried + row.short_minor + row.sold_minor == row.peak_minor
        assert row.capacity_minor - row.headroom_minor == carried
        assert row.headroom_minor == 0 or row.short_minor == 0
    assert told(plan)


@settings(max_examples=15)
@given(equity=st.integers(1, 10**12), more=st.integers(0, 10**12), loss=st.integers(0, 3_000))
def test_more_equity_never_carries_less(equity: int, more: int, loss: int) -> None:
    poor = plan_capital(question(equity=Money(equity, "CNY"), loss_bps=loss))
    rich = plan_capital(question(equity=Money(equity + more, "CNY"), loss_bps=loss))
    assert (poor.reachable_minor or 0) <= (rich.reachable_minor or 0)
    for less, plenty in zip(poor.months, rich.months, strict=True):
        assert less.short_minor >= plenty.short_minor
        assert less.capacity_minor <= plenty.capacity_minor


@settings(max_examples=15)
@given(short=st.integers(1, 99), shorter=st.integers(0, 98))
def test_a_shorter_mix_never_carries_less(short: int, shorter: int) -> None:
    one, other = sorted((short, min(99, short + shorter)))
    long_mix = plan_capital(question(mix=mix(pay_in_3=one, instalments_12=100 - one)))
    short_mix = plan_capital(question(mix=mix(pay_in_3=other, instalments_12=100 - other)))
    assert short_mix.life_days <= long_mix.life_days
    assert (short_mix.reachable_minor or 0) >= (long_mix.reachable_minor or 0)


@settings(max_examples=15)
@given(target=st.integers(10**6, 10**12))
def test_twice_the_target_needs_twice_as_much(target: int) -> None:
    once = plan_capital(question(target=Money(target, "CNY")))
    twice = plan_capital(question(target=Money(2 * target, "CNY")))
    for single, double in zip(once.months, twice.months, strict=True):
        assert abs(2 * single.peak_minor - double.peak_minor) < NEAR


@pytest.mark.parametrize("loss_bps", [0, 300])
def test_what_is_called_reachable_just_holds_and_a_thousandth_more_breaks(loss_bps: int) -> None:
    inputs = question(loss_bps=loss_bps)
    reach = plan_capital(inputs).reachable_minor
    assert reach is not None
    assert plan_capital(replace(inputs, target=Money(reach - NEAR, "CNY"))).first_break is None
    assert plan_capital(replace(inputs, target=Money(reach * 1001 // 1000, "CNY"))).first_break is not None


def test_the_equity_a_remedy_asks_for_is_enough_and_a_thousandth_less_is_not() -> None:
    inputs = question(target=Money.of(5_000_000_000, "CNY"), loss_bps=100)
    plan = plan_capital(inputs)
    more = plan.remedy(plan.worst).more_equity_minor
    enough = Money(inputs.equity.minor + more, "CNY")
    assert plan_capital(replace(inputs, equity=enough)).first_break is None
    assert plan_capital(replace(inputs, equity=Money(enough.minor * 999 // 1000, "CNY"))).first_break is not None


def test_thirty_days_tie_the_capital_up_for_thirty_days() -> None:
    plan = plan_capital(question(mix=mix(pay_in_30_days=100)))
    assert plan.life_days == 30
    assert plan.turnover == Fraction(365, 30)


def test_money_back_on_the_day_ties_up_nothing_overnight() -> None:
    at_once = Plan("at_once", 1, "Now", PlanKind.INSTALMENTS, 1, first_today=True, limits={"CNY": (1, 100_00)})
    plan = plan_capital(question(mix=(MixShare(at_once, 10_000),)))
    assert plan.turnover is None
    assert all(row.outstanding_minor == 0 < row.peak_minor for row in plan.months)
    assert "comes back on the same day" in told(plan)


def test_non_standard_funding_is_drawn_before_standardised() -> None:
    for row in plan_capital(question()).months:
        first, second = row.borrowings
        assert (first.kind, second.kind) == (Funding.NON_STANDARD, Funding.STANDARDISED)
        assert second.needed_minor == 0 or first.needed_minor == first.ceiling_minor == row.equity_minor
        assert first.needed_minor == 0 or row.equity_used_minor == row.equity_minor


def test_a_ceiling_counts_only_while_its_value_holds() -> None:
    ends = Value(Decimal(4), "times net assets", date(2027, 1, 1), "a test's law", "S", end=date(2027, 3, 31))
    unsure = Value(Decimal(9), "times net assets", date(2027, 1, 1), "hearsay", "C")
    plan = plan_capital(question(ceilings=(Ceiling(Funding.STANDARDISED, unsure), Ceiling(Funding.STANDARDISED, ends))))
    times = [row.borrowings[1].ceiling_minor // row.equity_minor for row in plan.months]
    assert times == [4, 4, 4, 0, 0, 0]


def test_a_flash_sale_lends_its_share_on_its_own_day() -> None:
    sale = FlashSale(date(2027, 3, 18), 200)
    calm_year = (10,) * 12
    plan = plan_capital(question(mix=mix(pay_in_3=100), seasonality=calm_year, flash_sales=(sale,)))
    march = plan.months[2]
    assert march.lent_minor == question().target.minor * 210 // 260 + 1  # 484615384.615 rounds up
    assert march.peak_on == sale.on
    assert march.outstanding_minor < march.peak_minor


def test_losses_beyond_the_equity_break_the_plan_and_say_so() -> None:
    plan = plan_capital(question(loss_bps=10_000, equity=Money.of(10_000_000, "CNY")))
    assert plan.months[-1].equity_minor == 0
    assert "losses have eaten the equity" in told(plan)


def test_equity_that_was_eaten_has_to_be_put_back_first() -> None:
    inputs = question(loss_bps=10_000, equity=Money.of(10_000_000, "CNY"))
    plan = plan_capital(inputs)
    last = plan.months[-1]
    enough = inputs.equity.minor + plan.remedy(last).more_equity_minor
    assert not plan_capital(replace(inputs, equity=Money(enough, "CNY"))).months[-1].breaks
    assert plan_capital(replace(inputs, equity=Money(enough - 10, "CNY"))).months[-1].breaks


def test_rounding_day_by_day_loses_none_of_the_loss() -> None:
    plan = plan_capital(question(target=Money(999_99, "CNY"), loss_bps=137))
    assert sum(row.written_off_minor for row in plan.every_month) == 999_99 * 137 // 10_000


def test_what_is_all_paid_ahead_is_not_owed_at_a_month_s_end() -> None:
    plan = plan_capital(question(early_bps=10_000))
    assert [row.outstanding_minor for row in plan.months] == [0] * 6
    assert all(row.peak_on.day >= 28 for row in plan.months)
    assert plan.run_off == ()


def test_loans_paid_ahead_tie_up_less_capital() -> None:
    lives = [plan_capital(question(early_bps=bps)).life_days for bps in (0, 100, 1_000)]
    assert lives == sorted(lives, reverse=True)
    assert len(set(lives)) == 3


def test_funders_bear_the_losses_on_what_they_bought() -> None:
    kept, sold = (plan_capital(question(loss_bps=500, sold_bps=bps)) for bps in (0, 10_000))
    assert kept.months[-1].lost_minor > 0
    assert sold.months[-1].lost_minor == sold.months[-1].own_minor == 0
    assert sold.reachable_minor is None


def test_equity_from_abroad_is_exchanged_across_minor_units() -> None:
    inputs = question(equity=Money.of(1_000_000_000, "JPY"), exchange=Exchange(Decimal("0.047"), date(2027, 1, 4), "x"))
    assert inputs.capital == Money.of(47_000_000, "CNY")


def test_without_a_mix_all_plans_sold_in_the_currency_share_alike() -> None:
    shares = even_mix([*PLANS.values()], currency="CNY")
    assert sum(one.share_bps for one in shares) == 10_000
    assert {one.plan.code for one in shares} == {code for code, plan in PLANS.items() if "CNY" in plan.limits}
    with pytest.raises(InvalidInput, match="no plan is sold in JPY"):
        even_mix([*PLANS.values()], currency="JPY")


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"target": Money(0, "CNY")}, "target: is 0.00 CNY"),
        ({"target": Money(-5, "CNY")}, "target: is -0.05 CNY"),
        ({"equity": Money(0, "CNY")}, "equity: is 0.00 CNY"),
        ({"equity": Money(1, "USD")}, "exchange: is missing"),
        ({"equity": Money(1, "USD"), "exchange": Exchange(Decimal("0.001"), date(2027, 1, 1), "x")}, "at this rate"),
        ({"exchange": Exchange(Decimal(2), date(2027, 1, 1), "x")}, "1 within one currency"),
        ({"first": date(2027, 7, 1)}, "before the first month"),
        ({"first": date(2027, 1, 2)}, "first: is 2027-01-02"),
        ({"last": date(2037, 1, 1)}, "is 121 months from the first"),
        ({"last": date(9999, 12, 1)}, "last: is 9999-12-01"),
        ({"mix": ()}, "mix: sums to 0 %"),
        ({"mix": mix(pay_in_3=60)}, "mix: sums to 60 %"),
        ({"mix": (*mix(pay_in_3=50), *mix(pay_in_3=50))}, "names a plan twice"),
        ({"mix": mix(pay_in_3=-10, instalments_12=110)}, "mix.pay_in_3: is -1000"),
        ({"target": Money(5, "JPY"), "equity": Money(5, "JPY")}, "is not sold in JPY"),
        ({"seasonality": (100,) * 11}, "has 11 weights"),
        ({"seasonality": (0,) * 12}, "gives no weight"),
        ({"seasonality": (-1,) * 12}, "seasonality: is -1"),
        ({"flash_sales": (FlashSale(date(2027, 7, 1), 10),)}, "flash_sales: has 2027-07-01"),
        ({"flash_sales": (FlashSale(date(2027, 6, 1), 0),)}, "flash_sales: is 0"),
        ({"loss_bps": 10_001}, "loss_bps: is 10001"),
        ({"early_bps": -1}, "early_bps: is -1"),
        ({"sold_bps": True}, "sold_bps: is True"),
    ],
)
def test_a_bad_question_is_told_what_is_wrong(changed: dict[str, Any], fault: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        question(**changed)
    assert fault in str(caught.value)


@pytest.mark.parametrize("rate", [Decimal(0), Decimal(-1), Decimal("NaN"), Decimal("Infinity"), Decimal("1e20")])
def test_no_such_rate(rate: Decimal) -> None:
    with pytest.raises(InvalidInput):
        Exchange(rate, date(2027, 1, 1), "x")


@pytest.mark.parametrize("times", [Decimal(-1), Decimal(101), Decimal("NaN"), True, None, 1.5])
def test_no_such_ceiling(times: Any) -> None:
    with pytest.raises(InvalidInput):
        Ceiling(Funding.STANDARDISED, Value(times, "times", date(2027, 1, 1), "x", "S"))


def test_ten_years_of_one_fen_and_of_the_largest_sum_are_answered() -> None:
    for minor in (1, 10**15):
        plan = plan_capital(question(target=Money(minor, "CNY"), last=date(2036, 12, 1), mix=mix(pay_in_3=100)))
        assert sum(row.repaid_minor for row in plan.every_month) == minor
        assert told(plan)
