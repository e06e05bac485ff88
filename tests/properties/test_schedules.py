"""What holds for every loan: exact sums, rising dates, honest rates, nothing collected twice."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from bnpl_plugin.credit import (
    FORTNIGHTLY,
    MONTHLY,
    WEEKLY,
    DayCount,
    FeePlacement,
    LoanTerms,
    Method,
    Schedule,
    add_months,
    build_schedule,
)
from bnpl_plugin.credit.apr import eu
from bnpl_plugin.credit.servicing.early_settlement import settlement_figure
from bnpl_plugin.credit.servicing.repayment import allocate_repayment
from bnpl_plugin.money import Money, Remainder, Rounding

AMOUNTS = st.integers(1, 3_000_000)
COUNTS = st.integers(1, 36)
CURRENCIES = st.sampled_from(["JPY", "EUR", "KWD"])
DAYS = st.dates(date(2024, 1, 1), date(2032, 12, 31))
RATES = st.decimals(0, Decimal("9.99"), places=4)


@st.composite
def loan_terms(draw):
    rate = draw(st.one_of(st.just(Decimal(0)), RATES))
    start = draw(DAYS)
    period = draw(st.sampled_from([MONTHLY, FORTNIGHTLY, WEEKLY]))
    return LoanTerms(
        Money(draw(AMOUNTS), draw(CURRENCIES)),
        draw(COUNTS),
        period,
        start,
        date.fromordinal(start.toordinal() + draw(st.integers(0, 400))),
        method=Method.EQUAL_INSTALMENTS,
        nominal_rate=rate,
        fee_minor=draw(st.integers(0, 5_000)),
        fee_placement=draw(st.sampled_from(FeePlacement)),
        remainder=Remainder.LAST if rate else draw(st.sampled_from(Remainder)),
        rounding=draw(st.sampled_from(Rounding)),
        day_count=draw(st.sampled_from(DayCount)),
    )


@given(loan_terms())
def test_every_part_is_exact_and_none_is_negative(terms):
    schedule = build_schedule(terms)
    rows = schedule.instalments
    assert len(rows) == terms.count
    assert sum(row.principal_minor for row in rows) == terms.principal.minor
    assert sum(row.fee_minor for row in rows) == terms.fee_minor
    assert min(min(row.principal_minor, row.interest_minor, row.fee_minor) for row in rows) >= 0
    assert schedule.total_payable_minor == sum(row.total_minor for row in rows)
    assert Schedule.from_json(schedule.to_json()) == schedule


@given(loan_terms())
def test_all_instalments_but_the_last_are_equal_when_the_first_period_is_regular(terms):
    if not terms.nominal_rate or terms.fee_minor or (terms.first_due_on - terms.drawdown_on).days > 7:
        return
    totals = [row.total_minor for row in build_schedule(terms).instalments[:-1]]
    assert len(set(totals)) <= 1


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


@given(
    minor=st.integers(1_000_000, 3_000_000),
    count=st.integers(2, 36),
    rate=st.decimals("0.01", "2", places=4),
    start=DAYS,
)
def test_the_apr_of_a_schedule_is_the_rate_it_was_built_with(minor, count, rate, start):
    schedule = build_schedule(
        LoanTerms(
            Money(minor, "EUR"), count, MONTHLY, start, add_months(start, 1), nominal_rate=rate, anchor_date=start
        )
    )
    effective = (1 + rate / 12) ** 12 - 1
    found = eu.schedule_apr(schedule, interval=eu.Interval.MONTHS).rate
    assert abs(found - effective) < Decimal("0.0005") * (1 + effective)


@given(loan_terms(), st.integers(0, 2000))
def test_settling_early_never_costs_more_than_staying_and_nothing_less_at_the_end(terms, days):
    schedule = build_schedule(terms)
    on = date.fromordinal(terms.drawdown_on.toordinal() + days)
    figure = settlement_figure(schedule, still_open=schedule.instalments, on=on)
    assert terms.principal.minor == figure.principal_minor
    assert figure.total_minor + figure.waived_interest_minor + figure.waived_fee_minor == schedule.total_payable_minor
    assert min(figure.waived_interest_minor, figure.waived_fee_minor) >= 0
    at_end = settlement_figure(schedule, still_open=schedule.instalments, on=schedule.last_due_on)
    assert at_end.total_minor == schedule.total_payable_minor


@given(loan_terms(), st.data())
def test_any_series_of_payments_pays_exactly_what_is_owed(terms, data):
    schedule = build_schedule(terms)
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
