"""A rush in which a web process, the worker, the gate or the database is killed: ten times each, no lie and no loss."""

from collections.abc import Iterator

import pytest

from tests.acceptance.rush.ground import Ground
from tests.acceptance.rush.running import VICTIMS, run


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    made = Ground(tmp_path_factory.mktemp("rush"), shoppers=240, units=40, line=10)
    yield made
    made.close()


@pytest.mark.parametrize("victim", VICTIMS)
@pytest.mark.parametrize("seed", range(10))
def test_killed_in_the_middle_of_the_rush_nobody_is_told_a_lie(ground: Ground, victim: str, seed: int):
    print("\n" + run(ground, victim=victim, seed=seed))
