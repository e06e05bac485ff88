"""The allow-list: financial facts pass, the law's grounds are refused by name, everything else is unknown."""

from __future__ import annotations

from dataclasses import fields

import pytest

from bnpl_plugin.errors import ForbiddenInput, InvalidInput
from bnpl_plugin.ports.policy.allowed import (
    ALIASES,
    DERIVED,
    KNOWN,
    REPORTED,
    allowed_name,
    allowed_report,
    scorable_name,
)
from bnpl_plugin.ports.rule import Evidence


@pytest.mark.parametrize("name", [*KNOWN, *REPORTED, *ALIASES])
def test_every_listed_fact_is_allowed_and_breaks_no_ground_of_the_law(name):
    assert allowed_name(name) in {*KNOWN, *REPORTED}


@pytest.mark.parametrize(
    ("spelt", "plain"),
    [
        ("creditAmount", "principal_minor"), ("Credit amount", "principal_minor"),
        (" credit-amount ", "principal_minor"),
        ("MONTHS_ON_FILE", "months_on_file"), ("checking_status", "account_band"),
    ],
)  # fmt: skip
def test_a_name_is_read_however_it_is_spelt(spelt, plain):
    assert allowed_name(spelt) == plain


@pytest.mark.parametrize(
    ("name", "law"),
    [
        ("health_status", "GDPR Art. 9"), ("Disability", "GDPR Art. 9"), ("isPregnant", "GDPR Art. 9"),
        ("religion", "GDPR Art. 9"), ("political_party", "GDPR Art. 9"), ("trade_union", "GDPR Art. 9"),
        ("fingerprint_hash", "GDPR Art. 9"), ("facebook_friends", "18(3)"), ("social_network_size", "18(3)"),
        ("sex", "ECOA"), ("gender", "ECOA"), ("personal_status", "ECOA"), ("foreign_worker", "ECOA"),
        ("nationality", "ECOA"), ("ethnicGroup", "ECOA"), ("RACE", "ECOA"), ("marital-status", "ECOA"),
        ("criminal_record", "Art. 10"),
    ],
)  # fmt: skip
def test_a_ground_of_the_law_is_refused_with_its_sentence(name, law):
    with pytest.raises(ForbiddenInput) as refused:
        allowed_name(name)
    assert refused.value.code == "input_forbidden"
    assert law in str(refused.value.details["law"])


@pytest.mark.parametrize("name", ["", " ", "shoe_size", "😀", "x" * 61, "income_minor; drop", "__", None, 7])
def test_what_is_not_listed_is_refused(name):
    with pytest.raises(InvalidInput):
        allowed_name(name)


@pytest.mark.parametrize("name", ["counterparty", "sextant", "racecourse", "colourful"])
def test_a_longer_word_is_unknown_and_not_forbidden(name):
    with pytest.raises(InvalidInput):
        allowed_name(name)


def test_age_gives_no_points_nor_does_where_one_lives():
    with pytest.raises(ForbiddenInput):
        scorable_name("age")
    with pytest.raises(InvalidInput):
        scorable_name("country")
    assert [scorable_name(name) for name in DERIVED] == list(DERIVED)
    assert scorable_name("credit_amount") == "principal_minor"


@pytest.mark.parametrize(
    "told",
    [
        {"defaults_elsewhere": -1}, {"defaults_elsewhere": 1.5}, {"defaults_elsewhere": True},
        {"defaults_elsewhere": "1"}, {"defaults_elsewhere": 10**16}, {"income_minor": 1},
        {"existing_credits": 1, "credits_elsewhere": 2}, {"colour_of_eyes": 1}, {"religion": None},
    ],
)  # fmt: skip
def test_a_report_says_whole_numbers_of_listed_facts_once(told):
    with pytest.raises((InvalidInput, ForbiddenInput)):
        allowed_report(told)


def test_a_good_report_is_read_and_a_null_is_not_a_zero():
    told = {"existing_credits": 2, "account_balance_minor": -5, "savings_minor": None}
    assert allowed_report(told) == {"credits_elsewhere": 2, "account_balance_minor": -5}


def test_every_field_of_the_evidence_is_on_the_list():
    assert {part.name for part in fields(Evidence)} - {"reported", "sources_answered"} == set(KNOWN)
