"""What holds for every life of every loan: nothing collected twice, nothing negative, nothing lost in a reversal."""

from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnpl_plugin.credit import MONTHLY
from bnpl_plugin.credit.servicing.account import LoanAccount
from bnpl_plugin.credit.servicing.early_settlement import (
    SettlementPolicy,
    position_figure,
    settled_by,
    settlement_figure,
)
from bnpl_plugin.credit.servicing.events import (
    ChargedOff,
    ChargeLaid,
    ChargeWaived,
    Event,
    GoodsReturned,
    MoneyReceived,
    ReAged,
    ReAmortised,
    Reversed,
)
from bnpl_plugin.credit.servicing.interest.settlement import payoff_quote
from bnpl_plugin.credit.servicing.parts import Component
from bnpl_plugin.credit.servicing.policy import (
    ServicingPolicy,
)
from bnpl_plugin.credit.servicing.position.loan import Standing
from bnpl_plugin.credit.servicing.position.transaction import Source, TransactionKind
from bnpl_plugin.credit.servicing.replay import replay
from bnpl_plugin.credit.servicing.withdrawal import withdrawal_figure, withdrawn_by
from bnpl_plugin.errors import InvalidInput, SolverFailed
from tests.properties.loan_lives import RULES, START, days, hard_lives, interests, lives, schedules

RECEIPTS = {TransactionKind(source.value) for source in Source}


def all_is_told(position):
    """Every part of every row, and every unit of money, is in one place and in no other."""
    for row in position.rows:
        for parts in (row.due, row.paid, row.waived, row.written_off, row.still_open):
            assert min(parts) >= 0, row
        told = row.paid.plus(row.waived).plus(row.written_off).plus(row.still_open)
        assert told == row.due
        assert row.in_advance_minor + row.late_minor <= row.paid.total_minor
        assert (row.settled_on is None) or not row.outstanding_minor
    assert position.overpaid_minor >= 0
    received = sum(done.amount_minor for done in position.transactions if done.kind in RECEIPTS)
    given_back = sum(
        done.amount_minor
        for done in position.transactions
        if done.kind
        in (TransactionKind.CHARGEBACK, TransactionKind.CREDIT_BALANCE_REFUND, TransactionKind.ADVANCE_REFUND)
    )
    owed_again = sum(row.brought_back.total_minor for row in position.rows)
    assert received - given_back == position.paid.total_minor + position.overpaid_minor - owed_again


@given(lives())
def test_nothing_is_collected_twice_and_nothing_turns_negative(account):
    position = replay(account)
    all_is_told(position)
    back = sum(row.brought_back.principal_minor for row in position.rows)
    assert position.due.principal_minor == position.drawn_minor + back


@given(hard_lives())
def test_forbearance_and_losses_move_principal_and_create_none(account):
    try:
        position = replay(account)
    except InvalidInput:
        return  # refused by name: nothing was written
    all_is_told(position)
    back = sum(row.brought_back.principal_minor for row in position.rows)
    assert position.due.principal_minor == position.drawn_minor + back
    assert all(one.due_on <= other.due_on for one, other in pairwise(position.rows))


@given(lives(interest=True, terms=False))
def test_interest_that_follows_the_balance_keeps_the_principal_whole(account):
    position = replay(account)
    all_is_told(position)
    back = sum(row.brought_back.principal_minor for row in position.rows)
    assert position.due.principal_minor == position.drawn_minor + back


@given(st.data(), lives())
def test_a_reversal_is_a_life_in_which_it_never_happened(data, account):
    if not account.events:
        return
    gone = data.draw(st.sampled_from(account.events))
    day = max(event.on for event in account.events)
    without = LoanAccount(account.schedule, account.policy, tuple(e for e in account.events if e is not gone))
    undone = account.after(Reversed(id="undo", on=day, of=gone.id))
    assert replay(undone, as_of=day).rows == replay(without, as_of=day).rows
    restored = undone.after(Reversed(id="redo", on=day, of="undo"))
    assert replay(restored, as_of=day) == replay(account, as_of=day)


@given(lives(), st.randoms())
def test_a_back_dated_event_is_the_same_events_in_order(account, random):
    in_order = sorted(account.events, key=lambda event: event.on)
    if len({event.on for event in in_order}) != len(in_order):
        return  # events of one day keep the order in which they were recorded
    shuffled = list(in_order)
    random.shuffle(shuffled)
    told = replay(LoanAccount(account.schedule, account.policy, tuple(shuffled)))
    assert told.rows == replay(LoanAccount(account.schedule, account.policy, tuple(in_order))).rows


