"""Policies at work: the split of live traffic, replays on three versions, a withdrawal in flight, prices by rating."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import timedelta

import pytest

from bnpl_plugin.errors import InvalidInput
from bnpl_plugin.lifecycle import policies
from bnpl_plugin.lifecycle.judgement import turn
from bnpl_plugin.rules.standard import POLICY
from tests.lifecycle.world import world_in


def another(version: str, **changes):
    body = deepcopy(dict(POLICY.body))
    body.update(version=version, **changes)
    return body


STRICT = another("strict-1", limit_bps={"A": 5_000, "B": 3_000, "C": 0, "D": 0})


def test_the_releases_policy_is_stored_data_and_decides(world):
    row = world.house.store.policy_version(POLICY.version)
    assert (row.state, row.body) == ("champion", POLICY.body)
    policies.seed(world.house)
    assert len(world.house.store.policies()) == 1


def test_a_shopper_stays_on_one_side_and_the_share_is_kept(world):
    house = world.house
    policies.add(house, STRICT)
    policies.make_challenger(house, version="strict-1", share_bps=1_000)
    shoppers = [f"shp_{number}" for number in range(4_000)]
    held = house.policies.roles(fresh=True)
    house.policies.roles = lambda *, fresh=False: held
    arms = [turn(house, shopper_id=one)[1] for one in shoppers]
    assert arms == [turn(house, shopper_id=one)[1] for one in shoppers]
    assert 330 <= arms.count("challenger") <= 470


def test_the_challengers_decisions_bear_its_arm_and_version(world):
    house = world.house
    policies.add(house, another("mild-1"))
    policies.make_challenger(house, version="mild-1", share_bps=5_000)
    for number in range(4):
        world.buy(walker=world.shopper(phone=f"+3361234560{number}"))
    for one in house.store.decisions():
        policy, arm = turn(house, shopper_id=one.shopper_id)
        assert (one.arm, one.policy_version) == (arm, policy.version)
    world.sound()


def test_three_versions_replay_and_their_swap_sets_are_told(world):
    house = world.house
    for number, income in enumerate((300_000, 150_000, 90_000)):
        walker = world.shopper(phone=f"+3361234560{number}", income_minor=income, outgoings_minor=60_000)
        checkout = walker.open(world.shop.add())
        walker.choose(checkout)
        walker.identify(checkout)
        walker.decide(checkout)
    policies.add(house, STRICT)
    policies.add(house, another("closed-1", caps_minor={"CNY": 1}))
    own = policies.swaps(house)
    assert (own.decisions, own.same) == (3, 3)
    strict = policies.swaps(house, version="strict-1")
    assert strict.outcomes == {("approved", "declined"): 1}
    assert strict.limits_lowered == 3
    closed = policies.swaps(house, version="closed-1")
    assert sum(n for (_, new), n in closed.outcomes.items() if new == "declined") == 3
    assert json.dumps(closed.to_json())
    (one, *_) = policies.replayed(house)
    assert json.loads(json.dumps(one.judgement.reasons)) == one.decision.reasons


def test_a_price_by_rating_is_the_policys_and_says_that_it_is_personal(world):
    house = world.house
    prices = {"instalments_12": {"A": "0.02", "B": "0.03", "C": "0.04", "D": "0.05"}}
    policies.add(house, another("cheap-1", prices=prices))
    policies.make_champion(house, version="cheap-1")
    checkout_id = world.buy(world.shop.add(total_minor=60_000), plan_code="instalments_12")
    offer = world.purchase(checkout_id).checkout.offer
    rating = world.purchase(checkout_id).decision.rating
    assert offer["nominal_rate"] == prices["instalments_12"][rating]
    assert offer["personalised"]
    world.sound()


def test_a_policy_that_grows_dearer_meanwhile_keeps_the_price_that_was_shown(world):
    house, walker = world.house, world.shopper()
    checkout = walker.open(world.shop.add(total_minor=60_000))
    walker.choose(checkout, plan_code="instalments_12")
    walker.identify(checkout)
    shown = world.purchase(checkout.checkout_id).checkout.offer["nominal_rate"]
    dear = dict.fromkeys("ABCD", "0.15")
    policies.add(house, another("dear-1", prices={"instalments_12": dear}))
    policies.make_champion(house, version="dear-1")
    walker.decide(checkout)
    assert world.purchase(checkout.checkout_id).checkout.offer["nominal_rate"] == shown


def test_the_challengers_shoppers_pay_the_challengers_prices(world):
    """Which policy gave a rating prices it: another policy's A is another A."""
    house = world.house
    prices = {"instalments_12": {"A": "0.02", "B": "0.03", "C": "0.04", "D": "0.05"}}
    policies.add(house, another("cheap-1", prices=prices))
    policies.make_challenger(house, version="cheap-1", share_bps=5_000)
    seen = set()
    for number in range(40):  # their ids are drawn: so many of one kind in a row are never seen
        walker = world.shopper(phone=f"+336123456{number:02d}")
        checkout_id = world.buy(world.shop.add(total_minor=60_000), plan_code="instalments_12", walker=walker)
        purchase = world.purchase(checkout_id)
        own = {code: str(rate) for code, rate in house.plans["instalments_12"].rates.items()}
        grid = prices["instalments_12"] if purchase.decision.arm == "challenger" else own
        assert purchase.checkout.offer["nominal_rate"] == grid[purchase.decision.rating]
        seen.add(purchase.decision.arm)
        if len(seen) == 2:
            break
    assert seen == {"champion", "challenger"}
    world.sound()


