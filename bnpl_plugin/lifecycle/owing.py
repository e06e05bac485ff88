"""What the instalments of a loan ask for, read out of the book into the terms of the mathematics of credit."""

from __future__ import annotations

from collections.abc import Iterable

from bnpl_plugin.credit.schedule import Instalment, Schedule
from bnpl_plugin.credit.servicing.parts import Parts, total
from bnpl_plugin.ports.records import InstalmentRow
from bnpl_plugin.ports.store import LoanBook


def agreed(row: InstalmentRow) -> Instalment:
    """Return an instalment as it was agreed."""
    return Instalment(row.number, row.due_on, row.principal_minor, row.interest_minor, row.fee_minor)


def asked(row: InstalmentRow, *, dropped_minor: int | None = None) -> Parts:
    """Return what an instalment asks for: its parts, less the cost that was dropped from it.

    ``dropped_minor`` is a cost about to be dropped, in minor units; without it what the book says was dropped.
    """
    parts = Parts(row.principal_minor, row.interest_minor, row.fee_minor)
    return parts.without_cost(row.waived_minor if dropped_minor is None else dropped_minor)


def asked_of(rows: Iterable[InstalmentRow]) -> Parts:
    """Return what instalments ask for together."""
    return total(asked(row) for row in rows)


def schedule_of(book: LoanBook) -> Schedule:
    """Return the schedule of a loan as it was agreed."""
    loan = book.loan
    rows = tuple(agreed(row) for row in book.instalments)
    return Schedule(loan.currency, loan.drawdown_on, loan.principal_minor, rows)
