"""What a received amount pays: the oldest due date first, and in it fee, interest, principal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bnpl_plugin.credit.schedule import Instalment
from bnpl_plugin.credit.servicing.money_in.allocation import Allocation
from bnpl_plugin.credit.servicing.parts import Component, Parts
from bnpl_plugin.credit.servicing.policy import AllocationRule, FutureRule
from bnpl_plugin.credit.servicing.position.row import Row
from bnpl_plugin.errors import InvalidInput


class Part(StrEnum):
    """The parts of an instalment."""

    FEE = "fee"
    INTEREST = "interest"
    PRINCIPAL = "principal"


FEE_FIRST = (Part.FEE, Part.INTEREST, Part.PRINCIPAL)
"""The house's order within one instalment."""


@dataclass(frozen=True, slots=True)
class Allocated:
    """What a payment pays of one instalment, in minor units."""

    number: int
    principal_minor: int
    interest_minor: int
    fee_minor: int

    @property
    def total_minor(self) -> int:
        """All three parts."""
        return self.principal_minor + self.interest_minor + self.fee_minor


def allocate_repayment(
    received_minor: int, *, still_open: Iterable[Instalment], order: tuple[Part, ...] = FEE_FIRST
) -> tuple[Allocated, ...]:
    """Allocate a received amount over what is still open.

    Rows are paid by due date, so past due comes before due, and due before in advance; a row is paid in full before
    the next one gets anything.

    Args:
        received_minor: minor units, 1 or more, at most everything open.
        still_open: the rows with what is left of their parts, in any order.
        order: which part of a row is paid first; each part once.

    Returns:
        One allocation for each row that got something, by due date; they sum to the received amount.

    Raises:
        InvalidInput: nothing received, or more than is open.
    """
    rows = sorted(still_open, key=lambda row: (row.due_on, row.number))
    owed = sum(row.total_minor for row in rows)
    if type(received_minor) is not int or not 1 <= received_minor <= owed:
        raise InvalidInput(field="received_minor", fault=f"is {received_minor!r}", accepted=f"1 to {owed}")
    if sorted(order) != sorted(Part):
        raise InvalidInput(field="order", fault=f"is {order}", accepted="fee, interest and principal once each")
    components = tuple(Component(part.value) for part in order)
    way = Allocation([_open_row(row) for row in rows], amount_minor=received_minor, on=date.max)
    way.run(AllocationRule(components=(*components, Component.PENALTY)), future=FutureRule.NEXT)
    return tuple(
        Allocated(row.number, paid.paid.principal_minor, paid.paid.interest_minor, paid.paid.fee_minor)
        for row, paid in zip(rows, way.rows, strict=True)
        if not paid.paid.is_nothing
    )


def _open_row(row: Instalment) -> Row:
    due = Parts(row.principal_minor, row.interest_minor, row.fee_minor)
    return Row(opened_on=row.due_on, due_on=row.due_on, due=due)
