"""Interest given back with goods that were given back: what the refunded principal has earned so far."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from bnpl_plugin.credit.servicing.account import LoanAccount
from bnpl_plugin.credit.servicing.interest.balance import movements, stretch_interest
from bnpl_plugin.credit.servicing.replay import replay
from bnpl_plugin.errors import InvalidInput


def interest_refund_minor(account: LoanAccount, *, on: date, refunded_minor: int) -> int:
    """Return the interest that goes back with a merchant refund.

    It is the interest that the refunded principal has earned from its drawdown to the day: in each stretch the part
    of the balance that would not have been owed without it. Everything refunded returns all interest earned.

    Args:
        account: the loan, with its payments.
        on: the day of the refund.
        refunded_minor: the price given back, 1 or more.

    Raises:
        InvalidInput: nothing is refunded, or the loan's interest does not follow its balance.
    """
    terms = account.policy.interest
    if terms is None:
        raise InvalidInput(field="account", fault="has fixed interest", accepted="interest that follows the balance")
    if type(refunded_minor) is not int or refunded_minor < 1:
        raise InvalidInput(field="refunded_minor", fault=f"is {refunded_minor!r}", accepted="1 or more")
    moved = movements(replay(replace(account, events=tuple(e for e in account.events if e.on <= on)), as_of=on))
    without = max(sum(change for day, change in moved if change > 0 and day <= on) - refunded_minor, 0)
    return stretch_interest(moved, until=on, terms=terms) - stretch_interest(
        _smaller(moved, drawn_minor=without), until=on, terms=terms
    )


def _smaller(moved: list[tuple[date, int]], *, drawn_minor: int) -> list[tuple[date, int]]:
    """Return the movements of a loan of which only so much had been drawn, the first drawdowns first."""
    left, told = drawn_minor, []
    for day, change in moved:
        if change > 0:
            kept = min(change, left)
            left -= kept
            told.append((day, kept))
        else:
            told.append((day, change))
    return told
