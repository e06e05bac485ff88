"""France: the usury rate of the quarter, and nothing without it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from bnpl_plugin.countries.fr import COUNTRY
from bnpl_plugin.ports.jurisdiction import CreditFacts, Value
from bnpl_plugin.ports.plan import PlanKind

FACTS = CreditFacts(
    day=date(2026, 1, 1),
    kind=PlanKind.AMORTISING,
    count=12,
    principal_minor=1_000_00,
    apr=Decimal("0.10"),
    finance_charge_minor=55_00,
    term_days=365,
)

# principal | highest APR of 2026 Q1, in percent (LAW: Code de la consommation, mean rate of the quarter + 1/3)
USURY_2026_Q1 = """
     1.00   23.56
  3000.00   23.56
  3000.01   15.87
  6000.00   15.87
  6000.01    8.67
 75000.00    8.67
"""


@pytest.fixture
def in_force():
    """France with the directive's values dated back, so that a published quarter and they hold together."""
    values = {name: tuple(replace(v, start=date(2025, 1, 1)) for v in found) for name, found in COUNTRY.values.items()}
    return replace(COUNTRY, values={**values, "usury_rates": COUNTRY.values["usury_rates"]})


@pytest.mark.parametrize("row", USURY_2026_Q1.strip().splitlines())
def test_an_apr_up_to_the_usury_rate_passes_and_one_above_is_refused(in_force, row):
    principal, percent = row.split()
    facts = replace(FACTS, principal_minor=int(Decimal(principal) * 100))
    highest = Decimal(percent) / 100
    assert in_force.check(replace(facts, apr=highest)) is None
    assert in_force.check(replace(facts, apr=highest + Decimal("0.0000001"))) == "rate_above_cap"


@pytest.mark.parametrize(
    ("day", "small"),
    [
        (date(2025, 10, 1), "0.2349"),
        (date(2025, 12, 31), "0.2349"),
        (date(2026, 1, 1), "0.2356"),
        (date(2026, 3, 31), "0.2356"),
    ],
)
def test_each_quarter_has_its_own_rate(day, small):
    bands = COUNTRY.pick("usury_rates", day=day).value
    assert bands[0] == (3_000_00, Decimal(small))


@pytest.mark.parametrize("day", [date(2026, 4, 1), date(2026, 11, 24), date(2027, 1, 1)])
def test_a_quarter_without_a_published_rate_stops_every_offer(day):
    assert "usury_rates" in COUNTRY.missing(day=day, language="fr")
    assert COUNTRY.check(replace(FACTS, day=day)) == "law_missing"


def test_an_operator_who_supplies_the_quarter_opens_the_gate():
    bands = ((3_000_00, Decimal("0.20")), (None, Decimal("0.10")))
    quarter = Value(bands, "bands", date(2026, 10, 1), "the operator's source", "S", end=date(2026, 12, 31))
    country = COUNTRY.with_values(values={"usury_rates": (quarter,)})
    facts = replace(FACTS, day=date(2026, 11, 24))
    assert country.check(replace(facts, apr=Decimal("0.20"))) is None
    assert country.check(replace(facts, apr=Decimal("0.21"))) == "rate_above_cap"
    assert country.check(replace(facts, day=date(2027, 1, 1))) == "law_missing"


def test_the_regime_ends_at_a_hundred_thousand_euros(in_force):
    free = replace(FACTS, apr=Decimal(0))
    assert in_force.check(replace(free, principal_minor=100_000_00)) is None
    assert in_force.check(replace(free, principal_minor=100_000_01)) == "amount_too_high"


def test_the_directive_gives_nothing_before_it_applies():
    assert COUNTRY.find("withdrawal_days", day=date(2026, 11, 19)) is None
    assert COUNTRY.pick("withdrawal_days", day=date(2026, 11, 20)).value == 14


def test_the_warning_is_french_for_every_reader():
    for language in ("fr", "en", "zh_Hans"):
        spoken = COUNTRY.spoken("ad_warning", language=language, day=date(2026, 11, 24))
        assert spoken is not None
        tongue, warning = spoken
        assert tongue == "fr"
        assert warning.value == "Attention ! Un crédit coûte de l'argent et doit être remboursé !"


def test_what_sources_conflict_on_stays_missing():
    gaps = COUNTRY.missing(day=date(2026, 11, 24), language="fr")
    assert {"default_charge_cap", "bureau_query", "licence"} <= set(gaps)
