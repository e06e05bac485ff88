"""The end that nobody wanted: charge-off, write-off, and what is recovered after it."""

from __future__ import annotations

from dataclasses import replace

from bnpl_plugin.credit.servicing.events import ChargedOff, Recovered, WrittenOff
from bnpl_plugin.credit.servicing.position.loan import LoanPosition, Standing
from bnpl_plugin.credit.servicing.position.transaction import TransactionKind
from bnpl_plugin.errors import InvalidInput


def charge_off(position: LoanPosition, event: ChargedOff) -> LoanPosition:
    """Return the position given up as an asset: everything open is told as lost, and is still owed.

    Raises:
        InvalidInput: it has been charged off before, so that the same loss would be told twice.
    """
    if position.charged_off:
        raise InvalidInput(field="events", fault=f"{event.id} charges off again", accepted="one charge-off")
    lost = position.still_open
    return replace(position, charged_off=True).told(
        TransactionKind.CHARGE_OFF, event_id=event.id, on=event.on, amount_minor=lost.total_minor, parts=lost
    )


def write_off(position: LoanPosition, event: WrittenOff) -> LoanPosition:
    """Return the position with everything open given up: nothing is owed any more."""
    lost = position.still_open
    rows = tuple(row.write_off(on=event.on) for row in position.rows)
    return replace(position, rows=rows).told(
        TransactionKind.WRITE_OFF, event_id=event.id, on=event.on, amount_minor=lost.total_minor, parts=lost
    )


def recover(position: LoanPosition, event: Recovered) -> LoanPosition:
    """Return the position after money came in on a debt that had been written off; no row is paid by it.

    Raises:
        InvalidInput: the loan was not written off, or more comes in than was.
    """
    lost = sum(row.written_off.total_minor for row in position.rows)
    back = sum(done.amount_minor for done in position.transactions if done.kind is TransactionKind.RECOVERY)
    if position.standing is not Standing.WRITTEN_OFF or event.amount_minor > lost - back:
        raise InvalidInput(
            field="amount_minor", fault=f"is {event.amount_minor}", accepted=f"1 to {lost - back} that was written off"
        )
    return position.told(TransactionKind.RECOVERY, event_id=event.id, on=event.on, amount_minor=event.amount_minor)
