"""A thousand races on PostgreSQL: one order, one loan, one stock unit, one charge each."""

from pathlib import Path

from tests.acceptance.race import race


def test_thousand_races_make_a_thousand_of_everything(tmp_path: Path, migrated_postgres_url: str):
    winners = race(tmp_path, migrated_postgres_url, rounds=1_000)
    print(f"\n1000 races; first to see the order placed: {winners}")
    assert sum(winners.values()) == 1_000
