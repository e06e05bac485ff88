"""Interest found anew: the rows of a loan as its balance really stands, and what is payable on a day."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from bnpl_plugin.credit.amortisation.level import adjusted_instalment, level_instalment
from bnpl_plugin.credit.servicing.interest.balance import Earnings, period_charges
from bnpl_plugin.credit.servicing.interest.terms import InterestTerms, InterestUntil, OverdueInterest
from bnpl_plugin.credit.servicing.parts import Parts
from bnpl_plugin.credit.servicing.policy import ServicingPolicy
from bnpl_plugin.credit.servicing.position.loan import LoanPosition, Standing
from bnpl_plugin.credit.servicing.position.row import Row
from bnpl_plugin.errors import InvalidInput
from bnpl_plugin.money import Rounding


def caught_up(position: LoanPosition, *, on: date, policy: ServicingPolicy) -> LoanPosition:
    """Return the position with the interest of every open row as the balance earns it.

    Up to the day the balance is what was really owed, so that overdue principal earns until it is paid; from the day
    on it is what remains when all that is due is paid at once and every later row on its due date. Each row keeps its
    instalment; interest that a row paid early did not have to pay goes to the next one; the last open row takes what
    is left.
    """
    if policy.interest is None or position.charged_off or position.standing is Standing.WRITTEN_OFF:
        return position
    return _told_anew(position, on=on, terms=policy.interest, payable=False)


def payable_on(position: LoanPosition, *, on: date, policy: ServicingPolicy) -> LoanPosition:
    """Return the position as it can be paid on a day: rows in advance bear interest up to that day only.

    The row of the day bears what has been earned until then (or until its due date, if the terms say so); what is
    left of its instalment, and the later rows, are principal.
    """
    if policy.interest is None or position.charged_off or position.standing is Standing.WRITTEN_OFF:
        return position
    return _told_anew(position, on=on, terms=policy.interest, payable=True)


def levelled(
    position: LoanPosition,
    *,
    amount_minor: int = 0,
    from_row: int,
    on: date,
    policy: ServicingPolicy,
    by_first_period: bool = False,
    only: Collection[int] | None = None,
) -> LoanPosition:
    """Return the position with the open principal of the rows from one on, and more, in level instalments.

    Args:
        position: the loan.
        amount_minor: principal that comes on top.
        from_row: index of the first row that is levelled.
        on: the day of the change.
        policy: multiple and interest.
        by_first_period: every period counts as long as the loan's first.
        only: indexes of the rows that are levelled; default all regular ones.

    Raises:
        InvalidInput: no row is left to level over.
    """
    terms, rows = policy.interest, list(position.rows)
    later = [
        index
        for index, row in enumerate(rows)
        if index >= from_row and row.is_regular and (only is None or index in only)
    ]
    if terms is None or not later:
        raise InvalidInput(field="on", fault=f"is {on}, after every due date", accepted="an earlier day")
    whole = sum(rows[index].still_open.principal_minor for index in later) + amount_minor
    charges, unit = period_charges([rows[index] for index in later], terms=terms)
    if by_first_period:
        first = next(row for row in rows if row.is_regular)
        (charge,), unit = period_charges([first], terms=terms)
        charges = [charge] * len(later)
    level = level_instalment(
        whole, charges=charges, unit=unit, rounding=Rounding.HALF_EVEN, multiple=policy.multiple_minor
    )
    if policy.multiple_minor == 1 and not by_first_period:
        level = adjusted_instalment(whole, instalment=level, charges=charges, unit=unit)
    left = whole
    for index in later:
        share = left if index == later[-1] else min(level, left)
        paid, due = rows[index].paid, rows[index].due
        due = Parts(share + paid.principal_minor, due.interest_minor, due.fee_minor, due.penalty_minor)
        whole_level = level + paid.principal_minor + paid.interest_minor
        rows[index] = replace(rows[index], due=due, level_minor=whole_level).judged(on)
        left -= share
    return replace(position, rows=tuple(rows))


def rate_changed(
    position: LoanPosition, *, from_row: int, annual_rate: Decimal, on: date, policy: ServicingPolicy
) -> LoanPosition:
    """Return the position earning at another rate from a row on; the rows from it on are levelled anew."""
    assert policy.interest is not None
    rates = (*position.rates, (position.rows[from_row].opened_on, annual_rate))
    newly = replace(policy.interest, annual_rate=annual_rate)
    after = levelled(replace(position, rates=rates), from_row=from_row, on=on, policy=replace(policy, interest=newly))
    return caught_up(after, on=on, policy=policy)


def _told_anew(position: LoanPosition, *, on: date, terms: InterestTerms, payable: bool) -> LoanPosition:
    rows = list(position.rows)
    earnings = Earnings(position, terms=terms)
    last = max((index for index, row in enumerate(rows) if row.is_regular and not row.settled_on), default=-1)
    kept = sum(_kept(row) for row in rows if row.is_regular)
    unplaced = sum(row.due.principal_minor for row in rows if row.is_regular)
    caught_up_on = _rest_day(rows, on=on, terms=terms)
    earned = attributed = ahead = 0
    for index, row in enumerate(position.rows):
        if row.is_regular:
            early = payable and row.due_on > on
            earned += earnings.during(row, until=_until(row, on=on, terms=terms) if early else row.due_on)
            kept -= _kept(row)
            if not row.settled_on:
                interest = max(earned - attributed, 0)
                rows[index] = _with_interest(row, interest, left=unplaced - kept, ahead=ahead, last=index == last)
            due = rows[index].due
            ahead += row.ahead_minor - _less_than_level(rows[index], ahead=ahead)
            attributed += due.interest_minor
            unplaced -= due.principal_minor
        if not rows[index].settled_on:
            earnings.plan(max(row.due_on, caught_up_on), principal_minor=rows[index].still_open.principal_minor)
    return replace(position, rows=tuple(rows))


def _rest_day(rows: Sequence[Row], *, on: date, terms: InterestTerms) -> date:
    """Return the day from which everything due is taken as paid: until then overdue principal earns."""
    if terms.overdue is OverdueInterest.UNTIL_PAID:
        return on
    return next((row.due_on for row in rows if row.is_regular and row.opened_on < on <= row.due_on), on)


def _until(row: Row, *, on: date, terms: InterestTerms) -> date:
    if on <= row.opened_on:
        return row.opened_on
    return row.due_on if terms.until is InterestUntil.DUE_DATE else on


def _with_interest(row: Row, interest: int, *, left: int, ahead: int, last: bool) -> Row:
    """Return a row with its interest, its instalment made up with principal, less what was paid ahead of it."""
    interest = max(interest, row.paid.interest_minor + row.waived.interest_minor)
    level = max(row.level_minor - interest - ahead, row.paid.principal_minor, 0)
    due = Parts(left if last else min(level, left), interest, row.due.fee_minor, row.due.penalty_minor)
    return row if due == row.due else replace(row, due=due)


def _less_than_level(row: Row, *, ahead: int) -> int:
    """Return how much of what was paid ahead a row has been spared."""
    return min(max(row.level_minor - row.due.interest_minor - row.due.principal_minor, 0), ahead)


def _kept(row: Row) -> int:
    """Return the principal that a row keeps whatever happens: what was paid of it, or settled with it."""
    return row.due.principal_minor if row.settled_on else row.paid.principal_minor
