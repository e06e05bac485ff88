"""A further drawdown enters a running loan: its down payment on its day, the rest over the rows to come."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from bnpl_plugin.credit.servicing.changes.shares import rounded_to, shares, with_principal
from bnpl_plugin.credit.servicing.events import Drawdown
from bnpl_plugin.credit.servicing.interest.standing import caught_up, levelled
from bnpl_plugin.credit.servicing.money_in.receipt import use_overpayment
from bnpl_plugin.credit.servicing.parts import Parts
from bnpl_plugin.credit.servicing.policy import DrawdownSpread, ServicingPolicy
from bnpl_plugin.credit.servicing.position.loan import DrawnDown, LoanPosition
from bnpl_plugin.credit.servicing.position.row import Row, RowKind
from bnpl_plugin.credit.servicing.position.transaction import TransactionKind
from bnpl_plugin.errors import InvalidInput
from bnpl_plugin.money import Rounding, divide


def draw_down(position: LoanPosition, event: Drawdown, *, policy: ServicingPolicy) -> LoanPosition:
    """Return the position after more principal was drawn.

    Raises:
        InvalidInput: every due date has passed, so that no row is left to repay it in.
    """
    on, amount = event.on, event.amount_minor
    down = down_payment_minor(amount, share=policy.down_payment_share, multiple_minor=policy.multiple_minor)
    place = _place(position.rows, on=on, spread=policy.spread)
    rows = list(position.rows)
    if down:
        paid_now = Row(opened_on=on, due_on=on, kind=RowKind.DOWN_PAYMENT, due=Parts(principal_minor=down))
        while place < len(rows) and rows[place].kind is RowKind.DOWN_PAYMENT and rows[place].due_on == on:
            place += 1
        rows.insert(place, paid_now)
    drawn = DrawnDown(event_id=event.id, on=on, amount_minor=amount, before_row=_first_of_day(rows, place, on=on))
    drawdowns = tuple(
        replace(before, before_row=before.before_row + (1 if down and before.before_row > place else 0))
        for before in position.drawdowns
    )
    after = replace(position, rows=tuple(rows), drawdowns=(*drawdowns, drawn))
    first = place + 1 if down else place
    if policy.interest is not None:
        after = levelled(after, amount_minor=amount - down, from_row=first, on=on, policy=policy)
    else:
        after = _spread(after, amount - down, from_row=first, on=on, policy=policy)
    after = use_overpayment(after, on=on, policy=policy)
    after = after.told(
        TransactionKind.DRAWDOWN,
        event_id=event.id,
        on=on,
        amount_minor=amount,
        overpayment_minor=position.overpaid_minor - after.overpaid_minor,
    )
    return caught_up(after, on=on, policy=policy)


def down_payment_minor(amount_minor: int, *, share: Decimal, multiple_minor: int) -> int:
    """Return the down payment of a drawdown: its share, rounded half to even to the multiple.

    >>> down_payment_minor(75000, share=Decimal("0.25"), multiple_minor=100)
    18800
    """
    over, under = share.as_integer_ratio()
    exact_minor = divide(amount_minor * over, by=under, rounding=Rounding.HALF_EVEN)
    return min(rounded_to(exact_minor, multiple_minor=multiple_minor), amount_minor)


def open_down_payment_minor(position: LoanPosition, *, drawdown_id: str) -> int:
    """Return what is still open of a drawdown's down payment: what there is to take from the shopper on its day.

    Args:
        position: the loan after the drawdown.
        drawdown_id: the drawdown's event, "" for the one that the schedule was agreed with.
    """
    drawn = [drawdown.event_id for drawdown in position.drawdowns]
    down = [row for row in position.rows if row.kind is RowKind.DOWN_PAYMENT]
    if drawdown_id not in drawn or drawn.index(drawdown_id) >= len(down):
        return 0
    return down[drawn.index(drawdown_id)].outstanding_minor


def _place(rows: tuple[Row, ...], *, on: date, spread: DrawdownSpread) -> int:
    """Return where rows that come after the drawdown begin; a row of its own day stays before it if it stays at all."""
    for index, row in enumerate(rows):
        if row.due_on > on or (row.due_on == on and row.is_regular and spread is DrawdownSpread.LEVEL_ANEW):
            return index
    return len(rows)


def _first_of_day(rows: list[Row], place: int, *, on: date) -> int:
    """Return the index of the first down payment of the day: drawdowns of one day are told before them all."""
    while place > 0 and rows[place - 1].kind is RowKind.DOWN_PAYMENT and rows[place - 1].due_on == on:
        place -= 1
    return place


def _spread(
    position: LoanPosition, amount_minor: int, *, from_row: int, on: date, policy: ServicingPolicy
) -> LoanPosition:
    rows = list(position.rows)
    later = [index for index, row in enumerate(rows) if index >= from_row and row.is_regular]
    if not later:
        accepted = "a drawdown before the last due date"
        raise InvalidInput(field="on", fault=f"is {on}, after every due date", accepted=accepted)
    if policy.spread is DrawdownSpread.LEVEL_ANEW:
        return _level_anew(position, amount_minor, later=later, on=on, multiple_minor=policy.multiple_minor)
    more = divide(amount_minor, by=len(later), rounding=Rounding.HALF_EVEN)
    left = amount_minor
    for index in later:
        before = rows[index].due.principal_minor
        added = rounded_to(before + more, multiple_minor=policy.multiple_minor) - before
        added = left if index == later[-1] else min(max(added, 0), left)
        rows[index] = rows[index].owe(Parts(principal_minor=added), on=on)
        left -= added
    return replace(position, rows=tuple(rows))


def _level_anew(
    position: LoanPosition, amount_minor: int, *, later: list[int], on: date, multiple_minor: int
) -> LoanPosition:
    rows = list(position.rows)
    regular = [index for index, row in enumerate(rows) if row.is_regular]
    whole = sum(rows[index].due.principal_minor for index in regular) + amount_minor
    level = shares(whole, count=len(regular), multiple_minor=multiple_minor)[0]
    left = whole - sum(rows[index].due.principal_minor for index in regular if index not in later)
    return replace(position, rows=tuple(with_principal(rows, later, level=level, left=left, on=on)))
