"""A policy's document: the good one reads, each fault is named by its path."""

from __future__ import annotations

from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest

from bnpl_plugin.errors import ForbiddenInput, InvalidInput
from bnpl_plugin.ports.policy import read_policy
from bnpl_plugin.rules.standard import POLICY

GOOD: dict[str, Any] = {
    **deepcopy(dict(POLICY.body)),
    "prices": {"instalments_12": {"A": "0.059", "B": "0.079", "C": "0.099", "D": "0.119"}},
    "refer": {"score_from": 10, "score_below": 20, "principal_from_minor": {"EUR": 300_000}},
    "sources": [{"source": "sandbox", "principal_from_minor": {"EUR": 0}, "when_unavailable": "refer"}],
    "about": {"auc": "0.78"},
}


def changed(path: str, value: Any) -> dict[str, Any]:
    body = deepcopy(GOOD)
    *way, last = [int(step) if step.isdigit() else step for step in path.split("/")]
    inside: Any = body
    for step in way:
        inside = inside[step]
    if value is KeyError:
        del inside[last]
    else:
        inside[last] = value
    return body


def test_a_good_document_reads():
    policy = read_policy(GOOD)
    assert policy.prices["instalments_12"]["A"] == Decimal("0.059")
    assert policy.sources[0].timeout_seconds == 3
    assert policy.scorecard.lowest == 0
    assert policy.body is GOOD


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        ("version", KeyError, "policy.version"), ("version", "ü", "policy.version"), ("version", "", "policy.version"),
        ("colour", 1, "policy.colour"), ("rules", [], "policy.rules"), ("rules", "age", "policy.rules"),
        ("rules/0", {"code": "age", "if": 1}, "policy.rules[0].if"), ("rules/1/code", "age", "policy.rules"),
        ("rules/0/params/min_age_years", 18.0, "policy.rules[0].params.min_age_years"),
        ("rules/0/params/min_age_years", -1, "policy.rules[0].params.min_age_years"),
        ("scorecard/start_points", True, "policy.scorecard.start_points"),
        ("scorecard/attributes/0/bins/0", {"points": 0, "below": 5}, "policy.scorecard.attributes[0].bins"),
        ("scorecard/attributes/0/bins/0/from", 1, "policy.scorecard.attributes[0].bins"),
        ("scorecard/attributes/0/bins", [], "policy.scorecard.attributes[0].bins"),
        ("scorecard/attributes/0/bins/1/points", "10", "policy.scorecard.attributes[0].bins[1].points"),
        ("scorecard/attributes/0/name", "shoe_size", "shoe_size"), ("scorecard/attributes/0/name", 1,
        "policy.scorecard.attributes[0].name"),
        ("scorecard/attributes/1/name", "free_income_bps", "policy.scorecard.attributes"),
        ("scorecard/floor_points", None, "policy.ratings"), ("ratings/0/from", 20, "policy.ratings"),
        ("ratings/1/rating", "A", "policy.ratings"), ("ratings/3/from", 5, "policy.ratings"),
        ("limit_bps/A", 10_001, "policy.limit_bps.A"), ("limit_bps/D", 9_999, "policy.limit_bps"),
        ("limit_bps/D", KeyError, "policy.limit_bps.D"), ("limit_bps/E", 1, "policy.limit_bps.E"),
        ("caps_minor", {}, "policy.caps_minor"), ("caps_minor/eur", 5, "policy.caps_minor"),
        ("caps_minor/EUR", 10**15, "policy.caps_minor.EUR"), ("caps_minor/EUR", 0, "policy.caps_minor.EUR"),
        ("prices/instalments_12/A", "0.2", "policy.prices.instalments_12"),
        ("prices/instalments_12/A", 0.05, "policy.prices.instalments_12.A"),
        ("prices/instalments_12/A", "-0.05", "policy.prices.instalments_12.A"),
        ("prices/instalments_12/A", "1e-2", "policy.prices.instalments_12.A"),
        ("prices/instalments_12/D", KeyError, "policy.prices.instalments_12.D"),
        ("refer/score_below", KeyError, "policy.refer"), ("refer/score_below", 10, "policy.refer"),
        ("sources/0/when_unavailable", "approve", "policy.sources[0].when_unavailable"),
        ("sources/0/timeout_seconds", 31, "policy.sources[0].timeout_seconds"),
        ("sources/0/without_limit_bps", 10_000, "policy.sources[0].without_limit_bps"),
        ("sources/0/principal_from_minor", {}, "policy.sources[0].principal_from_minor"),
    ],
)  # fmt: skip
def test_a_fault_is_named_by_its_path(path, value, field):
    with pytest.raises(InvalidInput) as refused:
        read_policy(changed(path, value))
    assert refused.value.details["field"] == field


@pytest.mark.parametrize("name", ["age_years", "sex", "nationality", "facebook_friends", "health_score"])
def test_an_attribute_that_the_law_keeps_out_is_refused(name):
    with pytest.raises(ForbiddenInput):
        read_policy(changed("scorecard/attributes/0/name", name))


@pytest.mark.parametrize("body", [None, [], "policy", 1, {}])
def test_what_is_no_document_is_refused(body):
    with pytest.raises(InvalidInput):
        read_policy(body)


@pytest.mark.parametrize(
    "about", [1.5, {"auc": 1e22}, {"a": [-0.0]}, "\0", {"\0": "x"}, {"a": "\ud800"}, 10**400, float("nan")]
)
def test_what_a_database_would_not_give_back_as_it_was_is_refused(about):
    """The hash is over the document: -0.0 comes back from PostgreSQL as 0.0, and ``verify`` would never be clean."""
    with pytest.raises(InvalidInput, match=r"policy\.about"):
        read_policy({**POLICY.body, "about": about})


def test_an_authors_words_are_kept_as_they_are():
    deep: list[object] = []
    for _ in range(30):
        deep = [deep]
    with pytest.raises(InvalidInput, match="too deep"):
        read_policy({**POLICY.body, "about": deep})
    for about in ("🎉 é", {"auc": "0.7711", "rows": 1000, "ok": True, "none": None, "list": [1, -1]}):
        assert read_policy({**POLICY.body, "about": about}).body["about"] == about
