"""Every plan on sale keeps the contract of ``ports.plan``: exact schedules, sane prices, inside the law.

The cases come from the registry: a new leaf is tested before its author writes a test.
"""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bnpl_plugin.credit.amortisation import build_schedule
from bnpl_plugin.credit.apr import apr_by
from bnpl_plugin.money.amount import Money
from bnpl_plugin.money.currency import MINOR_UNITS
from bnpl_plugin.ports.jurisdiction import CreditFacts
from bnpl_plugin.ports.plan import PlanKind
from bnpl_plugin.registry import leaves
from examples.demo_shop.sample_law import SAMPLE_LAW

PLANS = leaves("PLAN")
POLICIES = leaves("POLICY")
LAW = {
    code: country.with_values(values=SAMPLE_LAW[code][0], texts=SAMPLE_LAW[code][1])
    for code, country in leaves("COUNTRY").items()
}
STARTS = (date(2026, 11, 24), date(2027, 1, 31), date(2028, 2, 29))
REFUSALS = {"law_missing", "rate_above_cap", "amount_too_high"}

every_plan = pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS.keys())


def amounts(plan, currency):
    """Both ends of a currency's limits and odd amounts between them."""
    low, high = plan.limits[currency]
    step = max((high - low) // 7, 1)
    return sorted({low, low + 1, high - 1, high, *range(low, high, step)})


def ratings(plan):
    return (None, *plan.rates)


def schedules(plan, currency):
    for start_on in STARTS:
        for rating in ratings(plan):
            for minor in amounts(plan, currency):
                terms = plan.terms(principal=Money(minor, currency), start_on=start_on, rating=rating)
                yield minor, start_on, rating, build_schedule(terms)


@every_plan
def test_code_version_and_title_are_fit_for_use(plan):
    assert plan.code.replace("_", "").isalnum()
    assert plan.code == plan.code.lower()
    assert plan.version >= 1
    assert plan.title.format(count=plan.count)
    assert ("{count}" in plan.title) == (plan.count > 1)


@every_plan
def test_its_limits_are_currencies_and_rising_whole_amounts(plan):
    assert plan.limits
    for currency, (low, high) in plan.limits.items():
        assert currency in MINOR_UNITS
        assert 0 < low < high


@every_plan
def test_it_never_finances_more_than_the_lenders_cap(plan):
    caps_minor = {currency: cap for policy in POLICIES.values() for currency, cap in policy.caps_minor.items()}
    assert all(high <= caps_minor[currency] for currency, (_, high) in plan.limits.items())


@every_plan
def test_every_schedule_sums_to_the_price_exactly(plan):
    for currency in plan.limits:
        for minor, _, _, schedule in schedules(plan, currency):
            assert sum(row.principal_minor for row in schedule.instalments) == minor
            assert len(schedule.instalments) == plan.count
            assert min(row.principal_minor for row in schedule.instalments) > 0


@every_plan
@pytest.mark.parametrize(("currency", "low", "high"), [("JPY", 1, 600_000), ("KWD", 7, 1_300_001)])
def test_it_works_in_currencies_of_no_and_of_three_decimals(plan, currency, low, high):
    abroad = replace(plan, limits={currency: (max(low, plan.count), high)})
    for minor, _, _, schedule in schedules(abroad, currency):
        assert sum(row.principal_minor for row in schedule.instalments) == minor
        assert schedule.currency == currency


@every_plan
def test_the_first_instalment_is_due_when_the_plan_says(plan):
    for currency in plan.limits:
        for _, start_on, _, schedule in schedules(plan, currency):
            first = schedule.instalments[0].due_on
            if plan.first_today:
                assert first == start_on
            elif plan.first_due_days is not None:
                assert first == start_on + timedelta(days=plan.first_due_days)
            else:
                assert timedelta(days=28) <= first - start_on <= timedelta(days=31)


@every_plan
def test_due_dates_keep_the_day_of_the_purchase_through_short_months(plan):
    if plan.first_due_days is not None:
        return
    terms = plan.terms(principal=Money(1_000_00, "EUR"), start_on=date(2027, 1, 31), rating=None)
    days = [row.due_on for row in build_schedule(terms).instalments]
    march = [day for day in days if (day.year, day.month) == (2027, 3)]
    assert march == [date(2027, 3, 31)]


@every_plan
def test_it_costs_something_only_if_it_has_rates(plan):
    assert (plan.kind is PlanKind.AMORTISING) == bool(plan.rates)
    assert (plan.kind is PlanKind.DEFERRED) == (plan.first_due_days is not None)
    for currency in plan.limits:
        for _, _, _, schedule in schedules(plan, currency):
            assert (schedule.finance_charge_minor > 0) == bool(plan.rates)


@every_plan
def test_a_better_rating_is_never_dearer_and_no_rating_is_quoted_as_the_worst(plan):
    rates = [plan.rate_for(rating) for rating in sorted(plan.rates)]
    assert rates == sorted(set(rates))
    assert plan.rate_for(None) == (rates[-1] if rates else 0)
    known = {rating for policy in POLICIES.values() for _, rating in policy.ratings}
    assert not plan.rates or set(plan.rates) == known


@every_plan
def test_the_merchant_keeps_most_of_the_price(plan):
    assert 0 <= plan.mdr_bps <= 1_000


@every_plan
@pytest.mark.parametrize("country", LAW.values(), ids=LAW.keys())
def test_each_country_judges_it_and_some_country_lets_it_be_offered(plan, country):
    verdicts = set()
    for _, start_on, _, schedule in schedules(plan, country.currency):
        verdicts.add(
            country.check(
                CreditFacts(
                    day=start_on,
                    kind=plan.kind,
                    count=len(schedule.instalments),
                    principal_minor=schedule.principal_minor,
                    apr=apr_by(country.apr_method)(schedule).rate,
                    finance_charge_minor=schedule.finance_charge_minor,
                    term_days=(schedule.last_due_on - schedule.drawdown_on).days,
                )
            )
        )
    assert verdicts <= {None, *REFUSALS}
    outside_tila = not plan.rates and plan.count <= 4
    assert verdicts == ({None} if country.code != "US" or outside_tila else {"law_missing"})
