"""Paying more than is due on a loan whose instalments answer to it: lowered anew, or fewer of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from bnpl_plugin.credit.servicing.interest.standing import caught_up, levelled
from bnpl_plugin.credit.servicing.interest.terms import Prepayment
from bnpl_plugin.credit.servicing.money_in.allocation import Allocation, Timing
from bnpl_plugin.credit.servicing.parts import Component, Parts
from bnpl_plugin.credit.servicing.policy import FutureRule, ServicingPolicy
from bnpl_plugin.credit.servicing.position.loan import LoanPosition


def prepays(policy: ServicingPolicy) -> bool:
    """Return whether instalments answer to what is paid beyond them."""
    return policy.interest is not None and policy.interest.prepayment is not Prepayment.PAYS_AHEAD


def allocate_with_prepayment(
    position: LoanPosition, *, amount_minor: int, on: date, policy: ServicingPolicy
) -> tuple[LoanPosition, Parts, int]:
    """Allocate an amount where everything beyond what is due counts as principal of the row of the day.

    What is past due or due on the day is paid first. The rest is principal, although the row's interest has not
    fallen due: the balance falls at once, and interest with it. Where it is more than the row's instalment the row
    takes principal from the last rows.

    Args:
        position: the loan, its interest found up to the day.
        amount_minor: what there is to pay with.
        on: the value date.
        policy: of the loan.

    Returns:
        The position with later rows as they were, what was paid in parts, and what is left over.
    """
    due_now = [row for row in position.rows if Timing.of(row, on=on) is not Timing.IN_ADVANCE]
    way = Allocation(due_now, amount_minor=amount_minor, on=on)
    way.run(policy.allocation, future=FutureRule.NEXT)
    rows = [*way.rows, *position.rows[len(due_now) :]]
    paid, left = way.paid, way.left_minor
    index = _row_of_the_day(position, rows_due=len(due_now), on=on)
    if index is None or not left:
        return replace(position, rows=tuple(rows)), paid, left
    beyond = wanted = max(left - rows[index].still_open.principal_minor, 0)
    for later in range(len(rows) - 1, index, -1):
        taken = min(wanted, rows[later].still_open.principal_minor)
        rows[later] = rows[later].owe(Parts(principal_minor=-taken), on=on)
        rows[index] = rows[index].owe(Parts(principal_minor=taken), on=on)
        wanted -= taken
    if policy.interest is not None and policy.interest.prepayment is Prepayment.SPARES_NEXT:
        rows[index] = replace(rows[index], ahead_minor=rows[index].ahead_minor + beyond - wanted)
    amount = min(left, rows[index].still_open.principal_minor)
    if amount:
        rows[index] = rows[index].pay(Component.PRINCIPAL, amount, on=on)
    after = replace(position, rows=tuple(rows))
    return after, paid.plus(Parts(principal_minor=amount)), left - amount


def answered(before: LoanPosition, after: LoanPosition, *, on: date, policy: ServicingPolicy) -> LoanPosition:
    """Return the position with its later instalments as the terms answer to a prepayment, if there was one.

    Args:
        before: the loan before the payment.
        after: the loan after it, the payment told.
        on: the value date.
        policy: of the loan.
    """
    terms = policy.interest
    grown = [
        index
        for index, (was, now) in enumerate(zip(before.rows, after.rows, strict=True))
        if now.is_regular and now.due.principal_minor > was.due.principal_minor
    ]
    if terms is None or not grown:
        return caught_up(after, on=on, policy=policy)
    told = caught_up(after, on=on, policy=policy)
    rest = [row for row in told.rows[grown[-1] + 1 :] if row.is_regular]
    if terms.prepayment is Prepayment.LOWERS_INSTALMENT and any(row.still_open.principal_minor for row in rest):
        told = levelled(told, from_row=grown[-1] + 1, on=on, policy=policy, by_first_period=True)
        told = caught_up(told, on=on, policy=policy)
    kept = tuple(row for row in told.rows if not (row.is_regular and row.due.is_nothing and row.paid.is_nothing))
    return replace(told, rows=kept) if terms.prepayment is Prepayment.SHORTENS_TERM else told


def _row_of_the_day(position: LoanPosition, *, rows_due: int, on: date) -> int | None:
    """Return the row that a prepayment belongs to: the one due on the day, else the next."""
    for index, row in enumerate(position.rows):
        if row.is_regular and (row.due_on == on or index >= rows_due):
            return index
    return None
