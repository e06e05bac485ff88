"""Thirty races of return, webhook and reconciler; `make prove` runs a thousand."""

from pathlib import Path

import pytest

from tests.acceptance.race import race


@pytest.mark.parametrize("mode", ["host", "own"])
def test_return_webhook_and_reconciler_at_once_make_one_of_everything(
    tmp_path: Path, migrated_postgres_url: str, mode: str
):
    winners = race(tmp_path, migrated_postgres_url, rounds=30, mode=mode)
    assert sum(winners.values()) == 30
