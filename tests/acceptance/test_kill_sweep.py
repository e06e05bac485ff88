"""A sample of the kill sweep on real PostgreSQL and SQLite; `make prove` kills at every point."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.postgres import PostgresServer


def run_sweep(folder: Path, *, step: int, url: str = "", seconds: int) -> str:
    """Run the sweep in a process of its own and return what it printed."""
    command = [sys.executable, "-m", "tests.acceptance.sweep", str(folder), str(step), *([url] if url else [])]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=seconds, check=False, env={**os.environ, "PYTHONPATH": "."}
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def quick_postgres() -> Iterator[str]:
    """A server that waits for no disk: a killed client loses nothing by it, and hundreds of databases are made."""
    server = PostgresServer(fsync=False).start()
    yield server.url("postgres")
    server.close()


@pytest.mark.postgres
@pytest.mark.timeout(200)
def test_killed_at_some_points_on_postgres_nothing_is_lost(tmp_path: Path, quick_postgres: str):
    told = run_sweep(tmp_path, step=71, url=quick_postgres, seconds=190)
    assert "0 failures" in told


@pytest.mark.prove
@pytest.mark.timeout(600)
def test_killed_at_some_points_on_sqlite_nothing_is_lost(tmp_path: Path):
    told = run_sweep(tmp_path, step=97, seconds=110)
    assert "0 failures" in told
