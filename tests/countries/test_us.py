"""United States: only what stays outside the Truth in Lending Act."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from bnpl_plugin.countries.us import COUNTRY
from bnpl_plugin.ports.jurisdiction import CreditFacts
from bnpl_plugin.ports.plan import PlanKind

FACTS = CreditFacts(
    day=date(2026, 11, 24),
    kind=PlanKind.INSTALMENTS,
    count=4,
    principal_minor=400_00,
    apr=Decimal(0),
    finance_charge_minor=0,
    term_days=92,
)


@pytest.mark.parametrize(
    ("count", "verdict"), [(1, None), (3, None), (4, None), (5, "law_missing"), (6, "law_missing")]
)
def test_four_instalments_are_outside_and_five_are_inside(count, verdict):
    assert COUNTRY.check(replace(FACTS, count=count)) == verdict


def test_a_finance_charge_of_one_cent_is_inside():
    assert COUNTRY.check(replace(FACTS, finance_charge_minor=1, apr=Decimal("0.0001"))) == "law_missing"


def test_the_notices_and_the_licence_are_missing_until_supplied():
    assert set(COUNTRY.missing(day=FACTS.day, language="en")) == {
        "default_charge_cap",
        "licence",
        "esign_consent",
        "ecoa_notice",
    }


def test_new_yorks_proposed_cap_is_not_in_force():
    assert not [name for name in COUNTRY.values if "cap" in name]
