"""Bureaus: asked when the policy needs them, their silence never a silent yes, their answers kept to the allow-list."""

from __future__ import annotations

import pytest

from bnpl_plugin.lifecycle import policies
from tests.lifecycle.test_policies import another


def policy(world, version="asking-1", **source):
    call = {"source": "sandbox", "principal_from_minor": {"EUR": 10_000}, "when_unavailable": "refer", **source}
    card = {
        "floor_points": 0,
        "attributes": [
            {"name": "defaults_elsewhere", "missing_points": 50, "bins": [
                {"below": 1, "points": 60}, {"from": 1, "points": 0}]},
        ],
    }  # fmt: skip
    body = another(version, sources=[call], scorecard=card, limit_bps={"A": 10_000, "B": 7_000, "C": 0, "D": 0})
    policies.add(world.house, body)
    policies.make_champion(world.house, version=version)


def asked(world, digits, *, total_minor=29_900):
    walker = world.shopper(phone=f"+336123456{digits}")
    checkout = walker.open(world.shop.add(total_minor=total_minor))
    walker.choose(checkout)
    walker.identify(checkout)
    walker.decide(checkout)
    return world.purchase(checkout.checkout_id).decision


def test_a_sound_file_is_in_the_evidence(world):
    policy(world)
    decision = asked(world, "55")
    assert decision.outcome == "approved"
    assert decision.inputs["reported"]["months_on_file"] == 84
    assert decision.inputs["sources_answered"] == ["sandbox"]


def test_unpaid_debts_elsewhere_are_the_reason_told(world):
    policy(world)
    decision = asked(world, "02")
    assert (decision.outcome, decision.reasons["codes"]) == ("declined", ["score_defaults_elsewhere"])
    assert world.house.reason("score_defaults_elsewhere") == "A credit bureau reports unpaid debts."


@pytest.mark.parametrize(("digits", "state"), [("07", "timed_out"), ("08", "failed"), ("09", "failed")])
@pytest.mark.parametrize(("word", "outcome"), [("refer", "referred"), ("decline", "declined")])
def test_a_source_that_is_slow_down_or_mad_leads_where_the_policy_says(world, digits, state, word, outcome):
    policy(world, when_unavailable=word)
    decision = asked(world, digits)
    assert decision.outcome == outcome
    assert "source_unavailable" in decision.reasons["codes"]
    assert world.count("enquiry", f"state = '{state}' AND report IS NULL AND fault IS NOT NULL") == 1
    assert "religion" not in str(decision.inputs)


def test_going_on_without_lowers_the_limit_and_never_approves_more(world):
    policy(world, when_unavailable="without", without_limit_bps=1_000)
    small, big = asked(world, "08", total_minor=15_000), asked(world, "07", total_minor=100_000)
    assert (small.outcome, small.limit_minor, small.reasons["without"]) == ("approved", 30_100, ["sandbox"])
    assert (big.outcome, big.reasons["codes"]) == ("referred", ["source_unavailable"])


def test_a_small_sum_is_not_asked_about(world):
    policy(world, principal_from_minor={"EUR": 20_000})
    assert "reported" not in asked(world, "08", total_minor=15_000).inputs
    assert world.count("enquiry") == 0


def test_an_answer_is_good_for_its_hours_and_then_asked_again(world):
    policy(world, reuse_hours=2)
    asked(world, "55")
    asked(world, "55")
    assert world.count("enquiry") == 1
    world.later(hours=3)
    asked(world, "55")
    assert world.count("enquiry") == 2


def test_an_outage_is_not_reused(world):
    policy(world)
    asked(world, "08")
    asked(world, "08")
    assert world.count("enquiry", "state = 'failed'") == 2


def test_a_source_that_the_house_has_not_is_as_one_that_is_down(world):
    policy(world, source="schufa")
    assert asked(world, "55").outcome == "referred"