@given(st.data(), schedules(), RULES)
def test_paying_everything_in_any_portions_settles_the_loan_exactly(data, schedule, rule):
    left = schedule.total_payable_minor
    events: list[Event] = []
    while left:
        amount = data.draw(st.integers(1, left)) if len(events) < 6 else left
        on = data.draw(days(schedule))
        events.append(MoneyReceived(id=f"p{len(events)}", on=on, amount_minor=amount))
        left -= amount
    position = replay(LoanAccount(schedule, ServicingPolicy(allocation=rule), tuple(events)))
    assert position.standing is Standing.SETTLED
    assert position.paid.total_minor == schedule.total_payable_minor


@given(st.data(), schedules(), RULES)
def test_returning_everything_returns_every_cent_of_cost(data, schedule, rule):
    paid = data.draw(st.integers(0, schedule.total_payable_minor))
    first = data.draw(st.integers(0, schedule.principal_minor))
    events: list[Event] = [MoneyReceived(id="paid", on=data.draw(days(schedule)), amount_minor=paid)] if paid else []
    returns = [part for part in (first, schedule.principal_minor - first) if part]
    for number, price in enumerate(returns):
        events.append(GoodsReturned(id=f"r{number}", on=data.draw(days(schedule)), amount_minor=price))
    position = replay(LoanAccount(schedule, ServicingPolicy(allocation=rule), tuple(events)))
    all_is_told_of_returns(position)
    assert position.outstanding_minor == 0
    assert position.overpaid_minor == paid


@given(st.data(), schedules(), RULES, interests())
def test_returning_everything_returns_all_interest_earned(data, schedule, rule, terms):
    paid = data.draw(st.integers(0, schedule.principal_minor))
    events: list[Event] = [MoneyReceived(id="paid", on=data.draw(days(schedule)), amount_minor=paid)] if paid else []
    events.append(GoodsReturned(id="back", on=data.draw(days(schedule)), amount_minor=schedule.principal_minor))
    policy = ServicingPolicy(allocation=rule, interest=terms)
    position = replay(LoanAccount(schedule, policy, tuple(events)))
    assert position.outstanding_minor == 0
    assert position.overpaid_minor == paid


def all_is_told_of_returns(position):
    for row in position.rows:
        assert min(row.still_open) >= 0
        assert row.paid.plus(row.waived).plus(row.still_open) == row.due


@given(st.data(), schedules())
def test_a_part_of_the_goods_takes_its_part_of_the_cost(data, schedule):
    price = data.draw(st.integers(1, schedule.principal_minor))
    back = GoodsReturned(id="back", on=START, amount_minor=price)
    position = replay(LoanAccount(schedule, ServicingPolicy(), (back,)))
    cost = schedule.finance_charge_minor
    assert abs(position.cost_returned_minor * schedule.principal_minor - cost * price) <= schedule.principal_minor
    assert position.outstanding_minor + position.cost_returned_minor + price == schedule.total_payable_minor


@given(st.data(), schedules(), st.sampled_from(SettlementPolicy))
def test_settling_early_never_costs_more_and_on_the_last_day_costs_the_same(data, schedule, policy):
    on = data.draw(st.dates(START, schedule.last_due_on))
    try:
        early = settlement_figure(schedule, still_open=schedule.instalments, on=on, policy=policy)
    except SolverFailed:
        return  # a fee many times the principal has no effective rate to discount with
    last = settlement_figure(schedule, still_open=schedule.instalments, on=schedule.last_due_on, policy=policy)
    assert schedule.principal_minor <= early.total_minor <= last.total_minor == schedule.total_payable_minor
    assert min(early.interest_minor, early.fee_minor, early.waived_interest_minor, early.waived_fee_minor) >= 0


@given(st.data(), schedules(), st.sampled_from([SettlementPolicy.PRO_RATA_DAYS, SettlementPolicy.PRO_RATA_TERM]))
def test_a_figure_paid_on_its_day_settles_the_loan(data, schedule, policy):
    account = LoanAccount(schedule, ServicingPolicy())
    paid = data.draw(st.integers(0, schedule.total_payable_minor - 1))
    if paid:
        account = account.after(MoneyReceived(id="some", on=START, amount_minor=paid))
    on = data.draw(st.dates(START, schedule.last_due_on))
    penalty = ChargeLaid(id="nsf", on=on, due_on=on, amount_minor=7, component=Component.PENALTY)
    account = account.after(penalty)
    figure = position_figure(replay(account), on=on, policy=policy)
    assert replay(account.after(*settled_by(figure, event_id="end"))).standing is Standing.SETTLED


