"""What holds for every loan: exact sums, rising dates, honest rates, nothing collected twice."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given, reject
from hypothesis import strategies as st

from bnpl_plugin.credit import FORTNIGHTLY, MONTHLY, WEEKLY, DayCount, LoanTerms, Method, Schedule, build_schedule
from bnpl_plugin.credit.amortisation.table import amortisation_table
from bnpl_plugin.credit.apr import eu
from bnpl_plugin.credit.apr.working import residual
from bnpl_plugin.credit.calendar import (
    HALF_MONTHLY,
    YEARLY,
    MonthEnd,
    Period,
    PeriodUnit,
    add_months,
    due_date,
    due_dates,
    periods_between,
)
from bnpl_plugin.credit.servicing.early_settlement import settlement_figure
from bnpl_plugin.credit.servicing.repayment import allocate_repayment
from bnpl_plugin.credit.terms import (
    PLAIN,
    USUAL,
    Accrual,
    Carry,
    Compounding,
    DownPayment,
    Drawdown,
    FeePlacement,
    Levelling,
    OddDays,
    RateStep,
    RowFee,
    Shape,
    Shortfall,
)
from bnpl_plugin.errors import InvalidInput, SolverFailed
from bnpl_plugin.money import Money, Remainder, Rounding

AMOUNTS = st.integers(1, 3_000_000)
COUNTS = st.integers(1, 36)
CURRENCIES = st.sampled_from(["JPY", "EUR", "KWD"])
DAYS = st.dates(date(2024, 1, 1), date(2032, 12, 31))
RATES = st.decimals(0, Decimal("9.99"), places=4)


PERIODS = st.sampled_from([
    MONTHLY, FORTNIGHTLY, WEEKLY, HALF_MONTHLY, YEARLY,
    Period(PeriodUnit.DAY, 15), Period(PeriodUnit.MONTH, 3), Period(PeriodUnit.MONTH, month_end=MonthEnd.ROLL),
    Period(PeriodUnit.MONTH, month_end=MonthEnd.LAST),
])  # fmt: skip


@st.composite
def loan_terms(draw, *, methods=tuple(Method)):
    """Terms of every method, shape and convention, in combinations that can be agreed."""
    method = draw(st.sampled_from(methods))
    count = draw(COUNTS)
    rate = Decimal(0) if method is Method.INTEREST_FREE else draw(st.one_of(st.just(Decimal(0)), RATES))
    minor = draw(AMOUNTS)
    carry = draw(st.sampled_from(Carry))
    shape = draw(shapes(method=method, count=count, minor=minor, carry=carry))
    rounding = draw(st.sampled_from(Rounding))
    if shape.levelling is Levelling.ALL_EQUAL:
        rounding = draw(st.sampled_from([Rounding.UP, Rounding.CEILING]))
    start = draw(DAYS)
    splits = method in (Method.EQUAL_PRINCIPAL, Method.FLAT, Method.INTEREST_ONLY, Method.INTEREST_FREE)
    free = not rate and method is Method.EQUAL_INSTALMENTS and not (shape.rate_steps or shape.instalment_minor)
    return LoanTerms(
        Money(minor, draw(CURRENCIES)),
        count,
        draw(PERIODS),
        start,
        date.fromordinal(start.toordinal() + draw(st.integers(1 if shape.down_payment else 0, 400))),
        method=method,
        nominal_rate=rate,
        fee_minor=draw(st.integers(0, 5_000)),
        fee_placement=draw(st.sampled_from(FeePlacement)),
        remainder=draw(st.sampled_from(Remainder)) if splits or free else Remainder.LAST,
        rounding=rounding,
        day_count=draw(st.sampled_from(DayCount)),
        shape=shape,
        accrual=draw(accruals(carry=carry)),
    )


@st.composite
def shapes(draw, *, method, count, minor, carry):
    equal = method in (Method.EQUAL_INSTALMENTS, Method.INTEREST_FREE)
    wanted: dict[str, Any] = {}
    down = draw(st.integers(0, max(minor // 2, 0)))
    if down and draw(st.booleans()):
        wanted["down_payment"] = DownPayment(minor=down)
    if carry is not Carry.EXACT and method is not Method.INTEREST_ONLY:
        wanted["multiple_minor"] = draw(st.sampled_from([1, 1, 5, 100]))
    if method is Method.GRADUATED:
        wanted["yearly_growth"] = draw(st.sampled_from([Decimal("0.03"), Decimal("-0.1"), Decimal(1)]))
    if count > 1 and method is not Method.INTEREST_FREE:
        wanted["interest_free"] = draw(st.integers(0, count - 1))
        wanted["interest_grace"] = draw(st.integers(0, count - 1))
    kind = draw(st.sampled_from(["plain", "balloon", "grace", "agreed", "steps", "adjusted", "all equal", "fees"]))
    if kind == "balloon" and method not in (Method.FLAT, Method.INTEREST_ONLY):
        wanted["balloon_minor"] = draw(st.integers(0, (minor - down) // 2))
    if kind == "grace" and (equal or method is Method.EQUAL_PRINCIPAL):
        wanted["principal_grace"] = draw(st.integers(0, count - 1))
    if kind == "agreed" and method is Method.EQUAL_INSTALMENTS:
        wanted["instalment_minor"] = draw(st.integers(1, 2 * minor))
    if kind == "steps" and count > 1 and method not in (Method.INTEREST_FREE, Method.GRADUATED):
        wanted["rate_steps"] = (RateStep(draw(st.integers(2, count)), draw(RATES)),)
    if kind == "adjusted" and equal and carry is Carry.MINOR_UNITS:
        wanted["levelling"] = Levelling.ADJUSTED
    if kind == "all equal" and equal and carry is Carry.MINOR_UNITS:
        wanted |= {"levelling": Levelling.ALL_EQUAL, "interest_grace": 0}
    if kind == "fees":
        wanted["row_fees"] = (RowFee(draw(st.integers(1, count)), draw(st.integers(1, 900))),)
    return Shape(**wanted)


@st.composite
def accruals(draw, *, carry):
    return Accrual(
        compounding=draw(st.sampled_from(Compounding)),
        carry=carry,
        rounding=draw(st.sampled_from(Rounding)),
        multiple_minor=draw(st.sampled_from([1, 100])) if carry is Carry.MINOR_UNITS else 1,
        shortfall=draw(st.sampled_from(Shortfall)),
        odd_days=draw(st.sampled_from(OddDays)),
        first_period_years=draw(st.sampled_from([None, None, Fraction(0), Fraction(3, 365) + Fraction(1, 12)])),
    )


def built(terms):
    """Build, or leave aside what is refused: equal rounded-up instalments of which fewer would do."""
    try:
        return build_schedule(terms)
    except InvalidInput as refused:
        if terms.shape.levelling is not Levelling.ALL_EQUAL or refused.details["field"] != "shape.levelling":
            raise
        reject()


@given(loan_terms())
def test_every_part_is_exact_and_none_is_negative(terms):
    schedule = built(terms)
    rows = schedule.instalments
    assert len(rows) - terms.count in (0, 1)
    assert sum(row.principal_minor for row in rows) == terms.principal.minor
    agreed = terms.fee_minor + sum(fee.minor for fee in terms.shape.row_fees)
    if terms.shape.levelling is not Levelling.ALL_EQUAL:
        assert sum(row.fee_minor for row in rows) == agreed
    assert min(min(row.principal_minor, row.interest_minor, row.fee_minor) for row in rows) >= 0
    assert schedule.total_payable_minor == sum(row.total_minor for row in rows)
    assert [row.due_on for row in rows] == sorted({row.due_on for row in rows})
    assert Schedule.from_json(schedule.to_json()) == schedule


@given(loan_terms())
def test_the_table_closes_every_row_and_ends_with_nothing_owed(terms):
    schedule = built(terms)
    table = amortisation_table(terms)
    for row in table:
        assert row.opening_minor + row.drawn_minor + row.earned_minor - row.instalment_minor == row.closing_minor
        assert row.closing_minor >= 0
    assert table[-1].closing_minor == 0
    assert [row[-4:-1] for row in table] == [row[2:] for row in schedule.instalments]


@given(loan_terms(methods=[Method.EQUAL_INSTALMENTS, Method.INTEREST_FREE]))
def test_the_short_way_says_the_same_as_the_long_one(terms):
    plain = replace(terms, shape=PLAIN, accrual=USUAL)
    assert build_schedule(plain) == build_schedule(replace(plain, shape=Shape(), accrual=Accrual()))


@given(loan_terms(methods=[Method.EQUAL_INSTALMENTS]))
def test_all_instalments_but_the_last_are_equal_when_the_first_period_is_regular(terms):
    period = MONTHLY if terms.period.days is None else WEEKLY
    plain = replace(terms, shape=PLAIN, accrual=USUAL, fee_minor=0, remainder=Remainder.LAST, period=period)
    if not 0 < plain.nominal_rate <= 1 or (plain.first_due_on - plain.drawdown_on).days > 7:
        return
    if plain.principal.minor < 1000 * plain.count:
        return  # rounding grows with the rate: a few minor units are repaid early by instalments rounded up
    totals = [row.total_minor for row in build_schedule(plain).instalments[:-1]]
    assert len(set(totals)) <= 1


@given(loan_terms(methods=[Method.EQUAL_INSTALMENTS, Method.INTEREST_FREE]))
def test_where_all_are_equal_all_are_equal_and_the_excess_is_less_than_one_of_them(terms):
    shape = Shape(levelling=Levelling.ALL_EQUAL, multiple_minor=terms.shape.multiple_minor)
    equal = replace(
        terms, shape=shape, rounding=Rounding.UP, fee_minor=0, accrual=replace(terms.accrual, carry=Carry.MINOR_UNITS)
    )
    schedule = built(equal)
    totals = {row.total_minor for row in schedule.instalments}
    assert len(totals) == 1
    assert 0 <= schedule.fee_minor < max(totals)


@st.composite
def drawn_in_parts(draw):
    """A loan that is drawn in several parts, inside periods and on due dates."""
    start, count = draw(DAYS), draw(st.integers(2, 24))
    offsets = draw(st.lists(st.integers(0, 30 * (count - 1)), min_size=1, max_size=3, unique=True))
    later = tuple(Drawdown(date.fromordinal(start.toordinal() + offset), draw(AMOUNTS)) for offset in sorted(offsets))
    return LoanTerms(
        Money(draw(AMOUNTS), draw(CURRENCIES)),
        count,
        MONTHLY,
        start,
        add_months(start, 1),
        nominal_rate=draw(RATES),
        rounding=draw(st.sampled_from(Rounding)),
        day_count=draw(st.sampled_from(DayCount)),
        anchor_date=start,
        shape=Shape(later_drawdowns=later, levelling=draw(st.sampled_from([Levelling.ODD_ONE, Levelling.ADJUSTED]))),
        accrual=draw(accruals(carry=Carry.MINOR_UNITS)),
    )


@given(drawn_in_parts())
def test_a_loan_drawn_in_parts_repays_them_all(terms):
    schedule = build_schedule(terms)
    assert sum(row.principal_minor for row in schedule.instalments) == terms.drawn_minor
    assert sum(minor for _, minor in schedule.drawdowns) == schedule.principal_minor
    assert Schedule.from_json(schedule.to_json()) == schedule
    table = amortisation_table(terms)
    assert table[-1].closing_minor == 0
    assert min(row.closing_minor for row in table) >= 0


@given(anchor=DAYS, period=PERIODS, count=COUNTS)
def test_dates_rise_and_come_back_to_their_anchor_day(anchor, period, count):
    days = due_dates(anchor, period=period, count=count + 1)
    assert list(days) == sorted(set(days))
    assert [due_date(anchor, period=period, periods=k) for k in range(count + 1)] == list(days)
    assert all(periods_between(anchor, period=period, due_on=day) == k for k, day in enumerate(days) if day != anchor)
    if period.days is None and period.month_end is MonthEnd.CLAMP:
        allowed = {anchor.day, anchor.day + 15, anchor.day - 15} if period.months is None else {anchor.day}
        for day in days:
            last_of_month = (add_months(day.replace(day=1), 1) - timedelta(days=1)).day
            assert day.day in {min(one, last_of_month) for one in allowed if one > 0}


@given(anchor=DAYS, count=COUNTS)
def test_monthly_dates_rise_and_keep_their_anchor_day(anchor, count):
    terms = LoanTerms(
        Money(100, "EUR"),
        count,
        MONTHLY,
        anchor,
        add_months(anchor, 1),
        anchor_date=anchor,
        method=Method.INTEREST_FREE,
    )
    days = terms.due_dates
    for k, day in enumerate(days, start=1):
        assert (day.year - anchor.year) * 12 + day.month - anchor.month == k
        last_of_month = date.fromordinal(add_months(day.replace(day=1), 1).toordinal() - 1).day
        assert day.day == min(anchor.day, last_of_month)
    assert list(days) == sorted(set(days))


@st.composite
def by_whole_months(draw):
    """Loans of one sum, one rate and whole months, of every method that charges what is owed."""
    method = draw(st.sampled_from([
        Method.EQUAL_INSTALMENTS, Method.EQUAL_PRINCIPAL, Method.INTEREST_ONLY, Method.GRADUATED,
    ]))  # fmt: skip
    minor, start = draw(st.integers(1_000_000, 3_000_000)), draw(DAYS)
    return LoanTerms(
        Money(minor, "EUR"),
        draw(st.integers(2, 36)),
        MONTHLY,
        start,
        add_months(start, 1),
        method=method,
        nominal_rate=draw(st.decimals("0.01", "2", places=4)),
        anchor_date=start,
        shape=Shape(
            yearly_growth=Decimal("0.05") if method is Method.GRADUATED else Decimal(0),
            balloon_minor=minor // 3 if method is not Method.INTEREST_ONLY and draw(st.booleans()) else 0,
        ),
        accrual=Accrual(carry=draw(st.sampled_from(Carry)), shortfall=Shortfall.CAPITALISED),
    )


@given(by_whole_months())
def test_the_apr_of_a_schedule_is_the_rate_it_was_built_with(terms):
    effective = (1 + terms.nominal_rate / 12) ** 12 - 1
    found = eu.schedule_apr(build_schedule(terms), interval=eu.Interval.MONTHS).rate
    assert abs(found - effective) < Decimal("0.0005") * (1 + effective)


@given(by_whole_months())
def test_an_exact_table_is_the_same_loan_but_for_what_rounding_adds_up_to(terms):
    """Each period rounds an instalment and an interest by half a minor unit, which then earns interest to the end."""
    rounded, exact = (
        build_schedule(replace(terms, accrual=replace(terms.accrual, carry=carry))).interest_minor
        for carry in (Carry.MINOR_UNITS, Carry.EXACT)
    )
    monthly = terms.nominal_rate / 12
    assert abs(rounded - exact) <= 1 + ((1 + monthly) ** terms.count - 1) / monthly


@given(rate=st.decimals("0.01", "2", places=4), count=st.integers(2, 36), start=DAYS)
def test_an_effective_rate_is_the_apr(rate, count, start):
    terms = LoanTerms(
        Money(2_000_000, "EUR"), count, MONTHLY, start, add_months(start, 1), nominal_rate=rate, anchor_date=start,
        accrual=Accrual(compounding=Compounding.YEARLY),
    )  # fmt: skip
    assert abs(eu.schedule_apr(build_schedule(terms)).rate - rate) < Decimal("0.0005") * (1 + rate)


@given(loan_terms(), st.integers(0, 2000))
def test_settling_early_never_costs_more_than_staying_and_nothing_less_at_the_end(terms, days):
    schedule = built(terms)
    on = date.fromordinal(terms.drawdown_on.toordinal() + days)
    figure = settlement_figure(schedule, still_open=schedule.instalments, on=on)
    assert terms.principal.minor == figure.principal_minor
    assert figure.total_minor + figure.waived_interest_minor + figure.waived_fee_minor == schedule.total_payable_minor
    assert min(figure.waived_interest_minor, figure.waived_fee_minor) >= 0
    at_end = settlement_figure(schedule, still_open=schedule.instalments, on=schedule.last_due_on)
    assert at_end.total_minor == schedule.total_payable_minor


@given(loan_terms(), st.data())
def test_any_series_of_payments_pays_exactly_what_is_owed(terms, data):
    schedule = built(terms)
    rows = {row.number: row for row in schedule.instalments}
    owed = schedule.total_payable_minor
    for _ in range(4):
        if not owed:
            break
        received = data.draw(st.integers(1, owed))
        for paid in allocate_repayment(received, still_open=rows.values()):
            row = rows[paid.number]
            rows[paid.number] = row._replace(
                principal_minor=row.principal_minor - paid.principal_minor,
                interest_minor=row.interest_minor - paid.interest_minor,
                fee_minor=row.fee_minor - paid.fee_minor,
            )
        owed -= received
        assert sum(row.total_minor for row in rows.values()) == owed
        assert all(min(row[2:]) >= 0 for row in rows.values())


@given(drawn_in_parts())
def test_the_apr_of_a_loan_drawn_in_parts_counts_each_part_from_its_day(terms):
    schedule = build_schedule(terms)
    if not schedule.finance_charge_minor:
        return
    try:
        found = eu.schedule_apr(schedule, interval=eu.Interval.MONTHS)
    except SolverFailed:
        return  # a rate without measure, or several
    assert sorted(found.drawdowns) == sorted(schedule.drawdowns)
    assert abs(residual(found)) < 1
