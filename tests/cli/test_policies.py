"""``flask bnpl policy …``: the whole life of a version from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bnpl_plugin.cli import bnpl
from bnpl_plugin.rules.standard import POLICY
from tests.lifecycle.test_policies import STRICT
from tests.lifecycle.world import World, world_in


@pytest.fixture
def world(tmp_path: Path, migrated_sqlite_url: str):
    with world_in(tmp_path, migrated_sqlite_url) as made:
        yield made


def run(world: World, *words: str, ends: int = 0) -> str:
    answer = world.app.test_cli_runner().invoke(bnpl, ["policy", *words])
    assert answer.exit_code == ends, answer.output
    return answer.output


def test_a_version_lives_from_draft_to_withdrawal(world: World, tmp_path: Path):
    world.buy()
    file = tmp_path / "strict.json"
    file.write_text(json.dumps(STRICT))
    assert "draft" in run(world, "add", str(file))
    assert "10.50 %" in run(world, "challenger", "strict-1", "--share", "10.5")
    told = json.loads(run(world, "replay", "--version", "strict-1"))
    assert told["decisions"] == 1
    assert json.loads(run(world, "replay"))["same"] == 1
    decision_id = next(iter(world.house.store.decisions())).decision_id
    assert "the same" in run(world, "replay", "--decision", decision_id)
    assert "otherwise" in run(world, "replay", "--decision", decision_id, "--version", "strict-1")
    assert "champion first" in run(world, "withdraw", POLICY.version, ends=1)
    run(world, "champion", "strict-1")
    run(world, "withdraw", POLICY.version)
    assert "withdrawn" in run(world, "list")
    assert json.loads(run(world, "show", "strict-1")) == STRICT
    assert json.loads(run(world, "report"))["arms"][0]["decisions"] == 1


def test_a_file_that_cannot_be_used_is_told_and_changes_nothing(world: World, tmp_path: Path):
    file = tmp_path / "odd.json"
    file.write_text("{")
    assert "no JSON" in run(world, "add", str(file), ends=1)
    file.write_text(json.dumps({**STRICT, "limit_bps": {}}))
    assert "policy.limit_bps.A" in run(world, "add", str(file), ends=1)
    assert "not known" in run(world, "champion", "nobody", ends=1)
    assert len(world.house.store.policies()) == 1


def test_a_decision_that_is_not_there_and_a_day_before_all_business_are_told(world: World):
    assert "no such decision" in run(world, "replay", "--decision", "dec_nothing", ends=1)
    assert "before the year 1970" in run(world, "report", "--from", "0001-01-01", ends=1)


def test_a_replay_on_a_version_that_is_not_known_is_refused_even_with_nothing_to_replay(world: World):
    assert "not known" in run(world, "replay", "--version", "nope", ends=1)
