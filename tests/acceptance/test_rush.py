"""One small rush in which a web process is killed; `make prove` kills everything, ten times each."""

from pathlib import Path

from tests.acceptance.rush.ground import Ground
from tests.acceptance.rush.running import run


def test_a_web_process_killed_in_the_rush_loses_nothing(tmp_path: Path):
    ground = Ground(tmp_path, shoppers=20, units=6, line=3)
    try:
        print("\n" + run(ground, victim="web", seed=1))
    finally:
        ground.close()
