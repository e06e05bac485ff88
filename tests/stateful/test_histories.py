"""Histories on real storage: short ones always, long ones under `make prove`, where each kind of event is counted."""

import os
import random
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.servers.postgres import PostgresServer
from tests.stateful.machine import History


def on_sqlite(template: Path) -> type[History]:
    """Return a machine whose histories each begin on a copy of an SQLite file."""

    def database(folder: Path) -> str:
        shutil.copy(template, folder / "history.sqlite")
        return f"sqlite:///{folder / 'history.sqlite'}"

    return type("SqliteHistory", (History,), {"database": staticmethod(database)})


def on_postgres(server: PostgresServer) -> type[History]:
    """Return a machine whose histories each begin on a copy of a PostgreSQL database."""
    return type(
        "PostgresHistory",
        (History,),
        {"database": staticmethod(lambda _folder: server.create_database(template="migrated")),
         "away": staticmethod(server.drop)},
    )  # fmt: skip


def play(machine: type[History], *, histories: int, steps: int) -> None:
    """Play so many histories from a seed that is printed (`BNPL_TEST_SEED` repeats it).

    A broken one is told step by step as it was played: to shrink histories of a real database would take hours.
    """
    chosen = int(os.environ.get("BNPL_TEST_SEED", "0")) or random.SystemRandom().randrange(1, 2**32)
    print(f"\n{machine.__name__}: {histories} histories of {steps} steps, BNPL_TEST_SEED={chosen}")
    told = settings(
        max_examples=histories,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(seed(chosen)(machine), settings=told)


@pytest.mark.timeout(180)
def test_every_promise_holds_in_short_histories_on_sqlite(migrated_file: Path):
    machine = on_sqlite(migrated_file)
    play(machine, histories=5, steps=25)
    assert machine.events["loan.booked"] > 0


@pytest.mark.timeout(180)
def test_every_promise_holds_in_short_histories_on_postgres(
    postgres_server: PostgresServer, migrated_postgres_url: str
):
    machine = on_postgres(postgres_server)
    play(machine, histories=2, steps=25)
    assert machine.events["loan.booked"] > 0
