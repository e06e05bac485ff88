"""The level instalment and the running down, over charges a person can follow."""

from typing import Any

import pytest

from bnpl_plugin.credit.amortisation.level import (
    Inflow,
    adjusted_instalment,
    count_to_repay,
    earned,
    exact_instalment,
    level_instalment,
    run_down,
    run_down_by,
)
from bnpl_plugin.credit.terms import Shortfall
from bnpl_plugin.errors import InvalidInput
from bnpl_plugin.money import Rounding

ONE_PERCENT: dict[str, Any] = {"charges": [1] * 6, "unit": 100}


def test_the_textbook_annuity():
    # 1,000.00 * 0.01 / (1 - 1.01 ** -6) = 172.548…
    over, under = exact_instalment(1000_00, **ONE_PERCENT)
    assert over * 1000 // under == 17_254_836
    assert level_instalment(1000_00, **ONE_PERCENT) == 172_55


def test_both_ways_of_computing_it_agree_where_all_charges_are_equal():
    short = exact_instalment(1000_00, charges=[3, 2, 2, 2], unit=100)
    long = exact_instalment(1000_00, charges=[3, 2, 2, 2], unit=100, weights=[1, 1, 1, 1])
    assert short[0] * long[1] == long[0] * short[1]


def test_what_is_drawn_inside_a_period_adds_what_it_grows_to():
    at_start = exact_instalment(300_00, charges=[2, 2], unit=100)
    in_parts = exact_instalment(100_00, charges=[2, 2], unit=100, inflows=[Inflow(0, 200_00, 2)])
    assert at_start[0] * in_parts[1] == in_parts[0] * at_start[1]


def test_a_balloon_is_left_beside_the_last_instalment():
    # (1,000.00 - 400.00) level at 1 % a period and 4.00 of interest each on what stays
    over, under = exact_instalment(1000_00, **ONE_PERCENT, balloon=400_00)
    whole, of = exact_instalment(600_00, **ONE_PERCENT)
    assert over * of == (whole + 4_00 * of) * under


def test_a_multiple_is_rounded_as_named():
    assert level_instalment(1000_00, **ONE_PERCENT, multiple=100) == 173_00
    assert level_instalment(1000_00, **ONE_PERCENT, multiple=100, rounding=Rounding.DOWN) == 172_00


def test_the_adjustment_is_tried_only_when_the_last_instalment_is_far_off_and_kept_only_when_it_helps():
    # Apache Fineract, EMI feature C3165: 75.00 over 5 at 12.3 %: 15.47 where the exact instalment is 15.46
    charges: dict[str, Any] = {"charges": [123] * 5, "unit": 12_000}
    assert level_instalment(75_00, **charges, rounding=Rounding.HALF_EVEN) == 15_46
    assert adjusted_instalment(75_00, instalment=15_46, **charges) == 15_47
    assert adjusted_instalment(75_00, instalment=15_47, **charges) == 15_47


def test_the_last_instalment_takes_what_is_left():
    principals, interests = run_down(1000_00, instalment=172_55, **ONE_PERCENT)
    assert [a + b for a, b in zip(principals, interests, strict=True)] == [172_55] * 5 + [172_53]
    assert sum(principals) == 1000_00


def test_interest_that_is_not_covered_is_carried_or_capitalised():
    charges: dict[str, Any] = {"charges": [10, 1, 1], "unit": 100}
    carried = run_down(1000, instalment=60, **charges)
    capitalised = run_down(1000, instalment=60, **charges, shortfall=Shortfall.CAPITALISED)
    assert carried == ([0, 10, 990], [60, 50, 10])
    assert capitalised == ([0, 10, 990], [60, 50, 10])
    heavy: dict[str, Any] = {"charges": [40, 10, 10], "unit": 100}
    assert run_down(1000, instalment=60, **heavy)[1] == [60, 60, 480]  # 400 + 100 + 100 less what was paid
    assert run_down(1000, instalment=60, **heavy, shortfall=Shortfall.CAPITALISED)[1] == [
        60,
        60,
        555,
    ]  # 400, 134 and 141


def test_each_part_of_a_split_period_is_rounded_by_itself():
    # Apache Fineract, EMI calculator test with 100.00 and 200.00 a week later: 0.18 + 1.84 = 2.02, once it were 2.01
    unit = 12 * 10**6 * 31
    month = 94_822 * 31
    split = run_down_by(
        100_00,
        instalments=[51_33],
        charges=[month, month],
        unit=unit,
        rounding=Rounding.HALF_EVEN,
        inflows=[Inflow(0, 200_00, 94_822 * 24)],
    )
    assert split[2][0] == 2_02


def test_an_instalment_never_pays_more_than_is_owed():
    assert run_down(100, instalment=70, charges=[0, 0, 0], unit=1) == ([70, 30, 0], [0, 0, 0])


def test_interest_can_be_a_whole_multiple():
    assert earned(250_000_00, charge=92, unit=12_000, multiple=100) == 1917_00


def test_how_many_instalments_repay_a_sum():
    # Frappe Lending, personal loan: 280,000 at 8.4 % by 14,000 a month takes 22
    assert count_to_repay(280_000_00, instalment=14_000_00, charge=7, unit=1000) == 22
    assert count_to_repay(100, instalment=50, charge=0, unit=1) == 2
    with pytest.raises(InvalidInput):
        count_to_repay(100_00, instalment=1_00, charge=1, unit=100)


def test_as_many_instalments_as_charges_but_one_are_asked_for():
    with pytest.raises(InvalidInput):
        run_down_by(100, instalments=[50, 50], charges=[0, 0], unit=1)
