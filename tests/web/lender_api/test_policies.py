"""Policies over the lender's API: added strictly, tried on allowed facts, replayed, reported on."""

from __future__ import annotations

from tests.lifecycle.test_policies import STRICT, another
from tests.web.lender_api.conftest import Ask

FACTS = {
    "country": "FR", "currency": "EUR", "age_years": 35, "income_minor": 300_000, "outgoings_minor": 120_000,
    "principal_minor": 60_000, "monthly_due_minor": 20_000,
}  # fmt: skip


def test_a_policy_is_added_crowned_and_the_old_one_withdrawn(ask: Ask):
    assert ask("post", "/policies", json=STRICT).status_code == 201
    old = next(one for one in ask("get", "/policies").json["data"] if one["state"] == "champion")
    assert ask("post", f"/policies/{old['version']}/withdraw", json={}).status_code == 422
    assert ask("post", "/policies/strict-1/champion", json={}).json["state"] == "champion"
    assert ask("post", f"/policies/{old['version']}/withdraw", json={}).json["state"] == "withdrawn"
    assert ask("get", "/policies/strict-1").json["body"] == STRICT
    assert ask("get", "/policies/nobody").status_code == 404


def test_a_challenger_has_its_share(ask: Ask):
    ask("post", "/policies", json=another("mild-1"))
    assert ask("post", "/policies/mild-1/challenger", json={"share_bps": 1_000}).json["share_bps"] == 1_000
    assert ask("post", "/policies/mild-1/challenger", json={"share_bps": 9_000}).status_code == 422


def test_a_faulty_document_is_refused_by_its_path(ask: Ask):
    answer = ask("post", "/policies", json=another("odd-1", limit_bps={}))
    assert answer.status_code == 422
    assert "policy.limit_bps" in answer.get_data(as_text=True)


def test_facts_are_tried_and_nothing_is_kept(ask: Ask):
    told = ask("post", "/decisions/try", json={"facts": FACTS}).json
    assert (told["outcome"], told["rating"], told["reasons"]["score"]) == ("approved", "B", 50)
    assert ask("get", "/decisions/replay").json["decisions"] == 0


def test_an_instant_outside_the_calendar_is_refused(ask: Ask):
    for since in ("9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00%2B12:00"):
        assert ask("get", f"/decisions/replay?since={since}").status_code == 422


def test_a_forbidden_fact_is_refused_with_the_law(ask: Ask):
    for name in ("health_status", "facebook_friends", "gender"):
        answer = ask("post", "/decisions/try", json={"facts": {**FACTS, name: 1}})
        assert answer.status_code == 422
        assert answer.json["code"] == "input_forbidden"
    assert ask("post", "/decisions/try", json={"facts": {**FACTS, "shoe_size": 1}}).json["code"] == "invalid_input"
    assert ask("post", "/decisions/try", json={"facts": {**FACTS, "income_minor": "much"}}).status_code == 422
    assert ask("post", "/decisions/try", json={"facts": {}}).status_code == 422


def test_the_report_is_told(ask: Ask):
    assert ask("get", "/decisions/report").json == {"arms": [], "psi": None, "reading": "no base"}
    assert ask("get", "/decisions/replay?decision_id=dec_nobody").status_code == 404
