"""What holds for every level stream and for every stream of flows: the equation, both ways round."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bnpl_plugin.credit import MONTHLY, LoanTerms, add_months, build_schedule
from bnpl_plugin.credit.annuity import (
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
)
from bnpl_plugin.credit.apr.roots import rates
from bnpl_plugin.errors import SolverFailed
from bnpl_plugin.money import Money

SUMS = st.integers(1, 3_000_000)
PERIOD_RATES = st.decimals("-0.5", "0.9", places=4)
COUNTS = st.integers(1, 60)
TIMINGS = st.sampled_from(Timing)


@st.composite
def annuities(draw):
    final = draw(st.one_of(st.just(0), st.integers(-1_000_000, 1_000_000)))
    return Annuity(draw(PERIOD_RATES), draw(COUNTS), final=final, timing=draw(TIMINGS))


@given(SUMS, annuities())
def test_a_payment_buys_the_sum_that_it_repays(present, annuity):
    assert present_value(level_payment(present, annuity=annuity), annuity=annuity) == present


@given(SUMS, annuities(), st.data())
def test_the_parts_of_a_payment_are_the_payment(present, annuity, data):
    number = data.draw(st.integers(1, annuity.count))
    parts = [part(present, annuity=annuity, number=number) for part in (interest_part, principal_part)]
    assert sum(parts) == level_payment(present, annuity=annuity)


@given(SUMS, annuities(), st.data())
def test_what_is_told_of_two_stretches_is_told_of_both_together(present, annuity, data):
    first = data.draw(st.integers(1, annuity.count))
    last = data.draw(st.integers(first, annuity.count))
    middle = data.draw(st.integers(first, last))
    for told in (interest_between, principal_between):
        whole = told(present, annuity=annuity, first=first, last=last)
        if middle < last:
            parts = told(present, annuity=annuity, first=first, last=middle)
            assert parts + told(present, annuity=annuity, first=middle + 1, last=last) == whole


@given(SUMS, annuities())
def test_principal_and_final_value_are_the_whole_debt(present, annuity):
    paid = principal_between(present, annuity=annuity, first=1, last=annuity.count)
    grown = (1 + Fraction(annuity.rate)) if annuity.timing is Timing.BEGIN else 1
    assert (present - paid) * grown == annuity.final


@given(SUMS, st.decimals("0.0001", "0.9", places=4), COUNTS, TIMINGS)
def test_rate_and_length_are_found_back(present, rate, count, timing):
    assume(timing is Timing.END or count > 1)
    payment = level_payment(present, annuity=Annuity(rate, count, timing=timing)).limit_denominator(10**30)
    found = rate_per_period(present, payment=payment, count=count, timing=timing)
    assert abs(found - rate) <= Decimal("1e-11")
    # near its end a dear loan hardly moves: the length is as sharp as the payment is above the interest
    if (1 + rate) ** count < 10**9:
        length = number_of_payments(present, rate=rate, payment=payment, timing=timing)
        assert abs(length - count) < Decimal("1e-6")


@given(st.lists(st.integers(-10_000, 10_000), min_size=2, max_size=8))
def test_every_rate_told_makes_the_flows_worth_nothing(flows):
    for rate in rates(range(len(flows)), amounts=flows, units=1):
        value = sum(flow / (1 + Fraction(rate)) ** place for place, flow in enumerate(flows))
        slope = sum(abs(flow) * place / (1 + Fraction(rate)) ** (place + 1) for place, flow in enumerate(flows))
        assert abs(value) <= slope * Fraction(1, 10**12)


@given(st.lists(st.integers(-10_000, 10_000), min_size=2, max_size=8), st.integers(-7, 7).filter(bool))
def test_the_unit_of_money_and_the_side_that_tells_it_change_no_rate(flows, factor):
    assert rates(range(len(flows)), amounts=flows, units=1) == rates(
        range(len(flows)), amounts=[flow * factor for flow in flows], units=1
    )


@given(st.lists(st.integers(-10_000, 10_000), min_size=2, max_size=8), st.decimals("-0.9", "3", places=2))
def test_a_guess_picks_one_of_the_rates(flows, near):
    found = rates(range(len(flows)), amounts=flows, units=1)
    try:
        picked = periodic_rate(flows, near=near)
    except SolverFailed:
        assert not found
        return
    assert any(abs(picked - rate) <= Decimal("1e-9") * (1 + rate) for rate in found) or picked > 10**5


@given(
    st.lists(st.tuples(st.integers(0, 4000), st.integers(1, 100_000)), min_size=1, max_size=12),
    st.decimals("-0.9", "5", places=3),
)
@settings(max_examples=60)
def test_the_dated_rate_of_flows_bought_at_a_rate_is_the_rate(paid, rate):
    start = date(2026, 1, 1)
    flows = [(start + timedelta(days=days + 1), minor) for days, minor in paid]
    price = sum(minor / (1 + rate) ** (Decimal((day - start).days) / 365) for day, minor in flows)
    assume(price > Decimal("0.001"))
    found = dated_rate([(start, -price), *flows])
    assert abs(found - rate) <= Decimal("1e-9") * (1 + abs(rate))


@given(SUMS, st.decimals("0.001", "2", places=4), st.integers(2, 36))
def test_the_schedule_rounds_the_exact_payment(minor, rate, count):
    start = date(2026, 1, 15)
    schedule = build_schedule(
        LoanTerms(Money(minor, "EUR"), count, MONTHLY, start, add_months(start, 1), nominal_rate=rate)
    )
    exact = level_payment(minor, annuity=Annuity(Fraction(rate) / 12, count))
    tiny = exact < 2 * count  # rounded down where rounding up would leave nothing for the last one
    assert abs(schedule.instalments[0].total_minor - exact) <= (1 if tiny else Fraction(1, 2))