def test_a_policy_that_grows_dearer_than_the_law_allows_meanwhile_keeps_the_price_that_was_shown(world):
    house, walker = world.house, world.shopper()
    checkout = walker.open(world.shop.add(total_minor=60_000))
    walker.choose(checkout, plan_code="instalments_12")
    walker.identify(checkout)
    shown = world.purchase(checkout.checkout_id).checkout.offer["nominal_rate"]
    policies.add(house, another("usury-1", prices={"instalments_12": dict.fromkeys("ABCD", "0.90")}))
    policies.make_champion(house, version="usury-1")
    assert walker.decide(checkout) == "approved"
    assert world.purchase(checkout.checkout_id).checkout.offer["nominal_rate"] == shown


@pytest.mark.parametrize("names", ["ABCD", ("gold", "silver", "bronze", "tin")])
def test_a_loan_at_a_policys_price_is_explained_line_by_line(world, names):
    called = dict(zip("ABCD", names, strict=True))
    policies.add(world.house, {
        **POLICY.body, "version": "own-1",
        "ratings": [{**one, "rating": called[one["rating"]]} for one in POLICY.body["ratings"]],
        "limit_bps": {called[rating]: share for rating, share in POLICY.body["limit_bps"].items()},
        "prices": {"instalments_12": dict.fromkeys(names, "0.0425")},
    })  # fmt: skip
    policies.make_champion(world.house, version="own-1")
    checkout_id = world.buy(world.shop.add(total_minor=60_000), plan_code="instalments_12")
    told = world.app.test_cli_runner().invoke(args=["bnpl", "explain", world.book(checkout_id).loan.loan_id])
    assert told.exit_code == 0, told.output
    assert "2027-11-24" in told.output
    assert "1/12" in told.output


def test_a_price_above_the_laws_cap_is_not_offered(world):
    house = world.house
    policies.add(house, another("usury-1", prices={"instalments_12": dict.fromkeys("ABCD", "0.90")}))
    policies.make_champion(house, version="usury-1")
    walker = world.shopper()
    checkout = walker.open(world.shop.add(total_minor=60_000))
    with pytest.raises(Exception, match="rate_above_cap"):
        walker.choose(checkout, plan_code="instalments_12")


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"rules": [{"code": "horoscope"}]}, "policy.rules[0].code"),
        ({"rules": [{"code": "age", "params": {"max": 1}}]}, "policy.rules[0].params"),
        ({"prices": {"no_plan": dict.fromkeys("ABCD", "0.1")}}, "policy.prices"),
    ],
)
def test_a_policy_of_what_is_not_there_is_refused(world, changes, path):
    with pytest.raises(InvalidInput) as refused:
        policies.add(world.house, another("odd-1", **changes))
    assert refused.value.details["field"] == path


