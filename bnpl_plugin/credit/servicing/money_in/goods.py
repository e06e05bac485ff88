"""Goods come back: the shop gives back the price, and the cost of the credit that belongs to it goes with it."""

from __future__ import annotations

from dataclasses import replace

from bnpl_plugin.credit.servicing.changes.waiver import without_open_cost
from bnpl_plugin.credit.servicing.events import GoodsReturned, MoneyReceived
from bnpl_plugin.credit.servicing.interest.refund import interest_refund_minor
from bnpl_plugin.credit.servicing.interest.standing import caught_up
from bnpl_plugin.credit.servicing.money_in.receipt import receive, use_overpayment
from bnpl_plugin.credit.servicing.parts import Parts
from bnpl_plugin.credit.servicing.policy import PRINCIPAL_FIRST, CostReturn, Processing, ServicingPolicy
from bnpl_plugin.credit.servicing.position.loan import LoanPosition
from bnpl_plugin.credit.servicing.position.transaction import Source
from bnpl_plugin.errors import InvalidInput
from bnpl_plugin.money import Rounding, divide


def take_back_goods(position: LoanPosition, event: GoodsReturned, *, policy: ServicingPolicy) -> LoanPosition:
    """Return the position after goods came back.

    The price pays principal, past due first, then as the policy's rule says for merchant refunds (next rows, last rows,
    all evenly); what is more than is owed is the shopper's. The cost that belongs to the price is first taken off what
    is still open, the last row first, and what was already paid of it is given back like money. With everything
    returned nothing is owed but penalties, and every cent of cost that was paid is the shopper's.

    Raises:
        InvalidInput: more comes back than was drawn.
    """
    left = position.drawn_minor - position.price_returned_minor
    if event.amount_minor > left:
        raise InvalidInput(field="amount_minor", fault=f"is {event.amount_minor}", accepted=f"1 to {left}")
    rule = replace(
        policy.allocation,
        components=PRINCIPAL_FIRST,
        in_advance=PRINCIPAL_FIRST,
        processing=Processing.COMPONENT_BY_COMPONENT,
        due_charges_first=False,
    )
    price = MoneyReceived(id=event.id, on=event.on, amount_minor=event.amount_minor, source=Source.MERCHANT_REFUND)
    after = receive(position, price, policy=replace(policy, allocation=rule))
    after = replace(after, price_returned_minor=position.price_returned_minor + event.amount_minor)
    back = 0
    if policy.cost_return is CostReturn.PRO_RATA:
        back = _cost_that_belongs(position, after, event, policy=policy)
    return _given_back(after, event, back=back, policy=policy)


def _cost_that_belongs(
    before: LoanPosition, after: LoanPosition, event: GoodsReturned, *, policy: ServicingPolicy
) -> int:
    """Return the cost that belongs to the price, of the cost that has not gone back yet."""
    cost = after.due.interest_minor + after.due.fee_minor
    not_yet = cost - after.cost_returned_minor
    if after.price_returned_minor == after.drawn_minor:
        return not_yet
    returned, drawn = after.price_returned_minor, after.drawn_minor
    if policy.interest is None:
        whole = divide(cost * returned, by=drawn, rounding=Rounding.HALF_UP)
        return min(whole - after.cost_returned_minor, not_yet)
    fees = divide(after.due.fee_minor * event.amount_minor, by=drawn, rounding=Rounding.HALF_UP)
    earned = interest_refund_minor(before, on=event.on, refunded_minor=event.amount_minor, terms=policy.interest)
    return min(earned + fees, not_yet)


def _given_back(position: LoanPosition, event: GoodsReturned, *, back: int, policy: ServicingPolicy) -> LoanPosition:
    """Take cost off what is open, interest before fees; give back what was paid of it."""
    interest = min(back, position.still_open.interest_minor)
    fee = min(back - interest, position.still_open.fee_minor)
    cost = Parts(interest_minor=interest, fee_minor=fee)
    waived, after = without_open_cost(position, cost, event_id=event.id, on=event.on)
    after = replace(after, cost_returned_minor=position.cost_returned_minor + back)
    left = back - waived.total_minor
    if left:
        paid_back = MoneyReceived(id=event.id, on=event.on, amount_minor=left, source=Source.INTEREST_REFUND)
        return receive(after, paid_back, policy=policy)
    after = use_overpayment(after, on=event.on, policy=policy)
    return caught_up(after, on=event.on, policy=policy)
