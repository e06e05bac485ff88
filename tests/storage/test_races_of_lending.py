"""Processes draw from one line, one pool, one budget, one limit until each is full to the cent, and never beyond."""

from __future__ import annotations

import pytest

from bnpl_plugin.storage import SqlStore, SqlVerifier, build_engine
from tests.storage.draining import SCARCE, furnish, race

#: What a full one answers.
REFUSALS = {
    "credit_line": "credit_line_exceeded",
    "capital_pool": "capital_exhausted",
    "subsidy": "subsidy_exhausted",
    "capital_limit": "concentration_exceeded",
}
USED = {
    "credit_line": "SELECT held_minor FROM bnpl_credit_line",
    "capital_pool": "SELECT held_minor FROM bnpl_capital_pool",
    "subsidy": "SELECT used_minor FROM bnpl_subsidy",
    "capital_limit": "SELECT used_minor FROM bnpl_capital_limit",
}


def drained(url: str, *, scarce: str, ceiling_minor: int, processes: int, most_minor: int) -> None:
    """Drain what is scarce; then it is full to the minor unit, and the book proves it."""
    engine = build_engine(url)
    furnish(SqlStore(engine), scarce=scarce, ceiling_minor=ceiling_minor, processes=processes)
    engine.dispose()  # nothing of ours is open while the others write
    drawn, refused = race(url, scarce=scarce, processes=processes, most_minor=most_minor)
    assert drawn == ceiling_minor
    assert set(refused) == {REFUSALS[scarce]}
    assert refused[REFUSALS[scarce]] >= processes
    with engine.connect() as connection:
        assert connection.exec_driver_sql(USED[scarce]).scalar_one() == ceiling_minor
        assert connection.exec_driver_sql("SELECT sum(principal_minor) FROM bnpl_hold").scalar_one() == ceiling_minor
    findings = SqlVerifier(engine).findings()
    engine.dispose()
    assert findings == ()


@pytest.mark.postgres
@pytest.mark.parametrize("scarce", SCARCE)
def test_sixteen_processes_fill_it_to_the_cent(postgres_ready, scarce):
    drained(postgres_ready, scarce=scarce, ceiling_minor=100_003, processes=16, most_minor=4_000)


@pytest.mark.parametrize("scarce", SCARCE)
def test_four_processes_fill_it_to_the_cent_on_sqlite(sqlite_ready, scarce):
    drained(sqlite_ready, scarce=scarce, ceiling_minor=30_001, processes=4, most_minor=3_000)


@pytest.mark.prove
@pytest.mark.postgres
@pytest.mark.timeout(600)
@pytest.mark.parametrize("scarce", SCARCE)
def test_sixteen_processes_fill_a_large_one_by_small_draws(postgres_ready, scarce):
    drained(postgres_ready, scarce=scarce, ceiling_minor=10_000_019, processes=16, most_minor=4_000)
