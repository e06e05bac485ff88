"""Replay: from what was agreed and what has happened to where the loan stands. The story of a loan, told in order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Any

from bnpl_plugin.credit.schedule import Schedule
from bnpl_plugin.credit.servicing import events as happened
from bnpl_plugin.credit.servicing.account import LoanAccount
from bnpl_plugin.credit.servicing.changes.accrual import accrue
from bnpl_plugin.credit.servicing.changes.charge import lay_charge, lay_late_charges, lay_share_charge, waive_charge
from bnpl_plugin.credit.servicing.changes.drawdown import draw_down
from bnpl_plugin.credit.servicing.changes.hardship import (
    change_rate,
    extend_term,
    move_due_date,
    pause_interest,
    re_age,
    re_amortise,
    take_holiday,
)
from bnpl_plugin.credit.servicing.changes.loss import charge_off, recover, write_off
from bnpl_plugin.credit.servicing.changes.waiver import waive_cost
from bnpl_plugin.credit.servicing.interest.balance import principal_change_minor
from bnpl_plugin.credit.servicing.interest.standing import caught_up
from bnpl_plugin.credit.servicing.money_in.given_back import charge_back, refund_advance, refund_credit_balance
from bnpl_plugin.credit.servicing.money_in.goods import take_back_goods
from bnpl_plugin.credit.servicing.money_in.receipt import receive
from bnpl_plugin.credit.servicing.parts import Parts
from bnpl_plugin.credit.servicing.policy import ReplayOrder, ServicingPolicy
from bnpl_plugin.credit.servicing.position.loan import DrawnDown, LoanPosition, Standing
from bnpl_plugin.credit.servicing.position.row import Row, RowKind
from bnpl_plugin.credit.servicing.position.transaction import TransactionKind
from bnpl_plugin.credit.terms.checks import member
from bnpl_plugin.errors import InvalidInput

Step = Callable[..., LoanPosition]


def _whatever_the_policy(step: Step) -> Step:
    """Return a step that takes the policy and leaves it alone."""

    def told(position: LoanPosition, event: happened.Event, *, policy: ServicingPolicy) -> LoanPosition:
        del policy
        return step(position, event)

    return told


_STEPS: Mapping[type[happened.Event], Step] = MappingProxyType({
    happened.Drawdown: draw_down,
    happened.MoneyReceived: receive,
    happened.GoodsReturned: take_back_goods,
    happened.ChargeLaid: lay_charge,
    happened.ShareChargeLaid: lay_share_charge,
    happened.LateChargesLaid: lay_late_charges,
    happened.ChargeWaived: _whatever_the_policy(waive_charge),
    happened.CostWaived: waive_cost,
    happened.ChargedBack: charge_back,
    happened.CreditBalanceRefunded: _whatever_the_policy(refund_credit_balance),
    happened.AdvanceRefunded: _whatever_the_policy(refund_advance),
    happened.DueDateMoved: move_due_date,
    happened.PaymentHoliday: take_holiday,
    happened.TermExtended: extend_term,
    happened.RateChanged: change_rate,
    happened.ReAged: re_age,
    happened.ReAmortised: re_amortise,
    happened.InterestPaused: pause_interest,
    happened.CostAccrued: _whatever_the_policy(accrue),
    happened.ChargedOff: _whatever_the_policy(charge_off),
    happened.WrittenOff: _whatever_the_policy(write_off),
    happened.Recovered: _whatever_the_policy(recover),
})  # fmt: skip


_AFTER_WRITE_OFF = (happened.Recovered, happened.CreditBalanceRefunded)
"""What can still happen to a debt that was given up."""


def replay(account: LoanAccount, *, as_of: date | None = None) -> LoanPosition:
    """Return where a loan stands after all that has happened.

    Reversed events are left out, so that a replay after a reversal is a replay in which they never happened;
    back-dated events stand in their place. Events after `as_of` are not told.

    Args:
        account: what was agreed and what has happened.
        as_of: the day of the question; overdue principal earns up to it. Default: the day of the last event.

    Raises:
        InvalidInput: an event does not fit the loan (a due date that it does not have, a debt that is not there).
    """
    if as_of is not None:
        member("as_of", as_of, of=date)
    position = opened(account.schedule)
    last = account.schedule.drawdown_on
    for event in _in_order(account):
        if as_of is not None and event.on > as_of:
            continue
        if position.standing is Standing.WRITTEN_OFF and not isinstance(event, _AFTER_WRITE_OFF):
            raise InvalidInput(
                field="events", fault=f"{event.id} comes after the write-off", accepted="only what is recovered"
            )
        if type(event) not in _STEPS:
            raise InvalidInput(field="events", fault=f"hold {event!r}", accepted="the records of `events`")
        position = _STEPS[type(event)](position, event, policy=account.policy)
        last = max(last, event.on)
    position = caught_up(position, on=as_of or last, policy=account.policy)
    return _balanced(position, numbers={event.id: number for number, event in enumerate(account.events)})


def opened(schedule: Schedule) -> LoanPosition:
    """Return where a loan stands when all is drawn as its schedule says and nothing else has happened."""
    rows, before = [], schedule.drawdown_on
    for due in schedule.instalments:
        kind = RowKind.DOWN_PAYMENT if due.due_on == schedule.drawdown_on else RowKind.INSTALMENT
        parts = Parts(due.principal_minor, due.interest_minor, due.fee_minor)
        level = due.principal_minor + due.interest_minor
        rows.append(Row(opened_on=before, due_on=due.due_on, kind=kind, due=parts, level_minor=level))
        before = due.due_on
    first = schedule.principal_minor - sum(minor for _, minor in schedule.later_drawdowns)
    position = LoanPosition(currency=schedule.currency, rows=tuple(rows))
    for on, amount in ((schedule.drawdown_on, first), *schedule.later_drawdowns):
        before_row = next((index for index, row in enumerate(rows) if row.due_on > on), len(rows))
        drawn = DrawnDown(event_id="", on=on, amount_minor=amount, before_row=before_row)
        if on == schedule.drawdown_on:
            drawn = replace(drawn, before_row=0)
        position = replace(position, drawdowns=(*position.drawdowns, drawn))
        position = position.told(TransactionKind.DRAWDOWN, event_id="", on=on, amount_minor=amount)
    return position


def _balanced(position: LoanPosition, *, numbers: Mapping[str, int]) -> LoanPosition:
    """Return the position with its transactions by value date, each with the principal owed after it."""
    left, told = 0, []
    for done in sorted(position.transactions, key=lambda done: (done.on, numbers.get(done.event_id, -1))):
        left += principal_change_minor(done)
        told.append(replace(done, principal_after_minor=left))
    return replace(position, transactions=tuple(told))


def _in_order(account: LoanAccount) -> list[happened.Event]:
    def place(numbered: tuple[int, happened.Event]) -> tuple[Any, ...]:
        number, event = numbered
        first = account.policy.order is ReplayOrder.TERMS_FIRST and isinstance(event, happened.SHAPES_TERMS)
        return (not first, event.on, number)

    return [event for _, event in sorted(enumerate(account.standing_events), key=place)]
