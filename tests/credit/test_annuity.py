"""A level stream's value, payment, parts, length and rate; internal rates of any stream. Sources beside the figures."""

from datetime import date
from decimal import Decimal, getcontext, localcontext
from fractions import Fraction

import pytest

from bnpl_plugin.credit.annuity import (
    MAX_COUNT,
    Annuity,
    Timing,
    dated_rate,
    interest_between,
    interest_part,
    level_payment,
    number_of_payments,
    periodic_rate,
    present_value,
    principal_between,
    principal_part,
    rate_per_period,
    usual_guess,
)
from bnpl_plugin.credit.day_count import DayCount
from bnpl_plugin.errors import InvalidInput, SolverFailed

YEAR = Annuity(Fraction(12, 1200), 12)


# Microsoft's documentation of PMT: 8 % over 10 months for 10,000 is 1,037.03, at the beginning of the month 1,030.16.
@pytest.mark.parametrize(("timing", "cents"), [(Timing.END, 1_037_03), (Timing.BEGIN, 1_030_16)])
def test_the_payment_of_the_textbook(timing, cents):
    assert round(level_payment(10_000_00, annuity=Annuity(Fraction(8, 1200), 10, timing=timing))) == cents


def test_what_a_payment_buys_costs_that_payment():
    assert level_payment(present_value(50_00, annuity=YEAR), annuity=YEAR) == 50_00


def test_a_payment_without_interest_is_a_plain_part():
    free = Annuity(0, 12, final=100)
    assert level_payment(1300, annuity=free) == 100
    assert present_value(100, annuity=free) == 1300
    assert interest_part(1300, annuity=free, number=7) == 0
    assert principal_part(1300, annuity=free, number=7) == 100


@pytest.mark.parametrize("timing", Timing)
@pytest.mark.parametrize("final", [0, 300_00, -50_00])
def test_the_parts_run_the_debt_down_to_the_final_value(timing, final):
    annuity = Annuity(Decimal("0.015"), 24, final=final, timing=timing)
    payment, left = level_payment(1000_00, annuity=annuity), Fraction(1000_00)
    for number in range(1, 25):
        interest = interest_part(1000_00, annuity=annuity, number=number)
        earned = 0 if number == 1 and timing is Timing.BEGIN else left * Fraction("0.015")
        assert interest == earned
        assert principal_part(1000_00, annuity=annuity, number=number) == payment - interest
        left += interest - payment
    if timing is Timing.BEGIN:
        left *= Fraction("1.015")
    assert left == final


def test_sums_of_parts_are_the_sums_told_at_once():
    parts = [interest_part(1000_00, annuity=YEAR, number=number) for number in range(3, 8)]
    assert interest_between(1000_00, annuity=YEAR, first=3, last=7) == sum(parts)
    assert principal_between(1000_00, annuity=YEAR, first=1, last=12) == 1000_00


@pytest.mark.parametrize("timing", Timing)
@pytest.mark.parametrize("final", [0, 40_00])
def test_length_and_rate_are_found_back_from_the_payment(timing, final):
    annuity = Annuity(Decimal("0.0125"), 30, final=final, timing=timing)
    payment = level_payment(700_00, annuity=annuity)
    count = number_of_payments(700_00, rate=Decimal("0.0125"), payment=payment, final=final, timing=timing)
    assert count == Decimal(30)
    rate = rate_per_period(700_00, payment=payment, count=30, final=final, timing=timing)
    assert abs(rate - Decimal("0.0125")) <= Decimal("1e-12")


def test_a_payment_below_the_interest_never_ends_and_says_so():
    for payment in (10, 9, 0, -5):
        with pytest.raises(InvalidInput) as caught:
            number_of_payments(1000, rate=Decimal("0.01"), payment=payment)
        assert caught.value.details["field"] == "payment"
    with pytest.raises(InvalidInput):
        number_of_payments(1000, rate=0, payment=0)
    with pytest.raises(InvalidInput):
        number_of_payments(1000, rate=0, payment=-1)


def test_saving_up_to_a_final_value_is_the_same_equation():
    # 2,000 a year at 7.5 % are 100,000 after 21.545 years (numpy-financial's tests)
    assert number_of_payments(0, rate=Decimal("0.075"), payment=2000, final=-100_000) == Decimal("21.544944197323")


def test_no_rate_and_several_rates_are_errors_not_numbers():
    with pytest.raises(SolverFailed):
        rate_per_period(-10_000, payment=400, count=12, final=5000)  # everything flows one way
    with pytest.raises(SolverFailed):
        periodic_rate([1, 2, 3])
    with pytest.raises(SolverFailed):
        periodic_rate([])
    with pytest.raises(SolverFailed):
        periodic_rate([0, 0])
    with pytest.raises(SolverFailed):
        dated_rate([])
    with pytest.raises(SolverFailed):
        dated_rate([(date(2026, 1, 1), -100), (date(2026, 1, 1), 110)])  # no time between them
    with pytest.raises(SolverFailed, match="several"):
        periodic_rate([100, -230, 132])


