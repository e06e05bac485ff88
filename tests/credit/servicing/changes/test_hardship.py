"""Forbearance moves principal and due dates and creates neither debt nor gift."""

from decimal import Decimal

import pytest

from bnpl_plugin.credit import MONTHLY, LoanTerms, build_schedule
from bnpl_plugin.credit.servicing.events import (
    ChargedBack,
    ChargeLaid,
    DueDateMoved,
    InterestPaused,
    MoneyReceived,
    PaymentHoliday,
    RateChanged,
    ReAged,
    ReAmortised,
    TermExtended,
)
from bnpl_plugin.credit.servicing.interest.terms import InterestTerms, Prepayment
from bnpl_plugin.credit.servicing.policy import ServicingPolicy
from bnpl_plugin.errors import InvalidInput
from bnpl_plugin.money import Money
from tests.credit.servicing.loans import COSTLY, JAN_1, day, rows, stands, table

DOWN = MoneyReceived(id="down", on=JAN_1, amount_minor=250)


def test_a_moved_date_takes_the_later_ones_along():
    position = stands(DOWN, DueDateMoved(id="moved", on=day("1-5"), due_on=day("2-1"), to=day("2-20")))
    assert [row.due_on for row in position.rows] == [JAN_1, day("2-20"), day("3-20"), day("4-20")]
    assert [row.opened_on for row in position.rows] == [JAN_1, JAN_1, day("2-20"), day("3-20")]


def test_a_holiday_puts_the_rows_off_by_whole_periods():
    position = stands(DOWN, PaymentHoliday(id="rest", on=day("1-5"), due_on=day("3-1"), count=2))
    assert [row.due_on for row in position.rows] == [JAN_1, day("2-1"), day("5-1"), day("6-1")]


def test_a_longer_term_levels_the_rows_over_more():
    position = stands(DOWN, TermExtended(id="longer", on=day("1-5"), due_on=day("3-1"), rows=2))
    assert rows(position) == table("""
        1-1 | p250 | p250 | -
        2-1 | p250 | -    | p250
        3-1 | p125 | -    | p125
        4-1 | p125 | -    | p125
        5-1 | p125 | -    | p125
        6-1 | p125 | -    | p125
    """)


def test_re_ageing_moves_all_open_principal_and_leaves_cost_where_it_was():
    charge = ChargeLaid(id="fee", on=JAN_1, due_on=day("2-1"), amount_minor=7)
    aged = ReAged(id="aged", on=day("4-20"), first_due_on=day("5-10"), period=MONTHLY, count=3)
    position = stands(DOWN, charge, MoneyReceived(id="p", on=day("2-1"), amount_minor=57), aged)
    assert rows(position) == table("""
        1-1  | p250    | p250   | -
        2-1  | p50 f7  | p50 f7 | -
        3-1  | -       | -      | -
        4-1  | -       | -      | -
        5-10 | p233    | -      | p233
        6-10 | p233    | -      | p233
        7-10 | p234    | -      | p234
    """)


def test_re_amortising_spreads_overdue_principal_over_the_rows_to_come():
    position = stands(DOWN, ReAmortised(id="again", on=day("2-10")))
    assert rows(position) == table("""
        1-1 | p250 | p250 | -
        2-1 | -    | -    | -
        3-1 | p375 | -    | p375
        4-1 | p375 | -    | p375
    """)
    assert position.rows[1].settled_on == day("2-10")


def test_with_interest_that_follows_the_balance_the_new_rows_are_level():
    policy = ServicingPolicy(interest=InterestTerms(annual_rate=Decimal("0.12")))
    aged = ReAged(id="aged", on=day("4-20"), first_due_on=day("5-1"), period=MONTHLY, count=3)
    position = stands(aged, schedule=COSTLY, policy=policy)
    new = position.rows[3:]
    assert [row.due.total_minor for row in new[:2]] == [new[0].due.total_minor] * 2
    assert abs(new[2].due.total_minor - new[0].due.total_minor) <= 3
    assert position.due.principal_minor == 900
    longer = TermExtended(id="longer", on=day("1-5"), due_on=day("2-1"), rows=3)
    extended = stands(longer, schedule=COSTLY, policy=policy)
    assert [row.due.total_minor for row in extended.rows] == [155 + 9, 155, 155, 155, 155, 158]


def test_a_pause_earns_nothing_while_it_lasts():
    policy = ServicingPolicy(interest=InterestTerms(annual_rate=Decimal("0.12")))
    full = stands(schedule=COSTLY, policy=policy).due.interest_minor
    paused = stands(InterestPaused(id="p", on=day("2-1"), until=day("3-1")), schedule=COSTLY, policy=policy)
    assert paused.rows[1].due.interest_minor == 0
    assert paused.due.interest_minor < full


def test_another_rate_counts_from_its_row_on():
    policy = ServicingPolicy(interest=InterestTerms(annual_rate=Decimal("0.12")))
    changed = RateChanged(id="r", on=day("1-5"), due_on=day("3-1"), annual_rate=Decimal("0.24"))
    position = stands(changed, schedule=COSTLY, policy=policy)
    assert [row.due.interest_minor for row in position.rows] == [9, 12, 6]


