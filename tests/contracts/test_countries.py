"""Every country keeps the contract of ``ports.jurisdiction``: dated, sourced, no overlap, nothing offered on a gap."""

import itertools
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from bnpl_plugin.credit.apr import METHODS
from bnpl_plugin.errors import LawMissing
from bnpl_plugin.money.currency import MINOR_UNITS
from bnpl_plugin.ports.jurisdiction import CreditFacts
from bnpl_plugin.ports.plan import PlanKind
from bnpl_plugin.registry import leaves
from examples.demo_shop.sample_law import SAMPLE_LAW

COUNTRIES = leaves("COUNTRY")
TODAY = date(2026, 11, 24)
UNION = {"FR"}
FREE = CreditFacts(
    day=TODAY,
    kind=PlanKind.INSTALMENTS,
    count=3,
    principal_minor=300_00,
    apr=Decimal(0),
    finance_charge_minor=0,
    term_days=61,
)

every_country = pytest.mark.parametrize("country", COUNTRIES.values(), ids=COUNTRIES.keys())


def groups(country):
    return {**country.values, **{f"{name} ({tongue})": found for (name, tongue), found in country.texts.items()}}


def supplied(country):
    values, texts = SAMPLE_LAW[country.code]
    return country.with_values(values=values, texts=texts)


@every_country
def test_it_names_itself_by_the_standards(country):
    assert len(country.code) == 2
    assert country.code.isupper()
    assert country.currency in MINOR_UNITS
    assert country.apr_method in METHODS
    assert country.languages
    assert ZoneInfo(country.time_zone).key == country.time_zone


@every_country
def test_every_value_has_a_unit_a_source_and_a_degree_of_certainty(country):
    for name, found in groups(country).items():
        assert found, name
        for value in found:
            assert value.unit, name
            assert len(value.source) > 5, name
            assert value.sure in ("T", "S", "C"), name
            assert not value.sample, f"{name}: a sample does not belong in the core"
            assert value.end is None or value.start <= value.end, name


@every_country
def test_no_two_values_of_a_name_hold_on_one_day(country):
    for name, found in groups(country).items():
        usable = [value for value in found if value.sure != "C"]
        for one, other in itertools.combinations(usable, 2):
            first, second = sorted((one, other), key=lambda value: value.start)
            assert first.end is not None, name
            assert first.end < second.start, name


@every_country
def test_a_value_of_background_or_conflict_is_never_used(country):
    for name, found in country.values.items():
        if all(value.sure == "C" for value in found):
            assert country.find(name, day=TODAY) is None
            with pytest.raises(LawMissing):
                country.pick(name, day=TODAY)


@every_country
def test_nothing_is_offered_until_an_operator_supplies_what_is_missing(country):
    assert country.missing(day=TODAY, language="en")
    assert supplied(country).missing(day=TODAY, language="en") == ()


@every_country
def test_each_required_value_and_text_stops_every_offer_when_it_is_missing(country):
    whole = supplied(country)
    for name in whole.required:
        gap = replace(whole, values={key: found for key, found in whole.values.items() if key != name})
        assert gap.missing(day=TODAY, language="en") == (name,)
    for name in whole.required_texts:
        gap = replace(whole, texts={key: found for key, found in whole.texts.items() if key[0] != name})
        assert gap.missing(day=TODAY, language="en") == (name,)


@every_country
def test_every_text_is_shown_or_used_and_every_clause_has_a_text(country):
    clauses = [clause.name for clause in country.clauses]
    assert len(set(clauses)) == len(clauses)
    assert set(clauses) <= set(country.required_texts)
    assert set(country.required_texts) - set(clauses) <= {"ad_warning"}
    assert all(clause.part in (1, 2) and clause.head for clause in country.clauses)


@every_country
def test_a_mandatory_text_is_had_in_the_countrys_own_language_whatever_the_reader_speaks(country):
    whole = supplied(country)
    for name in whole.required_texts:
        for language in ("en", "fr", "zh_Hans", "zh-Hans", "sw"):
            tongue, value = whole.spoken(name, language=language, day=TODAY)
            assert value.value
            assert tongue in (language.replace("-", "_").partition("_")[0], *country.languages)


@every_country
def test_an_operators_samples_fill_only_gaps_and_are_labelled(country):
    values, texts = SAMPLE_LAW[country.code]
    assert all(value.sample and "sample, not law" in value.source for found in values.values() for value in found)
    assert all(value.sample and "sample, not law" in value.source for found in texts.values() for value in found)
    missing = set(country.missing(day=TODAY, language="xx"))
    assert {*values, *(name for name, _ in texts)} == missing
    assert supplied(country).uses_samples(day=TODAY)
    assert not country.uses_samples(day=TODAY)


@every_country
def test_credit_without_cost_passes_the_gate_once_the_law_is_complete(country):
    assert supplied(country).check(FREE) is None


@every_country
def test_the_gate_itself_refuses_before_any_law_holds(country):
    long_ago = date(1990, 1, 1)
    facts = CreditFacts(
        day=long_ago, kind=FREE.kind, count=3, principal_minor=1, apr=Decimal(0), finance_charge_minor=0, term_days=61
    )
    assert country.check(facts) == "law_missing"


@every_country
def test_an_expired_value_is_missing_again(country):
    for name, found in country.values.items():
        for value in found:
            if value.end is None or value.sure == "C":
                continue
            assert country.find(name, day=value.end) is value
            after = country.find(name, day=value.end + timedelta(days=1))
            assert after is not value


@pytest.mark.parametrize("code", sorted(UNION))
def test_a_country_of_the_union_demands_warning_forms_default_cap_and_licence(code):
    country = COUNTRIES[code]
    assert {"default_charge_cap", "licence", "withdrawal_days", "apr_decimals", "max_credit"} <= set(country.required)
    assert {"ad_warning", "missed_payments", "withdrawal", "early_repayment"} <= set(country.required_texts)
