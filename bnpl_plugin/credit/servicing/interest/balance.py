"""The balance that earns: what was really owed up to a day, and from it on as if every row were paid when due."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise
from math import lcm

from bnpl_plugin.credit.day_count import DayCount, year_fraction
from bnpl_plugin.credit.servicing.interest.terms import InterestTerms, PaymentCounts
from bnpl_plugin.credit.servicing.position.loan import LoanPosition
from bnpl_plugin.credit.servicing.position.row import Row
from bnpl_plugin.credit.servicing.position.transaction import Transaction, TransactionKind
from bnpl_plugin.money import divide

Movement = tuple[date, int]

_ADDS = (
    TransactionKind.CHARGEBACK,
    TransactionKind.CREDIT_BALANCE_REFUND,
    TransactionKind.ADVANCE_REFUND,
)
_LEAVES = (TransactionKind.ACCRUAL, TransactionKind.RE_AGE, TransactionKind.RE_AMORTISE, TransactionKind.CHARGE_OFF)


def principal_change_minor(done: Transaction) -> int:
    """Return by how much a transaction changes the principal owed; a drawdown less what an overpayment paid of it."""
    if done.kind is TransactionKind.DRAWDOWN:
        return done.amount_minor - done.overpayment_minor
    if done.kind in _ADDS:
        return done.parts.principal_minor - done.absorbed.principal_minor
    return 0 if done.kind in _LEAVES else -done.parts.principal_minor


def movements(position: LoanPosition) -> list[Movement]:
    """Return how the principal owed has really moved, by day."""
    moved = [(done.on, principal_change_minor(done)) for done in position.transactions]
    return sorted((day, change) for day, change in moved if change)


def _rest(rows: Sequence[Row], day: date) -> date:
    """Return the due date of the row that a day lies in; after the last one the day itself."""
    return next((row.due_on for row in rows if row.is_regular and row.opened_on < day <= row.due_on), day)


class Earnings:
    """What a moving balance earns, stretch by stretch; short-lived and used once."""

    def __init__(self, position: LoanPosition, *, terms: InterestTerms) -> None:
        """Take the loan's movements so far."""
        moved = movements(position)
        if terms.payment_counts is PaymentCounts.FROM_DUE_DATE:
            moved = sorted((_rest(position.rows, day) if change < 0 else day, change) for day, change in moved)
        self._days: list[date] = []
        self._standing: list[int] = []
        for day, change in moved:
            self._days.append(day)
            self._standing.append((self._standing[-1] if self._standing else 0) + change)
        self._paused = position.interest_paused
        self._rates = position.rates
        self._terms = terms

    def plan(self, on: date, *, principal_minor: int) -> None:
        """Expect principal to be paid on a day."""
        if principal_minor:
            place = bisect_right(self._days, on)
            self._days.insert(place, on)
            self._standing.insert(place, self._standing[place - 1] if place else 0)
            for later in range(place, len(self._standing)):
                self._standing[later] -= principal_minor

    def during(self, row: Row, *, until: date) -> int:
        """Return what the balance earns in a row's period up to a day, each stretch rounded by itself."""
        start, end = row.opened_on, min(until, row.due_on)
        return sum(
            self._earned(row, start=begun, stop=stopped, balance=balance)
            for begun, stopped, balance in self._stretches(start, end)
            if balance > 0
        )

    def _stretches(self, start: date, end: date) -> Iterator[tuple[date, date, int]]:
        """Yield the stretches in which the balance stands still; nothing stands in a pause."""
        pauses = [day for pause in self._paused for day in pause]
        moves = self._days[bisect_right(self._days, start) : bisect_left(self._days, end)]
        cuts = [*moves, *(day for day in pauses if start < day < end)]
        begun, balance = start, self._standing_on(start)
        for day in sorted({*cuts, end}):
            then = self._standing_on(day)
            if day > begun and (then != balance or day == end):
                yield begun, day, balance
                begun, balance = day, then

    def _standing_on(self, day: date) -> int:
        if any(start <= day < until for start, until in self._paused):
            return 0
        place = bisect_right(self._days, day)
        return max(self._standing[place - 1], 0) if place else 0

    def _earned(self, row: Row, *, start: date, stop: date, balance: int) -> int:
        rate = next((rate for since, rate in reversed(self._rates) if since <= start), self._terms.annual_rate)
        over, under = rate.as_integer_ratio()
        part, whole = _fraction(self._terms.day_count, row=row, start=start, stop=stop)
        return divide(balance * over * part, by=under * whole, rounding=self._terms.rounding)


def stretch_interest(moved: Sequence[Movement], *, until: date, terms: InterestTerms) -> int:
    """Return what a moving balance earned up to a day, by the calendar alone; each stretch is rounded by itself.

    Args:
        moved: how the principal moved, in order of the days.
        until: the day.
        terms: rate, day count, rounding.
    """
    over, under = terms.annual_rate.as_integer_ratio()
    days = sorted({day for day, _ in moved if day < until} | {until})
    earned = balance = place = 0
    for start, stop in pairwise(days):
        while place < len(moved) and moved[place][0] <= start:
            balance += moved[place][1]
            place += 1
        part, whole = year_fraction(terms.day_count, start=start, end=stop)
        earned += divide(max(balance, 0) * over * part, by=under * whole, rounding=terms.rounding)
    return earned


def period_charges(rows: Sequence[Row], *, terms: InterestTerms) -> tuple[list[int], int]:
    """Return what one unit of principal earns in each row's whole period, as numerators over one denominator."""
    over, under = terms.annual_rate.as_integer_ratio()
    parts = [_fraction(terms.day_count, row=row, start=row.opened_on, stop=row.due_on) for row in rows]
    whole = lcm(*(denominator for _, denominator in parts))
    return [over * part * (whole // denominator) for part, denominator in parts], under * whole


def _fraction(convention: DayCount, *, row: Row, start: date, stop: date) -> tuple[int, int]:
    """Return the part of a year of a stretch inside a row's period."""
    length = (row.due_on - row.opened_on).days
    if convention is not DayCount.THIRTY_360_MONTHLY or not length:
        return year_fraction(convention, start=start, end=stop)
    over, under = year_fraction(convention, start=row.opened_on, end=row.due_on)
    return over * (stop - start).days, under * length
