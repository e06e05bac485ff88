"""The shopper pays before the date: the next instalment, or everything that is left with the lawful cost reduction."""

from __future__ import annotations

from dataclasses import dataclass

from bnpl_plugin.credit.servicing.early_settlement import dropped_by_row, settlement_figure
from bnpl_plugin.credit.servicing.parts import total
from bnpl_plugin.errors import InvalidInput, NotYours, StateMoved
from bnpl_plugin.lifecycle import collection, owing
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
    waived = _dropped(house, book, rows) if everything else {}
    asked = total(owing.asked(row, dropped_minor=waived.get(row.number, 0)) for row in rows)
    return Figure(rows, asked.total_minor, sum(waived.values()), waived)


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


def _dropped(house: House, book: LoanBook, rows: tuple[InstalmentRow, ...]) -> dict[int, int]:
    """The cost that each open instalment loses if the loan is closed today, as the country's law lowers it."""
    still_open = [owing.agreed(row) for row in rows]
    law = house.country(book.loan.country)
    on = house.today(book.loan.time_zone)
    found = settlement_figure(owing.schedule_of(book), still_open=still_open, on=on, policy=law.settlement)
    return {number: cost.total_minor for number, cost in dropped_by_row(found, still_open=still_open).items()}
