"""The amortisation table: the schedule's rows with each period's opening and closing balance, for a reader to check."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from bnpl_plugin.credit.amortisation.build import build_schedule, columns_in_minor_units
from bnpl_plugin.credit.terms import LoanTerms


class TableRow(NamedTuple):
    """One period; all sums in minor units.

    In every row opening + drawn + earned - principal - interest = closing.

    Attributes:
        number: of the schedule's row.
        due_on: its date.
        opening_minor: owed at the period's start: principal, and interest that was earned and not paid.
        drawn_minor: drawn later than the first day, up to and on the due date.
        earned_minor: the period's interest.
        principal_minor, interest_minor, fee_minor: what the row pays.
        closing_minor: owed when the row is paid.
    """

    number: int
    due_on: date
    opening_minor: int
    drawn_minor: int
    earned_minor: int
    principal_minor: int
    interest_minor: int
    fee_minor: int
    closing_minor: int

    @property
    def instalment_minor(self) -> int:
        """What the row pays of principal and interest."""
        return self.principal_minor + self.interest_minor

    @property
    def repaid_minor(self) -> int:
        """By how much the row and its period lower what is owed; below zero while interest is not covered."""
        return self.instalment_minor - self.earned_minor


def amortisation_table(terms: LoanTerms) -> tuple[TableRow, ...]:
    """Return the working of the terms' schedule, one row for each of its rows.

    Args:
        terms: what was agreed.
    """
    schedule = build_schedule(terms)
    earnings = columns_in_minor_units(terms, dates=terms.due_dates).earnings
    besides = len(schedule.instalments) - terms.count  # a row on the drawdown's day earns nothing
    left, table = terms.principal.minor, []
    before = terms.drawdown_on
    for row, earned in zip(schedule.instalments, (*(0,) * besides, *earnings), strict=True):
        first = row.number == besides + 1
        drawn = sum(
            minor
            for day, minor in schedule.later_drawdowns
            if before < day <= row.due_on or (first and day == terms.drawdown_on)
        )
        closing = left + drawn + earned - row.principal_minor - row.interest_minor
        paid = (row.principal_minor, row.interest_minor, row.fee_minor)
        table.append(TableRow(row.number, row.due_on, left, drawn, earned, *paid, closing))
        left, before = closing, row.due_on
    return tuple(table)
