"""Fees and penalties: laid on the row whose period holds their date, and given up again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from bnpl_plugin.credit.servicing.events import ChargeLaid, ChargeWaived, LateChargesLaid, ShareChargeLaid
from bnpl_plugin.credit.servicing.money_in.receipt import use_overpayment
from bnpl_plugin.credit.servicing.parts import Component, Parts
from bnpl_plugin.credit.servicing.policy import ServicingPolicy
from bnpl_plugin.credit.servicing.position.charge import LaidCharge
from bnpl_plugin.credit.servicing.position.loan import LoanPosition
from bnpl_plugin.credit.servicing.position.row import Row, RowKind
from bnpl_plugin.credit.servicing.position.transaction import TransactionKind
from bnpl_plugin.errors import InvalidInput
from bnpl_plugin.money import Rounding, divide


def lay_charge(position: LoanPosition, event: ChargeLaid, *, policy: ServicingPolicy) -> LoanPosition:
    """Return the position with a charge laid on it.

    A charge of the day of a drawdown falls into the first instalment, not into the down payment. A charge after the
    last due date gets a row of its own, which moves with the latest of such charges.

    Raises:
        InvalidInput: neither fee nor penalty.
    """
    if event.component not in (Component.FEE, Component.PENALTY):
        raise InvalidInput(field="component", fault=f"is {event.component}", accepted="fee or penalty")
    after = _laid(position, event, amount_minor=event.amount_minor, component=event.component, due_on=event.due_on)
    return use_overpayment(after, on=event.on, policy=policy)


def lay_share_charge(position: LoanPosition, event: ShareChargeLaid, *, policy: ServicingPolicy) -> LoanPosition:
    """Return the position with a charge laid on it that is a share of all principal and interest, half to even."""
    over, under = event.share.as_integer_ratio()
    whole = position.due.principal_minor + position.due.interest_minor
    amount = divide(whole * over, by=under, rounding=Rounding.HALF_EVEN)
    if amount < 1:
        return position
    laid = ChargeLaid(id=event.id, on=event.on, due_on=event.due_on, amount_minor=amount, component=event.component)
    return lay_charge(position, laid, policy=policy)


def lay_late_charges(position: LoanPosition, event: LateChargesLaid, *, policy: ServicingPolicy) -> LoanPosition:
    """Return the position with the policy's penalty on each overdue instalment that has none yet.

    The penalty is a share of what is open of the instalment, half to even, and due with it.
    """
    rule, rows, charges = policy.late_charge, list(position.rows), list(position.charges)
    if rule is None:
        return position
    over, under = rule.rate.as_integer_ratio()
    for index, row in enumerate(rows):
        name = f"late:{row.due_on}"
        overdue = sum(row.still_open.of(component) for component in rule.of)
        amount = divide(overdue * over, by=under, rounding=Rounding.HALF_EVEN)
        if row.due_on >= event.on or amount < 1 or any(charge.event_id.endswith(name) for charge in charges):
            continue
        rows[index] = row.owe(Parts(penalty_minor=amount), on=event.on)
        laid = LaidCharge(
            event_id=f"{event.id}:{name}", component=Component.PENALTY, due_on=row.due_on, amount_minor=amount
        )
        charges.append(laid)
    return replace(position, rows=tuple(rows), charges=tuple(charges))


def waive_charge(position: LoanPosition, event: ChargeWaived) -> LoanPosition:
    """Return the position with what is still open of a charge given up.

    Raises:
        InvalidInput: no such charge.
    """
    places = [charge.event_id for charge in position.charges]
    if event.charge_id not in places:
        raise InvalidInput(field="charge_id", fault=f"is {event.charge_id}", accepted="a charge of the loan")
    number = places.index(event.charge_id)
    charge = position.charges[number]
    if charge.waived:
        return position
    index = row_of(position.rows, due_on=charge.due_on)
    amount = 0 if index is None else min(position.rows[index].still_open.of(charge.component), charge.amount_minor)
    charges = (*position.charges[:number], replace(charge, waived=True), *position.charges[number + 1 :])
    after = replace(position, charges=charges)
    given_up = Parts.only(charge.component, amount)
    if index is not None and amount:
        after = after.with_row(index, after.rows[index].waive(given_up, on=event.on))
    return after.told(
        TransactionKind.CHARGE_WAIVED,
        event_id=event.id,
        on=event.on,
        amount_minor=amount,
        parts=given_up,
        of=event.charge_id,
    )


def _laid(
    position: LoanPosition, event: ChargeLaid, *, amount_minor: int, component: Component, due_on: date
) -> LoanPosition:
    charge = LaidCharge(event_id=event.id, component=component, due_on=due_on, amount_minor=amount_minor)
    rows, index = list(position.rows), row_of(position.rows, due_on=due_on)
    more = Parts.only(component, amount_minor)
    if index is not None:
        rows[index] = rows[index].owe(more, on=event.on)
    elif rows[-1].kind is RowKind.ADDED:
        rows[-1] = replace(rows[-1], due_on=max(rows[-1].due_on, due_on)).owe(more, on=event.on)
    else:
        rows.append(Row(opened_on=rows[-1].due_on, due_on=due_on, kind=RowKind.ADDED, due=more))
    return replace(position, rows=tuple(rows), charges=(*position.charges, charge))


def row_of(rows: tuple[Row, ...], *, due_on: date) -> int | None:
    """Return the first row, down payments left out, whose due date is not before the charge's."""
    return next(
        (index for index, row in enumerate(rows) if row.kind is not RowKind.DOWN_PAYMENT and row.due_on >= due_on),
        None,
    )
