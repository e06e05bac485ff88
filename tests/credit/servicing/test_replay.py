"""A loan's events are told by value date, reversed ones never happened, and what does not fit is refused by name."""

from datetime import date

import pytest

from bnpl_plugin.credit import Instalment, Schedule
from bnpl_plugin.credit.servicing.account import LoanAccount
from bnpl_plugin.credit.servicing.events import (
    ChargedBack,
    ChargeLaid,
    DueDateMoved,
    MoneyReceived,
    Recovered,
    Reversed,
    WrittenOff,
)
from bnpl_plugin.credit.servicing.policy import ReplayOrder, ServicingPolicy
from bnpl_plugin.credit.servicing.position.loan import Standing
from bnpl_plugin.credit.servicing.replay import replay
from bnpl_plugin.errors import InvalidInput
from tests.credit.servicing.loans import FREE, JAN_1, day, rows, stands, table

DOWN = MoneyReceived(id="down", on=JAN_1, amount_minor=250)


def test_a_loan_as_agreed_owes_its_schedule():
    assert rows(stands()) == table("""
        1-1 | p250 | - | p250
        2-1 | p250 | - | p250
        3-1 | p250 | - | p250
        4-1 | p250 | - | p250
    """)


def test_a_schedule_drawn_in_parts_is_owed_as_it_was_drawn():
    rows_due = tuple(Instalment(n, day(f"{n + 1}-1"), 300) for n in (1, 2, 3))
    parts = Schedule("EUR", JAN_1, 900, rows_due, later_drawdowns=((day("2-10"), 400),))
    position = stands(schedule=parts)
    assert [(drawn.on, drawn.amount_minor) for drawn in position.drawdowns] == [(JAN_1, 500), (day("2-10"), 400)]
    assert position.balances_minor() == (200, 300, 0)
    assert [done.principal_after_minor for done in position.transactions] == [500, 900]


def test_early_and_late_money_is_told_by_its_day():
    late = MoneyReceived(id="late", on=day("2-5"), amount_minor=300)
    position = stands(DOWN, late)
    assert rows(position) == table("""
        1-1 | p250 | p250 | -
        2-1 | p250 | p250 | -
        3-1 | p250 | p50  | p200
        4-1 | p250 | -    | p250
    """)
    assert [(row.in_advance_minor, row.late_minor) for row in position.rows] == [(0, 0), (0, 250), (50, 0), (0, 0)]
    assert [row.settled_on for row in position.rows] == [JAN_1, day("2-5"), None, None]


def test_a_back_dated_payment_stands_in_its_place():
    later = MoneyReceived(id="later", on=day("2-20"), amount_minor=250)
    before = MoneyReceived(id="before", on=day("2-1"), amount_minor=250)
    assert stands(DOWN, later, before).rows == stands(DOWN, before, later).rows


def test_a_bounced_payment_never_happened_and_the_rest_is_told_again():
    first = MoneyReceived(id="first", on=day("2-1"), amount_minor=250)
    second = MoneyReceived(id="second", on=day("3-1"), amount_minor=250)
    bounced = Reversed(id="bounced", on=day("3-2"), of="first")
    position = stands(DOWN, first, second, bounced)
    assert [row.settled_on for row in position.rows] == [JAN_1, day("3-1"), None, None]
    assert position.rows[1].late_minor == 250
    assert [done.event_id for done in position.transactions] == ["", "down", "second"]


def test_the_reversal_of_a_reversal_restores_the_event():
    undone = Reversed(id="undone", on=JAN_1, of="down")
    restored = Reversed(id="restored", on=JAN_1, of="undone")
    assert stands(DOWN, undone).outstanding_minor == 1000
    assert stands(DOWN, undone, restored).outstanding_minor == 750


def test_more_than_everything_is_the_shoppers():
    position = stands(MoneyReceived(id="all", on=JAN_1, amount_minor=1100))
    assert (position.outstanding_minor, position.overpaid_minor) == (0, 100)
    assert position.standing is Standing.OVERPAID


def test_an_overpayment_pays_what_is_laid_on_the_loan_later():
    position = stands(
        MoneyReceived(id="all", on=JAN_1, amount_minor=1100),
        ChargeLaid(id="fee", on=day("5-1"), due_on=day("5-1"), amount_minor=30),
    )
    assert (position.outstanding_minor, position.overpaid_minor) == (0, 70)


def test_terms_first_pays_by_the_schedule_of_today():
    paid = MoneyReceived(id="paid", on=day("1-10"), amount_minor=250)
    moved = DueDateMoved(id="moved", on=day("1-20"), due_on=day("2-1"), to=day("2-20"))
    policy = ServicingPolicy(order=ReplayOrder.TERMS_FIRST)
    assert stands(DOWN, paid, moved, policy=policy).rows[1].settled_on == day("1-10")
    assert [row.due_on for row in stands(DOWN, paid, moved).rows][1:] == [day("2-20"), day("3-20"), day("4-20")]


def test_events_after_the_day_of_the_question_are_not_told():
    paid = MoneyReceived(id="paid", on=day("2-1"), amount_minor=750)
    account = LoanAccount(FREE, ServicingPolicy(), (DOWN, paid))
    assert replay(account, as_of=day("1-31")).outstanding_minor == 750


def test_a_debt_written_off_takes_only_what_is_recovered():
    lost = WrittenOff(id="lost", on=day("9-1"))
    position = stands(DOWN, lost, Recovered(id="some", on=day("10-1"), amount_minor=100))
    assert (position.outstanding_minor, position.standing) == (0, Standing.WRITTEN_OFF)
    with pytest.raises(InvalidInput):
        stands(DOWN, lost, MoneyReceived(id="paid", on=day("10-1"), amount_minor=1))
    with pytest.raises(InvalidInput):
        stands(DOWN, lost, Recovered(id="more", on=day("10-1"), amount_minor=751))


@pytest.mark.parametrize(
    "events",
    [
        (DOWN, DOWN),
        (MoneyReceived(id="early", on=date(2026, 12, 31), amount_minor=1),),
        (Reversed(id="of nothing", on=JAN_1, of="nothing"),),
    ],
)
def test_an_account_refuses_what_cannot_have_happened(events):
    with pytest.raises(InvalidInput):
        LoanAccount(FREE, ServicingPolicy(), events)


@pytest.mark.parametrize("amount", [0, -1, True, 1.5])
def test_an_event_refuses_an_amount_that_is_no_count_of_minor_units(amount):
    with pytest.raises(InvalidInput):
        MoneyReceived(id="paid", on=JAN_1, amount_minor=amount)
    with pytest.raises(InvalidInput):
        ChargedBack(id="back", on=JAN_1, amount_minor=amount)
