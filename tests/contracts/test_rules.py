"""Every rule and policy keeps the contract of ``ports.rule``: pure, known code, text for the shopper, whole numbers."""

import importlib
import itertools
from dataclasses import fields, replace
from typing import Any

import pytest

from bnpl_plugin.lifecycle.judgement import scored
from bnpl_plugin.ports.rule import Evidence, Finding, Verdict
from bnpl_plugin.registry import leaves, modules

RULES = leaves("RULE")
POLICIES = leaves("POLICY")

SOUND = Evidence(
    country="FR",
    currency="EUR",
    age_years=35,
    income_minor=3_000_00,
    outgoings_minor=1_200_00,
    principal_minor=600_00,
    first_today_minor=200_00,
    monthly_due_minor=200_00,
    line_limit_minor=None,
    line_used_minor=0,
    product_cap_minor=4_300_00,
    other_currency_open=False,
    open_loans=0,
    instalments_in_arrears=0,
    decisions_last_day=0,
    loans_settled=0,
)

EXTREMES: dict[str, tuple[Any, ...]] = {
    "age_years": (0, 17, 18, 120),
    "income_minor": (0, 1, 10**10),
    "outgoings_minor": (0, 10**10),
    "principal_minor": (1, 10**10),
    "monthly_due_minor": (0, 10**10),
    "line_limit_minor": (None, 0, 10**10),
    "line_used_minor": (0, 10**10),
    "product_cap_minor": (0, 10**10),
    "other_currency_open": (False, True),
    "open_loans": (0, 1_000),
    "instalments_in_arrears": (0, 1_000),
    "decisions_last_day": (0, 1_000),
    "loans_settled": (0, 1_000),
    "min_age_years": (18, 19),
    "student": (None, False, True),
    "identity_changed": (False, True),
    "phone_abroad": (False, True),
    "segments": ((), ("device_owner",)),
}


def cases():
    """The sound shopper, and every pair of extremes at once."""
    yield SOUND
    for one, other in itertools.combinations(EXTREMES, 2):
        for left, right in itertools.product(EXTREMES[one], EXTREMES[other]):
            yield replace(SOUND, **{one: left, other: right})


CASES = tuple(cases())


def points(policy, evidence):
    return scored(policy, evidence)[0]


every_rule = pytest.mark.parametrize("rule", RULES.values(), ids=RULES.keys())
every_policy = pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES.keys())


@every_rule
def test_a_sound_shopper_is_not_objected_to(rule):
    assert rule.check(SOUND) is None


@every_rule
def test_a_finding_carries_the_rules_own_code_a_verdict_and_plain_texts(rule):
    findings = [found for case in CASES if (found := rule.check(case)) is not None]
    assert findings, "a rule that objects to nothing proves nothing"
    for found in findings:
        assert isinstance(found, Finding)
        assert found.code == rule.code
        assert found.verdict in (Verdict.DECLINE, Verdict.REFER)
        assert found.details
        assert all(isinstance(word, str) for pair in found.details.items() for word in pair)


@every_rule
def test_a_rule_is_pure(rule):
    assert [rule.check(case) for case in CASES] == [rule.check(case) for case in CASES]


@every_rule
def test_its_reason_is_a_sentence_that_translators_find(rule):
    (home,) = [name for name in modules("RULE") if name.endswith(f".{rule.code}")]
    assert rule.reason in importlib.import_module(home).REASON_TEXTS
    assert rule.reason[0].isupper()
    assert rule.reason.endswith(".")


def test_no_two_rules_share_a_place_or_a_reason():
    assert len({rule.order for rule in RULES.values()}) == len(RULES)
    assert len({rule.reason for rule in RULES.values()}) == len(RULES)


def test_the_evidence_is_an_allow_list_without_forbidden_data():
    allowed = {*EXTREMES, "country", "currency", "first_today_minor", "ceiling_minor", "reported", "sources_answered"}
    assert {part.name for part in fields(Evidence)} == allowed


@every_policy
def test_a_policy_names_rules_that_exist(policy):
    assert policy.rules
    assert {call.code for call in policy.rules} <= set(RULES)
    assert all(set(call.params) <= set(RULES[call.code].params) for call in policy.rules)


@every_policy
def test_every_shopper_gets_exactly_one_rating(policy):
    lowest = [score for score, _ in policy.ratings]
    assert lowest == sorted(set(lowest), reverse=True)
    assert lowest[-1] <= min(points(policy, case) for case in CASES)
    assert all(type(points(policy, case)) is int for case in CASES)


@every_policy
def test_a_better_rating_has_a_higher_limit_within_the_cap(policy):
    shares = [policy.limit_bps[rating] for _, rating in policy.ratings]
    assert shares == sorted(shares, reverse=True)
    assert all(0 < share <= 10_000 for share in shares)


@every_policy
def test_points_do_not_depend_on_age_country_or_currency(policy):
    for case in CASES:
        stranger = replace(case, age_years=case.age_years + 30, country="XX", currency="JPY")
        assert points(policy, stranger) == points(policy, case)


@every_policy
def test_more_income_and_fewer_outgoings_never_lower_the_points(policy):
    for case in CASES:
        richer = replace(case, income_minor=case.income_minor + 500_00)
        thriftier = replace(case, outgoings_minor=max(case.outgoings_minor - 500_00, 0))
        assert points(policy, richer) >= points(policy, case)
        assert points(policy, thriftier) >= points(policy, case)
