"""Our own book becomes a training set: what each decision knew and how its loan went, with nobody named in it."""

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bnpl_plugin.errors import InvalidInput
from bnpl_plugin.lifecycle.scoring.book import TARGET, scorable, training_rows, went_bad
from bnpl_plugin.lifecycle.scoring.columns import Told, assigned, with_options
from bnpl_plugin.ports.reads import CreditOutcome
from bnpl_plugin.providers.sandbox import Behaviour
from tests.lifecycle.world import CARDS

DECIDED = datetime(2026, 1, 1, tzinfo=UTC)
LATE = timedelta(days=30)


def outcome(*parts: tuple[str, int, int]) -> CreditOutcome:
    """A loan's instalments: state, due after days, changed after days."""
    days = [(state, DECIDED + timedelta(days=due), DECIDED + timedelta(days=changed)) for state, due, changed in parts]
    return CreditOutcome(DECIDED, {}, tuple(days))


@pytest.mark.parametrize(
    ("parts", "bad"),
    [
        ((("paid", 30, 30), ("paid", 60, 89)), False),
        ((("paid", 30, 60),), True),
        ((("overdue", 151, 152),), False),
        ((("overdue", 150, 151),), True),
        ((("paid", 170, 300),), False),  # late only after the window, which every loan has alike
        ((("cancelled", 30, 100),), False),
        ((("scheduled", 200, 1),), False),
    ],
)
def test_bad_is_late_by_the_days_said_within_the_window(parts, bad):
    assert went_bad(outcome(*parts), until=DECIDED + timedelta(days=180), late=LATE) is bad


def test_every_figure_exported_may_give_points_and_trains_without_a_mapping():
    header = (*scorable(), TARGET)
    assert "age_years" not in header
    assert "country" not in header
    assert len(assigned(header, with_options(Told({}), target=TARGET))) == len(header)


@pytest.mark.parametrize(("after", "late"), [(0, 1), (-1, 1), (29, 1), (10**9, 30), (90, 0), (90, 91)])
def test_days_out_of_range_are_told(small_world, after, late):
    with pytest.raises(InvalidInput):
        next(training_rows(small_world.house, after_days=after, late_days=late))


def test_a_loan_paid_on_time_is_good_one_left_unpaid_bad_and_a_young_one_absent(world, tmp_path: Path):
    world.buy()
    world.buy(card=CARDS[Behaviour.DECLINES_LATER], walker=world.shopper(phone="+33612345679"))
    rows = list(training_rows(world.house, after_days=120, late_days=30))
    assert len(rows) == 1, "too young for an outcome"
    for _ in range(13):
        world.later(days=10)
    header, *rows = training_rows(world.house, after_days=120, late_days=30)
    assert sorted(row[-1] for row in rows) == ["bad", "good"]
    told = dict(zip(header, rows[0], strict=True))
    assert told["income_minor"].isdigit()
    assert int(told["principal_minor"]) > 0
    assert told["defaults_elsewhere"] == ""
    path = tmp_path / "book.csv"
    answer = world.app.test_cli_runner().invoke(args=["bnpl", "score", "export", str(path), "--after", "120"])
    assert answer.exit_code == 0, answer.output
    with path.open(newline="", encoding="utf-8") as written:
        assert list(csv.reader(written)) == [list(header), *map(list, rows)]
    assert not path.with_name("book.csv.part").exists()
