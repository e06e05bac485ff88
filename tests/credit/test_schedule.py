"""A schedule proves itself on construction and survives the way to JSON and back."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from bnpl_plugin.credit import Instalment, Schedule
from bnpl_plugin.errors import InvalidInput, UnknownCurrency

ROWS = (Instalment(1, date(2027, 1, 31), 50, 3, 1), Instalment(2, date(2027, 2, 28), 50))


def schedule(rows=ROWS, *, principal=100):
    return Schedule("EUR", date(2027, 1, 31), principal, tuple(rows))


def test_the_sums_are_those_of_the_rows():
    made = schedule()
    assert (made.total_payable_minor, made.finance_charge_minor, made.interest_minor, made.fee_minor) == (104, 4, 3, 1)
    assert made.last_due_on == date(2027, 2, 28)


def test_json_brings_back_the_same_schedule():
    assert Schedule.from_json(json.loads(json.dumps(schedule().to_json()))) == schedule()


@pytest.mark.parametrize(
    ("rows", "principal"),
    [
        (ROWS, 101),
        (ROWS, 0),
        ((), 100),
        (ROWS[::-1], 100),
        ((ROWS[0], ROWS[1]._replace(number=3)), 100),
        ((ROWS[0], ROWS[1]._replace(due_on=date(2027, 1, 31))), 100),
        ((ROWS[0]._replace(due_on=date(2027, 1, 30)), ROWS[1]), 100),
        ((ROWS[0], ROWS[1]._replace(principal_minor=60, interest_minor=-10)), 110),
    ],
    ids=["principal", "zero", "empty", "order", "number", "same day", "before drawdown", "negative"],
)
def test_a_schedule_that_breaks_its_promise_cannot_exist(rows, principal):
    with pytest.raises(InvalidInput):
        schedule(rows, principal=principal)


def test_a_row_cannot_be_changed():
    with pytest.raises(AttributeError):
        setattr(ROWS[0], "principal_minor", 1)  # noqa: B010


def test_later_drawdowns_are_a_part_of_what_is_drawn_and_survive_json():
    made = Schedule("EUR", date(2027, 1, 31), 100, ROWS, ((date(2027, 2, 10), 40),))
    assert made.drawdowns == ((date(2027, 1, 31), 60), (date(2027, 2, 10), 40))
    assert Schedule.from_json(json.loads(json.dumps(made.to_json()))) == made


@pytest.mark.parametrize(
    "later",
    [
        ((date(2027, 1, 30), 40),),
        ((date(2027, 3, 1), 40),),
        ((date(2027, 2, 10), 10), (date(2027, 2, 9), 10)),
        ((date(2027, 2, 10), 0),),
        ((date(2027, 2, 10), 100),),
    ],
    ids=["before the first", "after the end", "falling", "nothing", "everything"],
)
def test_drawdowns_that_cannot_be_are_refused(later):
    with pytest.raises(InvalidInput):
        Schedule("EUR", date(2027, 1, 31), 100, ROWS, later)


def columns(**more):
    rest = {
        "dates": (date(2027, 1, 31), date(2027, 2, 28)),
        "principals": (50, 50),
        "interests": (3, 0),
        "fees": (1, 0),
    }
    return Schedule.of_columns("EUR", drawdown_on=date(2027, 1, 31), principal_minor=100, **{**rest, **more})


def test_columns_make_the_same_schedule():
    assert columns() == schedule()


@pytest.mark.parametrize(
    "more",
    [
        {"principals": (50, 49)},
        {"principals": (101, -1)},
        {"interests": (-1, 0)},
        {"fees": (0, -1)},
        {"dates": (date(2027, 1, 31), date(2027, 1, 31))},
        {"dates": (date(2027, 1, 30), date(2027, 2, 28))},
    ],
)
def test_columns_are_proved_as_rows_are(more):
    with pytest.raises(InvalidInput):
        columns(**more)


@pytest.mark.parametrize("part", [100.0, Decimal(100), float("nan")])
def test_a_part_is_a_whole_number(part):
    for row in (Instalment(1, date(2027, 1, 1), part), Instalment(1, date(2027, 1, 1), 100, part)):
        with pytest.raises(InvalidInput, match="whole"):
            Schedule("EUR", date(2026, 12, 1), 100, (row,))


def test_a_due_date_is_no_instant_and_a_currency_has_minor_units():
    instant = datetime(2027, 1, 1, tzinfo=UTC)
    with pytest.raises(InvalidInput, match="dates"):
        Schedule("EUR", date(2026, 12, 1), 100, (Instalment(1, instant, 100),))
    with pytest.raises(UnknownCurrency):
        Schedule("XAU", date(2026, 12, 1), 100, (Instalment(1, date(2027, 1, 1), 100),))
