"""The events of a loan's life. Each has an id made by the caller and a value date; the order recorded breaks ties."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bnpl_plugin.credit.calendar import Period
from bnpl_plugin.credit.servicing.parts import Component, Parts
from bnpl_plugin.credit.servicing.position.transaction import Source
from bnpl_plugin.credit.terms.checks import member, refusal, whole
from bnpl_plugin.credit.terms.loan import MAX_COUNT
from bnpl_plugin.errors import InvalidInput

_KINDS = {
    "on": date,
    "due_on": date,
    "to": date,
    "until": date,
    "first_due_on": date,
    "period": Period,
    "source": Source,
    "component": Component,
    "share": Decimal,
    "cost": Parts,
}
"""What the fields of events are, by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What all events have.

    Args:
        id: made by the caller, unique within the loan.
        on: the value date.

    Raises:
        InvalidInput: names the field, its fault and what is accepted; a date must be a plain date, never an instant.
    """

    id: str
    on: date

    def __post_init__(self) -> None:
        if type(self.id) is not str or not self.id:
            raise refusal("id", repr(self.id), accepted="a name unique within the loan")
        for name, kind in _KINDS.items():
            if hasattr(self, name):
                member(name, getattr(self, name), of=kind)
        if hasattr(self, "amount_minor"):
            whole("amount_minor", self.amount_minor, least=1)
        for name in ("count", "rows"):
            if hasattr(self, name):
                whole(name, getattr(self, name), least=1, most=MAX_COUNT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawdown(Event):
    """More principal becomes owed, in minor units, 1 or more."""

    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyReceived(Event):
    """Money (or a credit) comes in and pays what the allocation rule says; what is too much is an overpayment.

    Args:
        amount_minor: 1 or more.
        source: where it comes from.
    """

    amount_minor: int
    source: Source = Source.REPAYMENT


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodsReturned(Event):
    """The shop gives back a price, in full or part, and the cost of the credit that belongs to it goes with it.

    Args:
        amount_minor: the price given back; with earlier returns at most what was drawn.
    """

    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeLaid(Event):
    """A fee or penalty is laid on the loan.

    Args:
        due_on: its own due date; it falls into the row whose period holds the date.
        amount_minor: 1 or more.
        component: fee or penalty.
    """

    due_on: date
    amount_minor: int
    component: Component = Component.FEE


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareChargeLaid(Event):
    """A fee or penalty is laid on the loan as a share of all principal and interest of its rows.

    Args:
        due_on: its own due date.
        share: a fraction, above 0.
        component: fee or penalty.
    """

    due_on: date
    share: Decimal
    component: Component = Component.FEE

    def __post_init__(self) -> None:
        super(ShareChargeLaid, self).__post_init__()
        if not self.share.is_finite() or self.share <= 0:
            raise refusal("share", repr(self.share), accepted="a finite Decimal above 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class LateChargesLaid(Event):
    """The policy's late charge is laid on every instalment overdue on the day that has none yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeWaived(Event):
    """What is still open of a charge is given up."""

    charge_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CostWaived(Event):
    """Cost that is still open is given up: by law when a loan ends early, or as forbearance; the last row first.

    Args:
        cost: interest, fees and penalties, none negative, one of them above 0; no principal.
    """

    cost: Parts

    def __post_init__(self) -> None:
        super(CostWaived, self).__post_init__()
        _checked_cost(self.cost)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargedBack(Event):
    """The bank took a payment back: it is owed again.

    Args:
        amount_minor: 1 or more.
        payment_id: the payment that it takes back, in full or part, with earlier ones never more than it; "" when
            nobody says, and then the amount is believed.
    """

    amount_minor: int
    payment_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditBalanceRefunded(Event):
    """An overpayment was given back to the shopper; what turns out not to have been one is owed again."""

    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AdvanceRefunded(Event):
    """Money paid in advance was given back to the shopper; the latest rows become open again."""

    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reversed(Event):
    """An event never happened (a bounced debit, a clerk's error). The reversal of a reversal restores it."""

    of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DueDateMoved(Event):
    """A due date moves, and every later one with it, in the policy's rhythm from the new date."""

    due_on: date
    to: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentHoliday(Event):
    """The rows due on a date and after it are all due some periods later."""

    due_on: date
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TermExtended(Event):
    """Rows (1 to 600) are added at the end; the principal of those due on a date or after it is levelled over all."""

    due_on: date
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RateChanged(Event):
    """From the row due on a date on, interest is earned at another nominal rate a year (a fraction)."""

    due_on: date
    annual_rate: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ReAged(Event):
    """All open principal moves to new equal rows; open cost stays where it was.

    Args:
        first_due_on: the first new due date, after the drawdown.
        period: the time to the next.
        count: how many new rows, 1 to 600.
    """

    first_due_on: date
    period: Period
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReAmortised(Event):
    """Overdue principal moves evenly to the rows that are not yet due."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InterestPaused(Event):
    """No interest is earned from the value date up to a day."""

    until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class CostAccrued(Event):
    """Cost was recognised as earned; what was booked stands, whatever is reversed later (see `accrual.to_recognise`).

    Args:
        cost: interest, fees and penalties, none negative, one of them above 0; no principal.
    """

    cost: Parts

    def __post_init__(self) -> None:
        super(CostAccrued, self).__post_init__()
        _checked_cost(self.cost)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargedOff(Event):
    """The loan is given up as an asset; the shopper still owes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenOff(Event):
    """The debt is given up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered(Event):
    """Money comes in on a debt that was written off."""

    amount_minor: int


SHAPES_TERMS = (
    Drawdown,
    ChargeLaid,
    ShareChargeLaid,
    DueDateMoved,
    PaymentHoliday,
    TermExtended,
    RateChanged,
)
"""Events that make the schedule, whatever was paid."""


def _checked_cost(cost: Parts) -> None:
    if any(type(part) is not int for part in cost) or cost.principal_minor or min(cost) < 0 or cost.is_nothing:
        raise InvalidInput(field="cost", fault=f"is {cost}", accepted="cost above 0 and no principal")