@pytest.mark.parametrize(("near", "rate"), [("0.05", "0.1"), ("0.12", "0.1"), ("0.3", "0.2"), ("-0.5", "0.1")])
def test_a_guess_picks_among_several_rates(near, rate):
    assert periodic_rate([100, -230, 132], near=Decimal(near)) == Decimal(rate)


def test_a_rate_below_zero_is_told():
    assert periodic_rate([-100, 50]) == Decimal("-0.5")
    assert dated_rate([(date(2026, 1, 1), 100), (date(2027, 1, 1), -99)]) == Decimal("-0.01")


def test_dated_flows_come_in_any_order_and_may_meet_on_a_day():
    flows = [(date(2027, 1, 1), 100), (date(2026, 1, 1), -60), (date(2027, 1, 1), 10), (date(2026, 1, 1), -40)]
    assert dated_rate(flows) == Decimal("0.1")


def test_the_day_count_of_dated_flows_is_named():
    leap = [(date(2024, 1, 1), -100), (date(2025, 1, 1), 110)]
    assert dated_rate(leap, day_count=DayCount.ACT_ACT_ISDA) == Decimal("0.1")
    assert dated_rate(leap) < Decimal("0.1")  # 366/365 of a year
    assert dated_rate(leap, day_count=DayCount.ACT_360) < dated_rate(leap)


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("rate", -1),
        ("rate", Decimal(-2)),
        ("rate", Decimal("NaN")),
        ("rate", Decimal("1e-400")),
        ("rate", Decimal("1e400")),
        ("rate", Fraction(1, 10**90)),
        ("rate", 0.01),
        ("rate", "0.01"),
        ("rate", True),
        ("count", 0),
        ("count", -1),
        ("count", MAX_COUNT + 1),
        ("count", 12.0),
        ("count", True),
        ("final", None),
        ("final", Decimal("Infinity")),
        ("final", 10**40),
    ],
)
def test_an_annuity_that_makes_no_sense_is_refused_by_name(field, wrong):
    with pytest.raises(InvalidInput) as caught:
        Annuity(**{"rate": Decimal("0.01"), "count": 12, field: wrong})
    assert caught.value.details["field"] == field


@pytest.mark.parametrize("wrong", [1.5, "1", None, True, Decimal("NaN"), Decimal("-Inf"), Decimal("1e-400"), 10**31])
def test_an_amount_that_is_not_exact_is_refused(wrong):
    for ask in (
        lambda: level_payment(wrong, annuity=YEAR),
        lambda: present_value(wrong, annuity=YEAR),
        lambda: principal_part(wrong, annuity=YEAR, number=1),
        lambda: number_of_payments(wrong, rate=0, payment=1),
        lambda: rate_per_period(100, payment=wrong, count=3),
        lambda: periodic_rate([-1, wrong]),
        lambda: dated_rate([(date(2026, 1, 1), wrong)]),
        lambda: usual_guess([wrong]),
    ):
        with pytest.raises(InvalidInput):
            ask()


@pytest.mark.parametrize(("first", "last"), [(0, 1), (1, 13), (5, 4), (1.0, 2), (True, 2)])
def test_a_payment_that_is_none_of_them_is_refused(first, last):
    with pytest.raises(InvalidInput):
        principal_between(1000, annuity=YEAR, first=first, last=last)
    with pytest.raises(InvalidInput):
        interest_between(1000, annuity=YEAR, first=first, last=last)


def test_the_thread_s_own_precision_changes_nothing_and_is_left_alone():
    def answers():
        return (
            number_of_payments(1000, rate=Decimal("0.01"), payment=50),
            number_of_payments(1000, rate=0, payment=30),
            periodic_rate([-1000, 300, 400, 500]),
            periodic_rate([100, -230, 132], near=Decimal("0.3")),
            usual_guess([-300, 100]),
        )

    usual = answers()
    with localcontext() as narrow:
        narrow.prec = 3
        assert answers() == usual
        assert getcontext().prec == 3
    assert usual[0].quantize(Decimal("1e-3")) == Decimal("22.426")  # ln(50 / 40) / ln(1.01)


def test_the_longest_and_finest_stream_is_answered():
    fine = Annuity(Decimal("0.001988079518355057"), MAX_COUNT, final=Decimal("0.01"))
    assert 0 < level_payment(10**15, annuity=fine) < 10**15


def test_a_guess_from_the_flows_stays_within_reason():
    assert usual_guess([-100, 300]) == Decimal("0.1")
    assert usual_guess([-100, 1]) == Decimal("-0.9")
    assert usual_guess([]) == usual_guess([5]) == Decimal("0.1")
