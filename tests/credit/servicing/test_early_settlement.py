"""Closing early costs the open principal and what was earned to the day."""

from datetime import date

import pytest

from bnpl_plugin.credit import Instalment, Schedule
from bnpl_plugin.credit.servicing.account import LoanAccount
from bnpl_plugin.credit.servicing.arrears import days_past_due, delinquency_bucket
from bnpl_plugin.credit.servicing.early_settlement import (
    SettlementPolicy,
    position_figure,
    settled_by,
    settlement_figure,
)
from bnpl_plugin.credit.servicing.events import ChargeLaid, DueDateMoved
from bnpl_plugin.credit.servicing.parts import Component
from bnpl_plugin.credit.servicing.policy import ServicingPolicy
from bnpl_plugin.credit.servicing.position.loan import Standing
from bnpl_plugin.credit.servicing.replay import replay
from bnpl_plugin.errors import InvalidInput

ROWS = (
    Instalment(1, date(2027, 1, 31), 1000, 300, 30),
    Instalment(2, date(2027, 2, 28), 1000, 200, 30),
    Instalment(3, date(2027, 3, 31), 1000, 100, 30),
)
SCHEDULE = Schedule("EUR", date(2027, 1, 1), 3000, ROWS)

# day: principal interest fee, waived interest and fee; periods of 30, 28 and 31 days
TABLE = """
2027-01-01 | 3000 0 0      600 90
2027-01-16 | 3000 150 15   450 75
2027-01-31 | 3000 300 30   300 60
2027-02-14 | 3000 400 45   200 45
2027-03-31 | 3000 600 90   0 0
2027-06-30 | 3000 600 90   0 0
"""


# the same, with every cost shrinking over the whole 89 days, but what is due already is owed in full
BY_TERM = """
2027-01-01 | 3000 0 0      600 90
2027-01-16 | 3000 101 15   499 75
2027-02-14 | 3000 300 44   300 46
2027-03-31 | 3000 600 90   0 0
"""


@pytest.mark.parametrize("row", BY_TERM.strip().splitlines())
def test_every_cost_may_shrink_with_the_remaining_term(row):
    day, expected = row.split("|")
    on, policy = date.fromisoformat(day.strip()), SettlementPolicy.PRO_RATA_TERM
    found = settlement_figure(SCHEDULE, still_open=ROWS, on=on, policy=policy)
    parts = (found.principal_minor, found.interest_minor, found.fee_minor)
    assert (*parts, found.waived_interest_minor, found.waived_fee_minor) == tuple(map(int, expected.split()))


def test_the_actuarial_rebate_discounts_at_the_effective_rate():
    # one payment of 1100 after a year: 10 % effective; half a year on it is worth 1100 / 1.1 ** (181/365) = 1049.2197
    schedule = Schedule("EUR", date(2027, 1, 1), 100000, (Instalment(1, date(2028, 1, 1), 100000, 10000),))
    found = settlement_figure(
        schedule, still_open=schedule.instalments, on=date(2027, 7, 4), policy=SettlementPolicy.ACTUARIAL
    )
    assert (found.interest_minor, found.waived_interest_minor) == (4921, 5079)


@pytest.mark.parametrize("row", TABLE.strip().splitlines())
def test_cost_is_owed_for_the_days_used(row):
    day, expected = row.split("|")
    found = settlement_figure(SCHEDULE, still_open=ROWS, on=date.fromisoformat(day.strip()))
    parts = (
        found.principal_minor,
        found.interest_minor,
        found.fee_minor,
        found.waived_interest_minor,
        found.waived_fee_minor,
    )
    assert parts == tuple(int(number) for number in expected.split())
    assert found.total_minor + found.waived_interest_minor + found.waived_fee_minor == 3690


def test_what_was_paid_of_a_cost_is_not_asked_again():
    partly = (ROWS[1]._replace(interest_minor=40), ROWS[2])
    found = settlement_figure(SCHEDULE, still_open=partly, on=date(2027, 2, 14))
    assert (found.interest_minor, found.waived_interest_minor) == (0, 140)


def test_days_and_rows_outside_the_loan_are_refused():
    with pytest.raises(InvalidInput):
        settlement_figure(SCHEDULE, still_open=ROWS, on=date(2026, 12, 31))
    with pytest.raises(InvalidInput):
        settlement_figure(SCHEDULE, still_open=[ROWS[0]._replace(number=9)], on=date(2027, 1, 5))


@pytest.mark.parametrize(
    ("as_of", "days", "bucket"),
    [
        ("2027-01-31", 0, "current"),
        ("2027-02-01", 1, "1-30"),
        ("2027-03-02", 30, "1-30"),
        ("2027-03-03", 31, "31-60"),
        ("2027-04-02", 61, "61-90"),
        ("2027-05-02", 91, "over-90"),
    ],
)
def test_lateness_counts_from_the_oldest_open_due_date(as_of, days, bucket):
    found = days_past_due(ROWS, as_of=date.fromisoformat(as_of))
    assert (found, str(delinquency_bucket(found))) == (days, bucket)


def test_a_paid_row_is_not_late_and_days_are_not_negative():
    paid = Instalment(1, date(2026, 1, 1), 0)
    assert days_past_due([paid], as_of=date(2027, 1, 1)) == days_past_due([], as_of=date(2027, 1, 1)) == 0
    with pytest.raises(InvalidInput):
        delinquency_bucket(-1)


def test_a_running_loan_is_settled_as_its_rows_stand():
    moved = DueDateMoved(id="moved", on=date(2027, 1, 5), due_on=date(2027, 2, 28), to=date(2027, 3, 20))
    penalty = ChargeLaid(
        id="nsf", on=date(2027, 2, 10), due_on=date(2027, 2, 10), amount_minor=25, component=Component.PENALTY
    )
    account = LoanAccount(SCHEDULE, ServicingPolicy(), (moved, penalty))
    figure = position_figure(replay(account), on=date(2027, 2, 24))
    # half of the 48 days to 20 March have passed: 300 + 100 of interest, 30 + 15 of fees, and the penalty in full
    assert (figure.principal_minor, figure.interest_minor, figure.fee_minor) == (3000, 400, 45 + 25)
    settled = replay(account.after(*settled_by(figure, event_id="end")))
    assert settled.standing is Standing.SETTLED
    assert (settled.waived.interest_minor, settled.waived.fee_minor, settled.waived.penalty_minor) == (200, 45, 0)
