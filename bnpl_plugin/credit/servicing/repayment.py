"""What a received amount pays: the oldest due date first, and in it fee, interest, principal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from bnpl_plugin.credit.schedule import Instalment
from bnpl_plugin.errors import InvalidInput


class Part(StrEnum):
    """The parts of an instalment."""

    FEE = "fee"
    INTEREST = "interest"
    PRINCIPAL = "principal"


FEE_FIRST = (Part.FEE, Part.INTEREST, Part.PRINCIPAL)
"""The house's order within one instalment."""


@dataclass(frozen=True, slots=True)
class Allocation:
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
) -> tuple[Allocation, ...]:
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
    left, paid = received_minor, []
    for row in rows:
        open_parts = {Part.FEE: row.fee_minor, Part.INTEREST: row.interest_minor, Part.PRINCIPAL: row.principal_minor}
        taken = dict.fromkeys(Part, 0)
        for part in order:
            taken[part] = min(left, open_parts[part])
            left -= taken[part]
        if any(taken.values()):
            paid.append(Allocation(row.number, taken[Part.PRINCIPAL], taken[Part.INTEREST], taken[Part.FEE]))
        if not left:
            break
    return tuple(paid)