def test_fixed_interest_changes_in_proportion_to_the_rate():
    changed = RateChanged(id="r", on=day("1-5"), due_on=day("3-1"), annual_rate=Decimal("0.06"))
    position = stands(changed, schedule=COSTLY, policy=ServicingPolicy(fixed_rate=Decimal("0.12")))
    assert [row.due.interest_minor for row in position.rows] == [30, 10, 5]


@pytest.mark.parametrize(
    "event",
    [
        DueDateMoved(id="x", on=JAN_1, due_on=day("2-2"), to=day("3-1")),
        DueDateMoved(id="x", on=JAN_1, due_on=day("3-1"), to=day("2-1")),
        PaymentHoliday(id="x", on=JAN_1, due_on=JAN_1, count=1),
        ReAmortised(id="x", on=day("4-1")),
        RateChanged(id="x", on=JAN_1, due_on=day("2-1"), annual_rate=Decimal("0.1")),
        InterestPaused(id="x", on=day("2-1"), until=day("1-1")),
    ],
)
def test_what_the_loan_does_not_have_is_refused(event):
    with pytest.raises(InvalidInput):
        stands(event)


def test_re_ageing_in_mid_life_stops_the_rows_to_come_and_interest_runs_on():
    terms = LoanTerms(Money(1200_00, "EUR"), 12, MONTHLY, JAN_1, day("2-1"), nominal_rate=Decimal("0.12"))
    policy = ServicingPolicy(interest=InterestTerms(annual_rate=Decimal("0.12")))
    aged = ReAged(id="aged", on=day("4-7"), first_due_on=day("5-1"), period=MONTHLY, count=3)
    position = stands(aged, schedule=build_schedule(terms), policy=policy)
    told = [(row.due_on, row.due.principal_minor, row.due.interest_minor) for row in position.rows]
    # 1 % of 1200.00 in each unpaid month; then 1200.00 * 0.01 / (1 - 1.01 ** -3) = 408.03 a month
    assert told[:3] == [(day("2-1"), 0, 1200), (day("3-1"), 0, 1200), (day("4-1"), 0, 1200)]
    assert told[3:] == [(day("5-1"), 39603, 1200), (day("6-1"), 39999, 804), (day("7-1"), 40398, 404)]


def test_a_second_re_ageing_levels_only_its_own_rows():
    terms = LoanTerms(Money(1200_00, "EUR"), 12, MONTHLY, JAN_1, day("2-1"), nominal_rate=Decimal("0.12"))
    follows = InterestTerms(annual_rate=Decimal("0.12"), prepayment=Prepayment.SPARES_NEXT)
    ahead = MoneyReceived(id="ahead", on=day("2-1"), amount_minor=412_00)
    first = ReAged(id="first", on=day("2-1"), first_due_on=day("3-1"), period=MONTHLY, count=6)
    fee = ChargeLaid(id="fee", on=day("2-20"), due_on=day("2-20"), amount_minor=700)
    second = ReAged(id="second", on=day("3-20"), first_due_on=day("4-1"), period=MONTHLY, count=2)
    position = stands(
        ahead, first, fee, second, schedule=build_schedule(terms), policy=ServicingPolicy(interest=follows)
    )
    told = [(row.due_on, row.still_open.principal_minor, row.due.interest_minor) for row in position.rows]
    # 1200.00 - 400.00 are left on 1 February; then 1 % a month of 800.00
    assert told[:2] == [(day("2-1"), 0, 1200), (day("3-1"), 0, 800)]
    assert told[2:] == [(day("4-1"), 39801, 800), (day("5-1"), 40199, 402)]


def test_re_ageing_begins_after_the_drawdown():
    aged = ReAged(id="aged", on=day("4-20"), first_due_on=JAN_1, period=MONTHLY, count=3)
    with pytest.raises(InvalidInput, match="first_due_on"):
        stands(aged)


def test_re_ageing_keeps_the_memory_of_what_was_called_back():
    terms = LoanTerms(Money(1200_00, "EUR"), 3, MONTHLY, JAN_1, day("2-1"), nominal_rate=Decimal("0.12"))
    follows = ServicingPolicy(interest=InterestTerms(annual_rate=Decimal("0.12")))
    paid = MoneyReceived(id="paid", on=day("1-10"), amount_minor=100)
    back = ChargedBack(id="back", on=day("2-10"), amount_minor=100, payment_id="paid")
    aged = ReAged(id="aged", on=day("2-20"), first_due_on=day("5-1"), period=MONTHLY, count=2)
    position = stands(paid, back, aged, schedule=build_schedule(terms), policy=follows)
    assert sum(row.brought_back.principal_minor for row in position.rows) == 100
    assert position.due.principal_minor == 1200_00 + 100
    paid_back = position.paid.total_minor + position.overpaid_minor
    assert paid_back == 100
