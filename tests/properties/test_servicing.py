"""What holds for every life of every loan: nothing collected twice, nothing negative, nothing lost in a reversal."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnpl_plugin.credit import MONTHLY, DayCount, FeePlacement, LoanTerms, Method, build_schedule
from bnpl_plugin.credit.calendar import due_date
from bnpl_plugin.credit.servicing.account import LoanAccount
from bnpl_plugin.credit.servicing.early_settlement import SettlementPolicy, settled_by, settlement_figure
from bnpl_plugin.credit.servicing.events import (
    AdvanceRefunded,
    ChargedBack,
    ChargedOff,
    ChargeLaid,
    ChargeWaived,
    CreditBalanceRefunded,
    Drawdown,
    DueDateMoved,
    Event,
    GoodsReturned,
    InterestPaused,
    LateChargesLaid,
    MoneyReceived,
    PaymentHoliday,
    RateChanged,
    ReAged,
    ReAmortised,
    Reversed,
    TermExtended,
    WrittenOff,
)
from bnpl_plugin.credit.servicing.interest.settlement import payoff_quote
from bnpl_plugin.credit.servicing.interest.terms import InterestTerms, InterestUntil, OverdueInterest, Prepayment
from bnpl_plugin.credit.servicing.parts import Component
from bnpl_plugin.credit.servicing.policy import (
    PENALTY_FEE_INTEREST_PRINCIPAL,
    PENALTY_FEE_PRINCIPAL_INTEREST,
    PENALTY_INTEREST_PRINCIPAL_FEE,
    AllocationRule,
    DrawdownSpread,
    FutureRule,
    LateCharge,
    Processing,
    ReplayOrder,
    ServicingPolicy,
)
from bnpl_plugin.credit.servicing.position.loan import Standing
from bnpl_plugin.credit.servicing.position.transaction import Source, TransactionKind
from bnpl_plugin.credit.servicing.replay import replay
from bnpl_plugin.credit.servicing.withdrawal import withdrawal_figure
from bnpl_plugin.errors import InvalidInput, SolverFailed
from bnpl_plugin.money import Money

START = date(2028, 1, 31)
RECEIPTS = {TransactionKind(source.value) for source in Source}
ORDERS = st.sampled_from(
    [PENALTY_FEE_INTEREST_PRINCIPAL, PENALTY_FEE_PRINCIPAL_INTEREST, PENALTY_INTEREST_PRINCIPAL_FEE]
)
RULES = st.builds(
    AllocationRule,
    components=ORDERS,
    processing=st.sampled_from(Processing),
    future=st.sampled_from(FutureRule),
    due_charges_first=st.booleans(),
)


@st.composite
def schedules(draw):
    rate = draw(st.sampled_from(["0", "0.07", "0.12", "0.35"]))
    return build_schedule(
        LoanTerms(
            principal=Money(draw(st.integers(1, 3_000_000)), draw(st.sampled_from(["JPY", "EUR", "KWD"]))),
            count=draw(st.integers(1, 12)),
            period=MONTHLY,
            drawdown_on=START,
            first_due_on=due_date(START, period=MONTHLY, periods=1),
            anchor_date=START,
            method=Method.EQUAL_INSTALMENTS if rate != "0" else Method.INTEREST_FREE,
            nominal_rate=Decimal(rate),
            fee_minor=draw(st.integers(0, 5_000)),
            fee_placement=draw(st.sampled_from([FeePlacement.FIRST, FeePlacement.SPREAD])),
            day_count=draw(st.sampled_from([DayCount.THIRTY_360_MONTHLY, DayCount.ACT_365F])),
        )
    )


@st.composite
def policies(draw, interest=None):
    return ServicingPolicy(
        allocation=draw(RULES),
        order=draw(st.sampled_from(ReplayOrder)),
        spread=draw(st.sampled_from(DrawdownSpread)),
        down_payment_share=draw(st.sampled_from([Decimal(0), Decimal("0.25")])),
        multiple_minor=draw(st.sampled_from([1, 100])),
        interest=interest,
        chargeback_order=draw(st.sampled_from([(), PENALTY_FEE_INTEREST_PRINCIPAL])),
    )


def interests():
    return st.builds(
        InterestTerms,
        annual_rate=st.sampled_from([Decimal("0.07"), Decimal("0.30")]),
        day_count=st.sampled_from([DayCount.THIRTY_360_MONTHLY, DayCount.ACT_365F, DayCount.ACT_ACT_ISDA]),
        prepayment=st.sampled_from(Prepayment),
        until=st.sampled_from(InterestUntil),
        overdue=st.sampled_from(OverdueInterest),
    )


def days(schedule):
    return st.dates(START, schedule.last_due_on + timedelta(days=60))


@st.composite
def money_events(draw, schedule, *, name="e"):
    size = st.integers(1, 2 * schedule.total_payable_minor)
    on, amount = draw(days(schedule)), draw(size)
    kind = draw(st.sampled_from(["paid", "paid", "refund", "gift", "fee", "penalty", "back", "cbr", "advance"]))
    match kind:
        case "paid":
            return MoneyReceived(id=name, on=on, amount_minor=amount)
        case "refund":
            return MoneyReceived(id=name, on=on, amount_minor=amount, source=Source.MERCHANT_REFUND)
        case "gift":
            return MoneyReceived(id=name, on=on, amount_minor=amount, source=Source.GOODWILL_CREDIT)
        case "fee":
            return ChargeLaid(id=name, on=on, due_on=draw(days(schedule)), amount_minor=1 + amount % 900)
        case "penalty":
            component = Component.PENALTY
            return ChargeLaid(
                id=name, on=on, due_on=draw(days(schedule)), amount_minor=1 + amount % 900, component=component
            )
        case "back":
            return ChargedBack(id=name, on=on, amount_minor=1 + amount % schedule.principal_minor)
        case "cbr":
            return CreditBalanceRefunded(id=name, on=on, amount_minor=1 + amount % schedule.principal_minor)
        case _:
            return AdvanceRefunded(id=name, on=on, amount_minor=amount)


@st.composite
def changes(draw, schedule, *, name):
    """Forbearance and losses; a change that does not fit the loan by then is refused by name."""
    on, count = draw(days(schedule)), draw(st.integers(1, 3))
    due_on = draw(st.sampled_from([row.due_on for row in schedule.instalments]))
    later = due_on + timedelta(days=draw(st.integers(1, 60)))
    match draw(st.sampled_from(["age", "again", "move", "holiday", "extend", "rate", "pause", "late", "lost"])):
        case "age":
            return ReAged(id=name, on=on, first_due_on=later, period=MONTHLY, count=count)
        case "again":
            return ReAmortised(id=name, on=on)
        case "move":
            return DueDateMoved(id=name, on=on, due_on=due_on, to=later)
        case "holiday":
            return PaymentHoliday(id=name, on=on, due_on=due_on, count=count)
        case "extend":
            return TermExtended(id=name, on=on, due_on=due_on, rows=count)
        case "rate":
            return RateChanged(id=name, on=on, due_on=due_on, annual_rate=Decimal("0.05") * count)
        case "pause":
            return InterestPaused(id=name, on=on, until=on + timedelta(days=20 * count))
        case "late":
            return LateChargesLaid(id=name, on=on)
        case _:
            return WrittenOff(id=name, on=on)


@st.composite
def hard_lives(draw):
    schedule = draw(schedules())
    interest = draw(interests()) if draw(st.booleans()) else None
    policy = replace(draw(policies(interest=interest)), late_charge=LateCharge(rate=Decimal("0.015")))
    kinds = [draw(st.booleans()) for _ in range(draw(st.integers(1, 7)))]
    events = [
        draw(changes(schedule, name=f"e{n}") if change else money_events(schedule, name=f"e{n}"))
        for n, change in enumerate(kinds)
    ]
    return LoanAccount(schedule, policy, tuple(events))


@st.composite
def lives(draw, *, interest=False, terms=True):
    schedule = draw(schedules())
    policy = draw(policies(interest=draw(interests()) if interest else None))
    events = [draw(money_events(schedule, name=f"e{n}")) for n in range(draw(st.integers(0, 7)))]
    if terms and draw(st.booleans()):
        on = draw(st.dates(START, schedule.last_due_on - timedelta(days=1)))
        place = draw(st.integers(0, len(events)))
        amount = draw(st.integers(1, schedule.principal_minor))
        events.insert(place, Drawdown(id="more", on=on, amount_minor=amount))
    return LoanAccount(schedule, policy, tuple(events))


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
    open_rows = replay(account).open_instalments
    figure = settlement_figure(schedule, still_open=open_rows, on=on, policy=policy)
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


@given(lives())
def test_events_that_do_not_fit_are_refused_by_name(account):
    day = account.schedule.drawdown_on - timedelta(days=1)
    with pytest.raises(InvalidInput, match="events"):
        account.after(MoneyReceived(id="early", on=day, amount_minor=1))
