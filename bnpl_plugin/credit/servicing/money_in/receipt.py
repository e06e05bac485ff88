"""Money comes in: it pays rows, and what is too much is kept for the shopper."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from bnpl_plugin.credit.servicing.events import DownPaymentTaken, MoneyReceived, PayoffReceived
from bnpl_plugin.credit.servicing.interest.standing import caught_up, payable_on
from bnpl_plugin.credit.servicing.money_in.allocation import Allocation
from bnpl_plugin.credit.servicing.parts import Component, Parts
from bnpl_plugin.credit.servicing.policy import OverpaymentUse, ServicingPolicy
from bnpl_plugin.credit.servicing.position.loan import LoanPosition
from bnpl_plugin.credit.servicing.position.row import RowKind
from bnpl_plugin.credit.servicing.position.transaction import Source, TransactionKind


def receive(position: LoanPosition, event: MoneyReceived, *, policy: ServicingPolicy) -> LoanPosition:
    """Return the position after money came in."""
    return _received(
        position, event.amount_minor, event_id=event.id, on=event.on, source=event.source, policy=policy
    )


def pay_off(position: LoanPosition, event: PayoffReceived, *, policy: ServicingPolicy) -> LoanPosition:
    """Return the position after exactly what closes the loan on the day came in; nothing happens when none is open."""
    amount = payable_on(position, on=event.on, policy=policy).outstanding_minor
    if not amount:
        return position
    return _received(position, amount, event_id=event.id, on=event.on, source=Source.REPAYMENT, policy=policy)


def take_down_payment(position: LoanPosition, event: DownPaymentTaken, *, policy: ServicingPolicy) -> LoanPosition:
    """Return the position after a drawdown's down payment was taken; nothing happens when it is paid already."""
    places = [drawn.event_id for drawn in position.drawdowns]
    rows = [row for row in position.rows if row.kind is RowKind.DOWN_PAYMENT]
    wanted = event.drawdown_id
    if wanted not in places or places.index(wanted) >= len(rows):
        return position
    amount = rows[places.index(wanted)].outstanding_minor
    if not amount:
        return position
    return _received(position, amount, event_id=event.id, on=event.on, source=Source.DOWN_PAYMENT, policy=policy)


def use_overpayment(position: LoanPosition, *, on: date, policy: ServicingPolicy) -> LoanPosition:
    """Return the position after an overpayment paid what has become owed, if the policy says so."""
    if not position.overpaid_minor or policy.overpayment is OverpaymentUse.KEPT_FOR_SHOPPER:
        return position
    way = Allocation(position.rows, amount_minor=position.overpaid_minor, on=on)
    way.run(policy.allocation, future=policy.allocation.future_for(Source.REPAYMENT))
    return replace(position, rows=tuple(way.rows), overpaid_minor=way.left_minor)


def _received(
    position: LoanPosition, amount_minor: int, *, event_id: str, on: date, source: Source, policy: ServicingPolicy
) -> LoanPosition:
    future = policy.allocation.future_for(source)
    payable = payable_on(position, on=on, policy=policy)
    due_charges = Parts(
        fee_minor=payable.due_charges_minor(Component.FEE, on=on),
        penalty_minor=payable.due_charges_minor(Component.PENALTY, on=on),
    )
    way = Allocation(payable.rows, amount_minor=amount_minor, on=on, due_charges=due_charges)
    way.run(policy.allocation, future=future)
    after = replace(payable, rows=tuple(way.rows), overpaid_minor=position.overpaid_minor + way.left_minor)
    after = after.told(
        TransactionKind(source.value),
        event_id=event_id,
        on=on,
        amount_minor=amount_minor,
        parts=way.paid,
        overpayment_minor=way.left_minor,
    )
    return caught_up(after, on=on, policy=policy)
