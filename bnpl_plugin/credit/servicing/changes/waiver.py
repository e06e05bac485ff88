"""Cost given up: what is still open of interest, fees and penalties, the last row first."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from bnpl_plugin.credit.servicing.events import CostWaived
from bnpl_plugin.credit.servicing.interest.standing import caught_up
from bnpl_plugin.credit.servicing.parts import NOTHING, Component, Parts
from bnpl_plugin.credit.servicing.policy import ServicingPolicy
from bnpl_plugin.credit.servicing.position.loan import LoanPosition
from bnpl_plugin.credit.servicing.position.transaction import TransactionKind
from bnpl_plugin.errors import InvalidInput

_COST = (Component.INTEREST, Component.FEE, Component.PENALTY)


def waive_cost(position: LoanPosition, event: CostWaived, *, policy: ServicingPolicy) -> LoanPosition:
    """Return the position with open cost given up.

    Raises:
        InvalidInput: more of a part is given up than is open.
    """
    for component in _COST:
        if event.cost.of(component) > position.still_open.of(component):
            accepted = f"at most {position.still_open.of(component)} of {component}"
            raise InvalidInput(field="cost", fault=f"is {event.cost.of(component)} of {component}", accepted=accepted)
    _, after = without_open_cost(position, event.cost, event_id=event.id, on=event.on)
    return caught_up(after, on=event.on, policy=policy)


def without_open_cost(position: LoanPosition, cost: Parts, *, event_id: str, on: date) -> tuple[Parts, LoanPosition]:
    """Take cost off what is open, the last row first, and tell it as a transaction if there was any.

    Args:
        position: the loan.
        cost: at most so much of each part.
        event_id: the event that gives it up.
        on: the value date.

    Returns:
        What was taken off, and the position after it.
    """
    rows, waived = list(position.rows), NOTHING
    for index in range(len(rows) - 1, -1, -1):
        for component in _COST:
            amount = min(cost.of(component) - waived.of(component), rows[index].still_open.of(component))
            if amount > 0:
                given_up = Parts.only(component, amount)
                rows[index] = rows[index].waive(given_up, on=on)
                waived = waived.plus(given_up)
    if waived.is_nothing:
        return waived, position
    after = replace(position, rows=tuple(rows)).told(
        TransactionKind.COST_WAIVED, event_id=event_id, on=on, amount_minor=waived.total_minor, parts=waived
    )
    return waived, after
