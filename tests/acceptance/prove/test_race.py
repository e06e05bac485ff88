"""A thousand races on PostgreSQL: one order, one loan, one stock unit, one charge each."""

from pathlib import Path

import pytest

from tests.acceptance.race import race


@pytest.mark.parametrize("mode", ["host", "own"])
def test_thousand_races_make_a_thousand_of_everything(tmp_path: Path, migrated_postgres_url: str, mode: str):
    winners = race(tmp_path, migrated_postgres_url, rounds=1_000, mode=mode)
    print(f"\n1000 races, {mode} mode; first to see the order placed: {winners}")
    assert sum(winners.values()) == 1_000
