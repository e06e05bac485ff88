"""China: the all-in cap of the contract's day, its path down, and the household's ceiling."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from bnpl_plugin.countries.cn import COUNTRY
from bnpl_plugin.ports.jurisdiction import CreditFacts, Value
from bnpl_plugin.ports.plan import PlanKind

LPR = Value(Decimal("0.030"), "fraction a year", date(2026, 1, 1), "the operator's source", "S")
SUPPLIED = COUNTRY.with_values(values={"lpr": (LPR,)})
FACTS = CreditFacts(
    day=date(2026, 11, 24),
    kind=PlanKind.AMORTISING,
    count=12,
    principal_minor=5_000_00,
    apr=Decimal("0.119"),
    finance_charge_minor=330_00,
    term_days=365,
)

# day of the contract | days | highest all-in cost a year (LPR 3.0 %)
CAPS = """
2026-11-24   365   0.24
2026-11-24    31   0.24
2027-12-30   365   0.24
2027-12-31   365   0.12
2027-12-31    32   0.12
2027-12-31    31   0.24
2029-06-01   730   0.12
"""


@pytest.mark.parametrize("row", CAPS.strip().splitlines())
def test_the_cap_follows_the_day_of_the_contract(row):
    day, days, highest = row.split()
    facts = replace(FACTS, day=date.fromisoformat(day), term_days=int(days))
    assert SUPPLIED.check(replace(facts, apr=Decimal(highest))) is None
    assert SUPPLIED.check(replace(facts, apr=Decimal(highest) + Decimal("0.0000001"))) == "rate_above_cap"


def test_the_cap_moves_with_the_lpr():
    lower = Value(Decimal("0.025"), "fraction a year", date(2028, 1, 1), "the operator's source", "S")
    country = COUNTRY.with_values(values={"lpr": (lower,)})
    facts = replace(FACTS, day=date(2028, 1, 2))
    assert country.check(replace(facts, apr=Decimal("0.100"))) is None
    assert country.check(replace(facts, apr=Decimal("0.101"))) == "rate_above_cap"


def test_without_the_lpr_of_the_day_nothing_is_offered():
    assert COUNTRY.check(FACTS) == "law_missing"
    assert "lpr" in COUNTRY.missing(day=FACTS.day, language="zh_Hans")
    assert COUNTRY.pick("lpr", day=date(2025, 12, 31)).value == Decimal("0.030")


def test_a_household_owes_at_most_two_hundred_thousand():
    assert SUPPLIED.check(replace(FACTS, principal_minor=200_000_00)) is None
    assert SUPPLIED.check(replace(FACTS, principal_minor=200_000_01)) == "amount_too_high"


def test_the_cost_table_is_a_duty_since_august_2026():
    assert COUNTRY.find("cost_table", day=date(2026, 7, 31)) is None
    assert "recipient" in COUNTRY.pick("cost_table", day=date(2026, 8, 1)).value
