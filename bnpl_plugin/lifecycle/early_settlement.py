"""The shopper pays before the date: the next instalment, or everything that is left with the lawful cost reduction."""

from __future__ import annotations

from dataclasses import dataclass

from bnpl_plugin.credit.schedule import Instalment, Schedule
from bnpl_plugin.credit.servicing.early_settlement import settlement_figure
from bnpl_plugin.errors import InvalidInput, NotYours, StateMoved
from bnpl_plugin.lifecycle import collection
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.ports.records import Attempt, InstalmentRow
from bnpl_plugin.ports.store import LoanBook


@dataclass(frozen=True, slots=True)
class Figure:
    """What paying early costs today, in minor units of the loan's currency.

    ``waived`` maps instalment → cost dropped.
    """

    rows: tuple[InstalmentRow, ...]
    payable_minor: int
    waived_minor: int
    waived: dict[int, int]


def figure(house: House, *, book: LoanBook, everything: bool) -> Figure:
    """Return the sum for the next instalment, or for closing the loan today.

    Raises ``InvalidInput`` when nothing is open.
    """
    rows = tuple(row for row in book.instalments if row.state in collection.OPEN)
    if not rows:
        raise InvalidInput(field="loan", fault="has nothing open", accepted="a loan with open instalments")
    if not everything:
        rows = rows[:1]
    waived = _waived(house, book, rows) if everything else {}
    gross = sum(r.principal_minor + r.interest_minor + r.fee_minor for r in rows)
    dropped = sum(waived.values())
    return Figure(rows, gross - dropped, dropped, waived)


def pay(house: House, *, loan_id: str, shopper_id: str, everything: bool, expected_minor: int) -> Attempt:
    """Charge the saved card now for the next instalment or for all.

    ``expected_minor`` is the sum that the shopper was shown.

    Raises ``NotYours``, ``StateMoved`` (a payment is under way, or the sum has changed), ``InvalidInput``.
    """
    book = house.store.loan_book(loan_id)
    if book is None or book.loan.shopper_id != shopper_id or book.method is None:
        raise NotYours
    if any(row.state == "collecting" for row in book.instalments):
        raise StateMoved(guard="state")
    now = figure(house, book=book, everything=everything)
    if now.payable_minor != expected_minor:
        raise StateMoved(guard="state")
    attempt = collection.start(house, book, rows=now.rows, purpose="early", waived=now.waived)
    if attempt is None:
        raise StateMoved(guard="state")
    collection.send(house, attempt=attempt)
    return house.store.attempt(attempt.attempt_id) or attempt


def _waived(house: House, book: LoanBook, rows: tuple[InstalmentRow, ...]) -> dict[int, int]:
    """The cost that each open instalment loses if the loan is closed today."""
    loan = book.loan
    parts = {row.number: _part(row) for row in book.instalments}
    schedule = Schedule(
        currency=loan.currency,
        drawdown_on=loan.drawdown_on,
        principal_minor=loan.principal_minor,
        instalments=tuple(parts.values()),
    )
    today = house.today(loan.time_zone)
    dropped = {}
    for row in rows:
        alone = settlement_figure(schedule, still_open=(parts[row.number],), on=today)
        dropped[row.number] = alone.waived_interest_minor + alone.waived_fee_minor
    return {number: minor for number, minor in dropped.items() if minor}


def _part(row: InstalmentRow) -> Instalment:
    return Instalment(
        number=row.number,
        due_on=row.due_on,
        principal_minor=row.principal_minor,
        interest_minor=row.interest_minor,
        fee_minor=row.fee_minor,
    )
