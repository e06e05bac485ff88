"""Interest given back with goods that were given back: what the refunded principal has earned so far."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bnpl_plugin.credit.servicing.interest.balance import Movement, movements, stretch_interest
from bnpl_plugin.credit.servicing.interest.terms import InterestTerms
from bnpl_plugin.credit.servicing.position.loan import LoanPosition
from bnpl_plugin.errors import InvalidInput


def interest_refund_minor(position: LoanPosition, *, on: date, refunded_minor: int, terms: InterestTerms) -> int:
    """Return the interest that goes back with a merchant refund.

    It is the interest that the refunded principal has earned from its drawdown to the day: what the balance has earned
    less what it would have earned had only the rest been drawn. Everything refunded returns all interest earned.

    Args:
        position: the loan with its payments, before the refund.
        on: the day of the refund.
        refunded_minor: the price given back, 1 or more.
        terms: of its interest.

    Raises:
        InvalidInput: nothing is refunded.
    """
    if type(refunded_minor) is not int or refunded_minor < 1:
        raise InvalidInput(field="refunded_minor", fault=f"is {refunded_minor!r}", accepted="1 or more")
    moved = [(day, change) for day, change in movements(position) if day <= on]
    without = max(sum(change for _, change in moved if change > 0) - refunded_minor, 0)
    whole = stretch_interest(moved, until=on, terms=terms)
    return whole - stretch_interest(_smaller(moved, drawn_minor=without), until=on, terms=terms)


def _smaller(moved: Sequence[Movement], *, drawn_minor: int) -> list[Movement]:
    """Return the movements of a loan of which only so much had been drawn, the first drawdowns first."""
    left, told = drawn_minor, []
    for day, change in moved:
        kept = min(change, left) if change > 0 else change
        left -= max(kept, 0)
        told.append((day, kept))
    return told