def test_a_version_is_one_document_for_ever(world):
    policies.add(world.house, STRICT)
    policies.add(world.house, STRICT)
    with pytest.raises(InvalidInput):
        policies.add(world.house, {**STRICT, "about": "edited"})


def test_the_champion_is_not_withdrawn_and_a_withdrawn_one_never_returns(world):
    house = world.house
    with pytest.raises(InvalidInput):
        policies.withdraw(house, version=POLICY.version)
    policies.add(house, STRICT)
    policies.make_champion(house, version="strict-1")
    policies.withdraw(house, version=POLICY.version)
    with pytest.raises(InvalidInput):
        policies.make_champion(house, version=POLICY.version)
    with pytest.raises(InvalidInput):
        policies.make_challenger(house, version="strict-1", share_bps=100)
    assert [row.version for row in house.store.policy_roles()] == ["strict-1"]


def test_the_drift_report_tells_arms_and_the_stability_index(world):
    for number in range(3):
        world.buy(walker=world.shopper(phone=f"+3361234560{number}"))
    now = world.clock.now()
    span = (now - timedelta(days=1), now + timedelta(days=1))
    told = policies.report(world.house, base=span, present=span)
    assert (told["psi"], told["reading"]) == ("0.0000", "stable")
    assert told["arms"][0]["decisions"] == 3
    assert str(policies.stability({"A": 50, "B": 50}, {"A": 90, "B": 10})) == "0.8789"
    assert policies.stability({}, {"A": 1}) is None


ROWS = "bnpl_policy_version"
BREAKS = {
    "an outcome changed": ("UPDATE bnpl_decision SET outcome = 'declined'", "replayed approved"),
    "a limit changed": ("UPDATE bnpl_decision SET limit_minor = limit_minor + 1", "replayed approved"),
    "a rating changed": ("UPDATE bnpl_decision SET rating = 'D'", "recorded approved D"),
    "an unknown version": ("UPDATE bnpl_decision SET policy_version = 'nobody'", "policy nobody is not there"),
    "inputs edited": ("""UPDATE bnpl_decision SET inputs = '{"health": 1}'""", "cannot be read"),
    "a policy edited": ("UPDATE bnpl_policy_version SET sha256 = 'x'", "not what was hashed"),
    "a policy of nothing": ("UPDATE bnpl_policy_version SET body = '{}'", "cannot be read"),
    "two champions": (
        f"INSERT INTO {ROWS} SELECT 'b', state, 0, 'x', body, created_at, created_at FROM {ROWS}",
        "2 policies are the champion",
    ),
    "signed after the withdrawal": (
        "UPDATE bnpl_policy_version SET state = 'withdrawn', changed_at = '2020-01-01T00:00:00.000000+00:00'",
        "withdrawn before",
    ),
}


@pytest.mark.parametrize("broken", BREAKS)
def test_a_decision_that_no_longer_replays_is_named(tmp_path, migrated_url, broken):
    statement, word = BREAKS[broken]
    with world_in(tmp_path, migrated_url) as world:
        world.buy()
        world.sound()
        with world.house.store.engine.begin() as connection:  # type: ignore[attr-defined]
            connection.exec_driver_sql(statement)
        told = [finding for finding in world.house.verifier.findings() if word in finding.text]
    assert told
    assert {finding.promise for finding in told} == {"P9"}


def test_what_an_operator_decided_is_not_replayed(tmp_path, migrated_url):
    with world_in(tmp_path, migrated_url) as world:
        world.buy()
        with world.house.store.engine.begin() as connection:  # type: ignore[attr-defined]
            connection.exec_driver_sql("UPDATE bnpl_decision SET decided_by = 'Ada', rating = 'D'")
        assert not [found for found in world.house.verifier.findings() if "replayed" in found.text]
