"""The position of a loan on a day: its rows, its transactions, what is overpaid, and how it stands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from bnpl_plugin.credit.schedule import Instalment
from bnpl_plugin.credit.servicing.parts import NOTHING, Component, Parts, total
from bnpl_plugin.credit.servicing.position.charge import LaidCharge
from bnpl_plugin.credit.servicing.position.row import Row
from bnpl_plugin.credit.servicing.position.transaction import Transaction, TransactionKind


class Standing(StrEnum):
    """How a loan stands."""

    ACTIVE = "active"
    SETTLED = "settled"
    OVERPAID = "overpaid"
    CHARGED_OFF = "charged_off"
    WRITTEN_OFF = "written_off"


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnDown:
    """One drawdown as it stands: the rows from `before_row` on came after it.

    Attributes:
        event_id: the event, "" for the one that the schedule was agreed with.
        on: the day the principal became owed.
        amount_minor: how much.
        before_row: index of the first row that stands behind it.
    """

    event_id: str
    on: date
    amount_minor: int
    before_row: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanPosition:
    """Everything that is known of a running loan, made by `replay`.

    Attributes:
        currency: ISO 4217 code of every number.
        rows: by due date.
        drawdowns: in the order of their days.
        charges: all that were laid.
        transactions: in the order of the replay.
        overpaid_minor: received and not owed; it belongs to the shopper.
        accrued: cost already recognised as earned.
        price_returned_minor: what the shop has given back of the price.
        cost_returned_minor: what has been given back of the cost with it.
        charged_off: whether it has been given up as an asset; it is still owed.
        interest_paused: stretches (from, to] in which no interest is earned.
        rates: nominal rates that were changed, each with the day it holds from.
    """

    currency: str
    rows: tuple[Row, ...]
    drawdowns: tuple[DrawnDown, ...] = ()
    charges: tuple[LaidCharge, ...] = ()
    transactions: tuple[Transaction, ...] = ()
    overpaid_minor: int = 0
    accrued: Parts = NOTHING
    price_returned_minor: int = 0
    cost_returned_minor: int = 0
    charged_off: bool = False
    interest_paused: tuple[tuple[date, date], ...] = ()
    rates: tuple[tuple[date, Decimal], ...] = ()

    @property
    def drawn_minor(self) -> int:
        """All principal that was ever drawn."""
        return sum(drawn.amount_minor for drawn in self.drawdowns)

    @property
    def due(self) -> Parts:
        """The sum of all rows: due."""
        return total(row.due for row in self.rows)

    @property
    def paid(self) -> Parts:
        """The sum of all rows: paid."""
        return total(row.paid for row in self.rows)

    @property
    def waived(self) -> Parts:
        """The sum of all rows: waived."""
        return total(row.waived for row in self.rows)

    @property
    def still_open(self) -> Parts:
        """The sum of all rows: still open."""
        return total(row.still_open for row in self.rows)

    @property
    def outstanding_minor(self) -> int:
        """Everything still owed."""
        return self.still_open.total_minor

    @property
    def standing(self) -> Standing:
        """How the loan stands."""
        if any(not row.written_off.is_nothing for row in self.rows):
            return Standing.WRITTEN_OFF
        if self.outstanding_minor:
            return Standing.CHARGED_OFF if self.charged_off else Standing.ACTIVE
        return Standing.OVERPAID if self.overpaid_minor else Standing.SETTLED

    @property
    def open_instalments(self) -> tuple[Instalment, ...]:
        """What is left of each row, as instalments; penalties stand among the fees."""
        return tuple(
            Instalment(
                number, row.due_on, left.principal_minor, left.interest_minor, left.fee_minor + left.penalty_minor
            )
            for number, row in enumerate(self.rows, start=1)
            if not (left := row.still_open).is_nothing
        )

    def balances_minor(self) -> tuple[int, ...]:
        """Return the principal that is still to fall due after each row, if every row is paid as it stands."""
        left, told, coming = 0, [], list(self.drawdowns)
        for index, row in enumerate(self.rows):
            while coming and coming[0].before_row <= index:
                left += coming.pop(0).amount_minor
            left += row.brought_back.principal_minor - row.due.principal_minor
            told.append(max(left, 0))
        return tuple(told)

    def with_row(self, index: int, row: Row) -> LoanPosition:
        """Return the position with one row in place of another."""
        return replace(self, rows=(*self.rows[:index], row, *self.rows[index + 1 :]))

    def told(
        self,
        kind: TransactionKind,
        *,
        event_id: str,
        on: date,
        amount_minor: int,
        parts: Parts = NOTHING,
        overpayment_minor: int = 0,
        absorbed: Parts = NOTHING,
        of: str = "",
    ) -> LoanPosition:
        """Return the position with a transaction added."""
        done = Transaction(
            event_id=event_id,
            kind=kind,
            on=on,
            amount_minor=amount_minor,
            parts=parts,
            overpayment_minor=overpayment_minor,
            absorbed=absorbed,
            of=of,
        )
        return replace(self, transactions=(*self.transactions, done))

    def due_charges_minor(self, component: Component, *, on: date) -> int:
        """Return what is unpaid of the fees or penalties whose own date has come."""
        laid = sum(
            charge.amount_minor
            for charge in self.charges
            if charge.component is component and charge.due_on <= on and not charge.waived
        )
        return max(laid - self.paid.of(component), 0)