@given(st.data(), schedules(), interests())
def test_a_quote_paid_on_its_day_settles_the_loan(data, schedule, terms):
    account = LoanAccount(schedule, ServicingPolicy(interest=terms))
    on = data.draw(st.dates(START + timedelta(days=1), schedule.last_due_on))
    quote = payoff_quote(account, on=on)
    paid = account.after(MoneyReceived(id="all", on=on, amount_minor=quote.total_minor))
    assert replay(paid).standing in (Standing.SETTLED, Standing.OVERPAID)


@given(st.data(), schedules())
def test_rescheduling_moves_principal_and_creates_none(data, schedule):
    on = data.draw(st.dates(START, schedule.last_due_on - timedelta(days=1)))
    first = schedule.last_due_on + timedelta(days=30)
    count = data.draw(st.integers(1, 12))
    paid = MoneyReceived(id="paid", on=on, amount_minor=1 + schedule.principal_minor // 3)
    account = LoanAccount(schedule, ServicingPolicy(), (paid,))
    aged = replay(account.after(ReAged(id="age", on=on, first_due_on=first, period=MONTHLY, count=count)))
    assert aged.due.principal_minor == schedule.principal_minor
    again = replay(account.after(ReAmortised(id="again", on=on)))
    assert again.due.principal_minor == schedule.principal_minor
    assert all(not row.still_open.principal_minor for row in again.rows if row.due_on <= on)
    for position in (aged, again):
        all_is_told(position)


@given(schedules(), st.integers(1, 900))
def test_a_charge_waived_is_no_charge(schedule, fee_minor):
    laid = ChargeLaid(id="fee", on=START, due_on=START, amount_minor=fee_minor)
    account = LoanAccount(schedule, ServicingPolicy(), (laid, ChargeWaived(id="no", on=START, charge_id="fee")))
    assert replay(account).outstanding_minor == schedule.total_payable_minor


@given(lives())
def test_a_loan_charged_off_owes_what_it_owed(account):
    last = max([START, *(event.on for event in account.events)])
    before = replay(account, as_of=last)
    after = replay(account.after(ChargedOff(id="off", on=last)), as_of=last)
    assert after.outstanding_minor == before.outstanding_minor


@given(st.data(), schedules())
def test_a_withdrawal_on_the_first_day_costs_nothing_but_the_capital(data, schedule):
    position = replay(LoanAccount(schedule, ServicingPolicy()))
    rate = Decimal("0.12")
    assert withdrawal_figure(position, on=START, annual_rate=rate).total_minor == schedule.principal_minor
    day = data.draw(st.integers(0, 30))
    figure = withdrawal_figure(position, on=START + timedelta(days=day), annual_rate=rate)
    assert figure.interest_minor == schedule.principal_minor * 12 * day // (100 * 365)


@given(st.data(), schedules())
def test_a_withdrawal_ends_the_loan_and_leaves_what_was_paid_too_much(data, schedule):
    paid = data.draw(st.integers(0, schedule.total_payable_minor))
    events = (MoneyReceived(id="some", on=START, amount_minor=paid),) if paid else ()
    account = LoanAccount(schedule, ServicingPolicy(), events)
    position = replay(account)
    on = START + timedelta(days=data.draw(st.integers(0, 30)))
    figure = withdrawal_figure(position, on=on, annual_rate=Decimal("0.12"))
    if figure.interest_minor > position.still_open.interest_minor + position.paid.cost_minor:
        return  # a schedule of a lower rate than the one asked for
    ended = replay(account.after(*withdrawn_by(figure, position, event_id="end")))
    assert ended.outstanding_minor == 0
    assert ended.overpaid_minor == max(-figure.total_minor, 0)


@given(lives())
def test_events_that_do_not_fit_are_refused_by_name(account):
    day = account.schedule.drawdown_on - timedelta(days=1)
    with pytest.raises(InvalidInput, match="events"):
        account.after(MoneyReceived(id="early", on=day, amount_minor=1))
