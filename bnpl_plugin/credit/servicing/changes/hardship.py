"""Forbearance: due dates moved, holidays, longer terms, re-ageing, re-amortising, a pause of interest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from bnpl_plugin.credit.calendar import Period, due_date
from bnpl_plugin.credit.servicing.changes.shares import rounded_to, shares, with_principal
from bnpl_plugin.credit.servicing.events import (
    DueDateMoved,
    InterestPaused,
    PaymentHoliday,
    RateChanged,
    ReAged,
    ReAmortised,
    TermExtended,
)
from bnpl_plugin.credit.servicing.interest.standing import caught_up, levelled, rate_changed
from bnpl_plugin.credit.servicing.parts import Parts
from bnpl_plugin.credit.servicing.policy import ServicingPolicy
from bnpl_plugin.credit.servicing.position.loan import LoanPosition
from bnpl_plugin.credit.servicing.position.row import Row, RowKind
from bnpl_plugin.credit.servicing.position.transaction import TransactionKind
from bnpl_plugin.errors import InvalidInput
from bnpl_plugin.money import Rounding, divide


def move_due_date(position: LoanPosition, event: DueDateMoved, *, policy: ServicingPolicy) -> LoanPosition:
    """Return the position with a due date moved and every later one following in the policy's rhythm.

    Raises:
        InvalidInput: no instalment is due on the date, or the new date is not after the row before it or the drawdown.
    """
    index = _regular_row(position.rows, due_on=event.due_on)
    before = position.rows[index - 1].due_on if index else position.drawdowns[0].on
    if event.to <= before:
        raise InvalidInput(field="to", fault=f"is {event.to}", accepted=f"after {before}")
    return caught_up(_follow(position, index=index, to=event.to, period=policy.period), on=event.on, policy=policy)


def take_holiday(position: LoanPosition, event: PaymentHoliday, *, policy: ServicingPolicy) -> LoanPosition:
    """Return the position with the rows from a due date on all due some periods later."""
    index = _regular_row(position.rows, due_on=event.due_on)
    to = due_date(event.due_on, period=policy.period, periods=event.count)
    return caught_up(_follow(position, index=index, to=to, period=policy.period), on=event.on, policy=policy)


def extend_term(position: LoanPosition, event: TermExtended, *, policy: ServicingPolicy) -> LoanPosition:
    """Return the position with rows added and the principal from a due date on levelled over them."""
    index = _regular_row(position.rows, due_on=event.due_on)
    later = [place for place, row in enumerate(position.rows) if place >= index and row.is_regular]
    rows, end = list(position.rows), later[-1]
    last = rows[end]
    for extra in range(1, event.rows + 1):
        to = due_date(last.due_on, period=policy.period, periods=extra)
        rows.insert(end + extra, Row(opened_on=rows[end + extra - 1].due_on, due_on=to, kind=last.kind))
        later.append(end + extra)
    whole = sum(rows[place].due.principal_minor for place in later)
    level = shares(whole, count=len(later), multiple_minor=policy.multiple_minor)[0]
    rows = with_principal(rows, later, level=level, left=whole, on=event.on)
    after = _reopened(replace(position, rows=tuple(rows)))
    if policy.interest is not None:
        after = levelled(after, from_row=index, on=event.on, policy=policy)
    return caught_up(after, on=event.on, policy=policy)


def change_rate(position: LoanPosition, event: RateChanged, *, policy: ServicingPolicy) -> LoanPosition:
    """Return the position with interest earned at another rate from a row on.

    Interest that the schedule fixes changes in proportion to the rate, half to even, never below what was paid of it.

    Raises:
        InvalidInput: the rate is no fraction of 0 to 9.99, or the loan bears no interest.
    """
    index, rate = _regular_row(position.rows, due_on=event.due_on), event.annual_rate
    if type(rate) is not Decimal or not rate.is_finite() or not 0 <= rate <= Decimal("9.99"):
        raise InvalidInput(field="annual_rate", fault=f"is {rate!r}", accepted="a Decimal fraction, 0 to 9.99")
    if policy.interest is not None:
        return rate_changed(position, from_row=index, annual_rate=rate, on=event.on, policy=policy)
    if policy.fixed_rate is None:
        raise InvalidInput(field="annual_rate", fault="is changed", accepted="a loan whose policy knows its rate")
    (over, under), (was_over, was_under) = rate.as_integer_ratio(), policy.fixed_rate.as_integer_ratio()
    rows = list(position.rows)
    for place in range(index, len(rows)):
        row = rows[place]
        agreed = row.due.interest_minor
        newly = divide(agreed * over * was_under, by=under * was_over, rounding=Rounding.HALF_EVEN)
        newly = max(newly, agreed - row.still_open.interest_minor)
        rows[place] = row.owe(Parts(interest_minor=newly - agreed), on=event.on)
    return replace(position, rows=tuple(rows))


def re_age(position: LoanPosition, event: ReAged, *, policy: ServicingPolicy) -> LoanPosition:
    """Return the position with all open principal in new equal rows; fees, penalties and interest stay in theirs.

    Interest that follows the balance has not been earned by rows still to come: such a row of nothing else falls away.

    Raises:
        InvalidInput: the first new due date is not after the drawdown.
    """
    drawn_on = position.drawdowns[0].on
    if event.first_due_on <= drawn_on:
        raise InvalidInput(field="first_due_on", fault=f"is {event.first_due_on}", accepted=f"after {drawn_on}")
    moved = position.still_open.principal_minor
    follows = policy.interest is not None
    kept = [_without_open_principal(row, on=event.on) for row in position.rows]
    if follows:
        kept = [
            replace(row, level_minor=0, ahead_minor=0)
            for row in kept
            if row.due_on <= event.on or not _bears_only_interest(row)
        ]
    # a row added for a charge ends no period of interest that follows the balance
    earlier = [row for row in kept if row.due_on <= event.first_due_on and (row.is_regular or not follows)]
    parts = shares(moved, count=event.count, multiple_minor=policy.multiple_minor)
    new_rows = _new_rows(event, parts=parts, opened_on=max((row.due_on for row in earlier), default=drawn_on))
    told = [*((row, False) for row in kept), *((row, True) for row in new_rows)]
    told.sort(key=lambda row_and_new: row_and_new[0].due_on)
    after = replace(position, rows=tuple(row for row, _ in told))
    if follows:
        places = [index for index, (_, new) in enumerate(told) if new]
        after = levelled(_reopened(after), from_row=places[0], only=places, on=event.on, policy=policy)
        after = caught_up(after, on=event.on, policy=policy)
    return after.told(
        TransactionKind.RE_AGE,
        event_id=event.id,
        on=event.on,
        amount_minor=moved,
        parts=Parts(principal_minor=moved),
    )


def re_amortise(position: LoanPosition, event: ReAmortised, *, policy: ServicingPolicy) -> LoanPosition:
    """Return the position with overdue principal moved evenly to the instalments that are not yet due.

    Raises:
        InvalidInput: no instalment is still to come.
    """
    rows = list(position.rows)
    later = [index for index, row in enumerate(rows) if row.kind is RowKind.INSTALMENT and row.due_on > event.on]
    if not later:
        raise InvalidInput(field="on", fault=f"is {event.on}, after every due date", accepted="an earlier day")
    moved = 0
    for index, row in enumerate(rows):
        if row.due_on <= event.on:
            overdue = row.still_open.principal_minor
            rows[index] = _without_open_principal(row, on=event.on)
            moved += overdue
    share = divide(moved, by=len(later), rounding=Rounding.HALF_EVEN)
    share = rounded_to(share, multiple_minor=policy.multiple_minor)
    left = moved
    for index in later:
        added = left if index == later[-1] else min(share, left)
        later_row = rows[index].owe(Parts(principal_minor=added), on=event.on)
        rows[index] = replace(later_row, level_minor=later_row.level_minor + added)
        left -= added
    after = caught_up(replace(position, rows=tuple(rows)), on=event.on, policy=policy)
    return after.told(
        TransactionKind.RE_AMORTISE,
        event_id=event.id,
        on=event.on,
        amount_minor=moved,
        parts=Parts(principal_minor=moved),
    )


def pause_interest(position: LoanPosition, event: InterestPaused, *, policy: ServicingPolicy) -> LoanPosition:
    """Return the position in which no interest is earned between two days.

    Raises:
        InvalidInput: the pause ends before it begins, or the schedule's interest is fixed.
    """
    if event.until < event.on:
        raise InvalidInput(field="until", fault=f"is {event.until}", accepted=f"{event.on} or later")
    if policy.interest is None and position.due.interest_minor:
        raise InvalidInput(field="interest", fault="is fixed", accepted="a loan whose interest is found anew")
    paused = (*position.interest_paused, (event.on, event.until))
    return caught_up(replace(position, interest_paused=paused), on=event.on, policy=policy)


def _regular_row(rows: tuple[Row, ...], *, due_on: date) -> int:
    for index, row in enumerate(rows):
        if row.is_regular and row.due_on == due_on:
            return index
    dates = ", ".join(str(row.due_on) for row in rows if row.is_regular)
    raise InvalidInput(field="due_on", fault=f"is {due_on}", accepted=f"one of {dates}")


def _new_rows(event: ReAged, *, parts: Sequence[int], opened_on: date) -> list[Row]:
    """Return the rows of a re-ageing, one for each part of the principal."""
    rows: list[Row] = []
    for place, share in enumerate(parts):
        due_on = due_date(event.first_due_on, period=event.period, periods=place)
        rows.append(Row(opened_on=opened_on, due_on=due_on, kind=RowKind.RE_AGED, due=Parts(principal_minor=share)))
        opened_on = due_on
    return rows


def _bears_only_interest(row: Row) -> bool:
    beside = (row.due._replace(interest_minor=0), row.paid, row.waived, row.written_off, row.brought_back)
    return row.is_regular and not any(map(any, beside))


def _without_open_principal(row: Row, *, on: date) -> Row:
    """Return a row whose open principal has moved elsewhere; its cost stays."""
    moved = row.still_open.principal_minor
    return replace(row.owe(Parts(principal_minor=-moved), on=on), level_minor=0) if moved else row


def _follow(position: LoanPosition, *, index: int, to: date, period: Period) -> LoanPosition:
    rows, step = list(position.rows), 0
    for place in range(index, len(rows)):
        if rows[place].is_regular:
            rows[place] = replace(rows[place], due_on=due_date(to, period=period, periods=step))
            step += 1
    return _reopened(replace(position, rows=tuple(rows)))


def _reopened(position: LoanPosition) -> LoanPosition:
    """Let each row begin where the regular one before it ends, and an added row not be due before any."""
    rows, before = list(position.rows), position.drawdowns[0].on
    last: date | None = None
    for index, row in enumerate(rows):
        if row.is_regular:
            rows[index] = replace(row, opened_on=before)
        elif row.kind is RowKind.ADDED and last is not None:
            rows[index] = replace(row, opened_on=last, due_on=max(row.due_on, last))
        if row.kind is not RowKind.DOWN_PAYMENT:
            last = rows[index].due_on
            before = last if row.is_regular else before
    return replace(position, rows=tuple(rows))
