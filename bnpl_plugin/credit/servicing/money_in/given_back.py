"""Money goes back: a chargeback, a refund of an overpayment, a refund of what was paid in advance."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from bnpl_plugin.credit.servicing.events import AdvanceRefunded, ChargedBack, CreditBalanceRefunded
from bnpl_plugin.credit.servicing.money_in.allocation import Allocation
from bnpl_plugin.credit.servicing.parts import NOTHING, Component, Parts, total
from bnpl_plugin.credit.servicing.policy import AllocationRule, FutureRule, ServicingPolicy
from bnpl_plugin.credit.servicing.position.loan import LoanPosition
from bnpl_plugin.credit.servicing.position.row import Row, RowKind
from bnpl_plugin.credit.servicing.position.transaction import Source, TransactionKind
from bnpl_plugin.errors import InvalidInput

_RECEIPTS = tuple(TransactionKind(source.value) for source in Source)
_UNDONE_FIRST = (Component.PRINCIPAL, Component.INTEREST, Component.FEE, Component.PENALTY)


def charge_back(position: LoanPosition, event: ChargedBack, *, policy: ServicingPolicy) -> LoanPosition:
    """Return the position after a payment was taken back.

    An overpayment absorbs it first. What is left of it is owed again with the next due date, or on the day itself
    when every due date has passed: as principal, or in the parts that the payment had paid, in the policy's order.

    Raises:
        InvalidInput: it names a payment that the loan does not have (it was reversed: then nothing is left to take
            back), or takes back more than was left of it.
    """
    _refuse_more_than_paid(position, event)
    given, covered = event.amount_minor, min(position.overpaid_minor, event.amount_minor)
    if not policy.chargeback_order:
        return _principal_owed_again(position, event, kind=TransactionKind.CHARGEBACK, of=event.payment_id)
    parts = _as_paid(position, event, order=policy.chargeback_order)
    absorbed, after = _owed_again(position, parts, covered=covered, on=event.on)
    return after.told(
        TransactionKind.CHARGEBACK,
        event_id=event.id,
        on=event.on,
        amount_minor=given,
        parts=parts,
        overpayment_minor=covered,
        absorbed=absorbed,
        of=event.payment_id,
    )


def refund_credit_balance(position: LoanPosition, event: CreditBalanceRefunded) -> LoanPosition:
    """Return the position after an overpayment was given back.

    When it turns out later that there was no such overpayment (a payment bounced), the shopper has been given
    principal: it is owed again like a chargeback.
    """
    return _principal_owed_again(position, event, kind=TransactionKind.CREDIT_BALANCE_REFUND)


def refund_advance(position: LoanPosition, event: AdvanceRefunded) -> LoanPosition:
    """Return the position after money paid in advance was given back, the latest row first, then an overpayment.

    Raises:
        InvalidInput: more was given back than had been paid in advance.
    """
    left, undone, rows = event.amount_minor, NOTHING, list(position.rows)
    for index in range(len(rows) - 1, -1, -1):
        row = rows[index]
        if row.due_on <= event.on:
            break
        for component in _UNDONE_FIRST:
            amount = min(left, row.paid.of(component))
            back = Parts.only(component, amount)
            early = max(row.in_advance_minor - amount, 0)
            row = replace(row, paid=row.paid.minus(back), in_advance_minor=early)
            left, undone = left - amount, undone.plus(back)
        rows[index] = row.judged(event.on)
    taken = min(left, position.overpaid_minor)
    if taken < left:
        fault, accepted = f"is {event.amount_minor}", f"at most {event.amount_minor - left + taken} paid in advance"
        raise InvalidInput(field="amount_minor", fault=fault, accepted=accepted)
    after = replace(position, rows=tuple(rows), overpaid_minor=position.overpaid_minor - taken)
    return after.told(
        TransactionKind.ADVANCE_REFUND,
        event_id=event.id,
        on=event.on,
        amount_minor=event.amount_minor,
        parts=undone,
        overpayment_minor=taken,
    )


def _principal_owed_again(
    position: LoanPosition, event: ChargedBack | CreditBalanceRefunded, *, kind: TransactionKind, of: str = ""
) -> LoanPosition:
    """Put an amount back as principal; an overpayment that covers it all leaves no trace in the rows."""
    given, covered = event.amount_minor, min(position.overpaid_minor, event.amount_minor)
    whole = Parts(principal_minor=given) if covered < given else NOTHING
    _, after = _owed_again(position, whole, covered=covered, on=event.on)
    return after.told(
        kind,
        event_id=event.id,
        on=event.on,
        amount_minor=given,
        parts=Parts(principal_minor=given - covered),
        overpayment_minor=covered,
        of=of,
    )


def _owed_again(position: LoanPosition, parts: Parts, *, covered: int, on: date) -> tuple[Parts, LoanPosition]:
    """Put parts back on a row and let an overpayment pay of them what it covers; return what it paid."""
    after = replace(position, overpaid_minor=position.overpaid_minor - covered)
    if parts.is_nothing:
        return NOTHING, after
    index, after = row_for_debt(after, on=on)
    row = after.rows[index].owe(parts, on=on)
    row = replace(row, brought_back=row.brought_back.plus(parts))
    way = Allocation(after.with_row(index, row).rows, amount_minor=covered, on=on)
    way.run(AllocationRule(), future=FutureRule.NEXT)
    return way.paid, replace(after, rows=tuple(way.rows), overpaid_minor=after.overpaid_minor + way.left_minor)


def _refuse_more_than_paid(position: LoanPosition, event: ChargedBack) -> None:
    if not event.payment_id:
        return
    told = position.transactions
    paid = sum(done.amount_minor for done in told if done.event_id == event.payment_id and done.kind in _RECEIPTS)
    of_it = [done for done in told if done.kind is TransactionKind.CHARGEBACK and done.of == event.payment_id]
    back = sum(done.amount_minor for done in of_it)
    if not paid:
        raise InvalidInput(field="payment_id", fault=f"is {event.payment_id}", accepted="a payment that stands")
    if event.amount_minor > paid - back:
        accepted = f"at most {paid - back}, what is left of {event.payment_id}"
        raise InvalidInput(field="amount_minor", fault=f"is {event.amount_minor}", accepted=accepted)


def row_for_debt(position: LoanPosition, *, on: date) -> tuple[int, LoanPosition]:
    """Return the row that takes a debt arising on a day, added at the end if there is none."""
    regular = [index for index, row in enumerate(position.rows) if row.kind is not RowKind.DOWN_PAYMENT]
    for index in regular:
        row = position.rows[index]
        if row.kind is RowKind.ADDED and index == regular[-1]:  # re-aged rows may lie after it
            return index, position.with_row(index, replace(row, due_on=max(row.due_on, on)))
        if row.due_on > on:
            return index, position
    last = position.rows[-1]
    if last.due_on == on and last.kind is not RowKind.DOWN_PAYMENT:
        return len(position.rows) - 1, position
    added = Row(opened_on=last.due_on, due_on=on, kind=RowKind.ADDED)
    return len(position.rows), replace(position, rows=(*position.rows, added))


def _as_paid(position: LoanPosition, event: ChargedBack, *, order: tuple[Component, ...]) -> Parts:
    """Return a chargeback in the parts that the payment paid, less what was charged back of it before."""
    payments = [done for done in position.transactions if done.kind is TransactionKind.REPAYMENT]
    payment = next((done for done in payments if done.event_id == event.payment_id), payments[-1] if payments else None)
    if payment is None:
        return Parts(principal_minor=event.amount_minor)
    before = total(
        done.parts
        for done in position.transactions
        if done.kind is TransactionKind.CHARGEBACK and done.of == payment.event_id
    )
    left, parts = event.amount_minor, NOTHING
    for component in order:
        amount = min(left, max(payment.parts.of(component) - before.of(component), 0))
        parts, left = parts.plus(Parts.only(component, amount)), left - amount
    return parts.plus(Parts(principal_minor=left))
