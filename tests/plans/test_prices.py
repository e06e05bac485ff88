"""What the plans come to, as tables that a person can check."""

from datetime import date
from decimal import Decimal

import pytest

from bnpl_plugin.credit.amortisation import build_schedule
from bnpl_plugin.credit.apr import apr_by
from bnpl_plugin.money.amount import Money
from bnpl_plugin.registry import leaves

PLANS = leaves("PLAN")

# plan | price | start | parts: due date and minor units
WITHOUT_COST = """
pay_in_3        EUR  100.00  2026-11-24  2026-11-24:3333 2026-12-24:3333 2027-01-24:3334
pay_in_4        USD   99.99  2026-12-31  2026-12-31:2500 2027-01-31:2500 2027-02-28:2500 2027-03-31:2499
pay_in_30_days  CNY  199.00  2027-01-31  2027-03-02:19900
merchant_free_6 EUR  600.01  2027-08-31  2027-08-31:10000 2027-09-30:10000 2027-10-31:10000 2027-11-30:10000 \
2027-12-31:10000 2028-01-31:10001
"""


@pytest.mark.parametrize("row", WITHOUT_COST.replace("\\\n", "").strip().splitlines())
def test_a_plan_without_cost_splits_the_price_and_nothing_else(row):
    code, currency, price, start, *parts = row.split()
    terms = PLANS[code].terms(principal=Money.of(price, currency), start_on=date.fromisoformat(start), rating="D")
    schedule = build_schedule(terms)
    assert [f"{part.due_on}:{part.total_minor}" for part in schedule.instalments] == parts
    assert schedule.finance_charge_minor == 0


# plan | rating | nominal rate in percent | instalment of 1,200.00 = 1200 × i / (1 − (1 + i)^−n), i = rate / 12
WITH_INTEREST = """
instalments_6   A   5.9   203.46
instalments_6   D  11.9   207.00
instalments_12  A   5.9   103.22
instalments_12  B   7.9   104.33
instalments_12  C   9.9   105.44
instalments_12  D  11.9   106.56
instalments_24  A   5.9    53.13
instalments_24  D  11.9    56.43
"""


@pytest.mark.parametrize("row", WITH_INTEREST.strip().splitlines())
def test_the_better_the_rating_the_cheaper_the_instalment(row):
    code, rating, percent, instalment = row.split()
    terms = PLANS[code].terms(principal=Money.of(1200, "EUR"), start_on=date(2026, 11, 24), rating=rating)
    assert str(terms.nominal_rate * 100).rstrip("0") == percent
    schedule = build_schedule(terms)
    assert schedule.instalments[0].total_minor == Money.of(instalment, "EUR").minor


def test_only_the_merchant_funded_plan_costs_the_merchant_something():
    assert {code: plan.mdr_bps for code, plan in PLANS.items() if plan.mdr_bps} == {"merchant_free_6": 300}


def test_seven_plans_are_on_sale():
    assert set(PLANS) == {
        "pay_in_3",
        "pay_in_4",
        "pay_in_30_days",
        "instalments_6",
        "instalments_12",
        "instalments_24",
        "merchant_free_6",
    }


@pytest.mark.parametrize("code", [code for code, plan in PLANS.items() if plan.rates])
def test_the_dearest_rate_stays_within_four_times_an_lpr_of_three_percent(code):
    low, high = PLANS[code].limits["CNY"]
    for minor in {*range(low, high, (high - low) // 50), high}:
        terms = PLANS[code].terms(principal=Money(minor, "CNY"), start_on=date(2026, 11, 24), rating="D")
        assert apr_by("cn")(build_schedule(terms)).rate <= Decimal("0.12")
