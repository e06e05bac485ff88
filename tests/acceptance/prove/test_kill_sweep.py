"""The whole kill sweep: before and after every SQL statement, commit and provider call, one kill -9 each."""

from pathlib import Path

import pytest

from tests.acceptance.test_kill_sweep import quick_postgres, run_sweep

__all__ = ["quick_postgres"]
HOUR = 3_600


@pytest.mark.timeout(HOUR)
def test_killed_at_every_point_on_postgres_nothing_is_lost(tmp_path: Path, quick_postgres: str):
    print("\n" + run_sweep(tmp_path, step=1, url=quick_postgres, seconds=HOUR - 10))


@pytest.mark.timeout(HOUR)
def test_killed_at_every_point_on_sqlite_nothing_is_lost(tmp_path: Path):
    print("\n" + run_sweep(tmp_path, step=1, seconds=HOUR - 10))
