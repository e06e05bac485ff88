"""Servicing policy: every rule by which a loan is run after signature, as named values agreed with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from bnpl_plugin.credit.calendar import MONTHLY, Period
from bnpl_plugin.credit.servicing.interest.terms import InterestTerms
from bnpl_plugin.credit.servicing.parts import Component
from bnpl_plugin.credit.servicing.position.transaction import Source
from bnpl_plugin.credit.terms.checks import member
from bnpl_plugin.errors import InvalidInput


class Processing(StrEnum):
    """Which way a payment walks through the rows of one timing (past due, then due, then in advance)."""

    ROW_BY_ROW = "row_by_row"
    """A row is paid in full before the next one gets anything."""
    COMPONENT_BY_COMPONENT = "component_by_component"
    """The first component of all rows is paid before the second component of any."""


class FutureRule(StrEnum):
    """Which row that is not yet due a payment in advance pays."""

    NEXT = "next"
    """The next one: the shopper pays ahead."""
    LAST = "last"
    """The last one: the loan gets shorter."""
    SPREAD = "spread"
    """All open ones evenly: every instalment gets smaller."""


class DrawdownSpread(StrEnum):
    """How a further drawdown enters the rows."""

    OVER_LATER_ROWS = "over_later_rows"
    """Evenly added to the rows due after it; what was agreed before stays."""
    LEVEL_ANEW = "level_anew"
    """Rows due on or after it all become one share of the whole principal; the last row takes what is left."""


class ReplayOrder(StrEnum):
    """In which order events make the loan's position."""

    BY_VALUE_DATE = "by_value_date"
    """Each event on its economic date, whenever it was recorded."""
    TERMS_FIRST = "terms_first"
    """First all that shapes the schedule (drawdowns, charges, moved dates), then all money by value date: payments
    are applied as if the schedule of today had always been known."""


class CostReturn(StrEnum):
    """How much of the credit's cost goes back with goods."""

    PRO_RATA = "pro_rata"
    """The part of it that the price given back is of all that was drawn; with everything, every cent of it. Interest
    that follows the balance: what the refunded principal has earned so far, for the rest is never earned."""
    KEPT = "kept"
    """None of it; the shop gives back the price alone."""


class OverpaymentUse(StrEnum):
    """What an overpayment does when new debt arises."""

    PAYS_NEW_DEBT = "pays_new_debt"
    KEPT_FOR_SHOPPER = "kept_for_shopper"


PENALTY_FEE_INTEREST_PRINCIPAL = (Component.PENALTY, Component.FEE, Component.INTEREST, Component.PRINCIPAL)
PENALTY_FEE_PRINCIPAL_INTEREST = (Component.PENALTY, Component.FEE, Component.PRINCIPAL, Component.INTEREST)
PENALTY_INTEREST_PRINCIPAL_FEE = (Component.PENALTY, Component.INTEREST, Component.PRINCIPAL, Component.FEE)
PRINCIPAL_FIRST = (Component.PRINCIPAL, Component.PENALTY, Component.FEE, Component.INTEREST)


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocationRule:
    """How received money is allocated.

    Args:
        components: the order within a row that is due or past due; each component once.
        in_advance: the order within a row that is not yet due; default as `components`.
        processing: which way it walks.
        future: which row a payment in advance pays.
        future_by_source: exceptions from `future` by where the money comes from.
        due_charges_first: in advance, charges whose own date has come are paid before principal, and interest only
            after it.

    Raises:
        InvalidInput: a component is missing or named twice.
    """

    components: tuple[Component, ...] = PENALTY_FEE_INTEREST_PRINCIPAL
    in_advance: tuple[Component, ...] = ()
    processing: Processing = Processing.ROW_BY_ROW
    future: FutureRule = FutureRule.NEXT
    future_by_source: tuple[tuple[Source, FutureRule], ...] = ()
    due_charges_first: bool = False

    def __post_init__(self) -> None:
        for name, order in (("components", self.components), ("in_advance", self.in_advance or self.components)):
            if sorted(order) != sorted(Component):
                raise InvalidInput(field=name, fault=f"is {order}", accepted="each component once")
            _distinct(name, order)
        member("processing", self.processing, of=Processing)
        member("future", self.future, of=FutureRule)

    def future_for(self, source: Source) -> FutureRule:
        """Return the rule for money of a source."""
        return dict(self.future_by_source).get(source, self.future)


@dataclass(frozen=True, slots=True, kw_only=True)
class LateCharge:
    """A penalty on each instalment that is overdue, once.

    Args:
        rate: a fraction of what it is taken of, 0 to 1; the law's cap is the country leaf's business.
        of: the components of the instalment that it is taken of.
    """

    rate: Decimal
    of: tuple[Component, ...] = (Component.PRINCIPAL, Component.INTEREST)

    def __post_init__(self) -> None:
        if type(self.rate) is not Decimal or not self.rate.is_finite() or not 0 <= self.rate <= 1:
            raise InvalidInput(field="late_charge.rate", fault=f"is {self.rate!r}", accepted="a Decimal, 0 to 1")
        _distinct("late_charge.of", self.of)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServicingPolicy:
    """All rules of one loan's life; frozen with the agreement.

    Args:
        allocation: how received money is allocated.
        order: in which order events make the position.
        spread: how a further drawdown enters the rows.
        overpayment: what an overpayment does when new debt arises.
        down_payment_share: the part of a further drawdown that is due on its day, 0 to 1.
        multiple_minor: instalments of further drawdowns, re-aged and re-amortised rows are multiples of this many
            minor units, 1 or more; the last row takes the rest.
        period: the time between due dates, for rows that are added or moved.
        interest: how interest is found anew; None when the schedule's interest stands whatever is paid when.
        fixed_rate: the nominal rate a year that the schedule's fixed interest was found with, above 0; needed only
            to change it.
        cost_return: how much of the credit's cost goes back with goods.
        late_charge: the penalty on overdue instalments, if any.
        chargeback_order: which components of the payment a chargeback brings back, in order; default principal alone.

    Raises:
        InvalidInput: names the field, its fault and what is accepted.
    """

    allocation: AllocationRule = field(default_factory=AllocationRule)
    order: ReplayOrder = ReplayOrder.BY_VALUE_DATE
    spread: DrawdownSpread = DrawdownSpread.OVER_LATER_ROWS
    overpayment: OverpaymentUse = OverpaymentUse.PAYS_NEW_DEBT
    down_payment_share: Decimal = Decimal(0)
    multiple_minor: int = 1
    period: Period = MONTHLY
    interest: InterestTerms | None = None
    fixed_rate: Decimal | None = None
    cost_return: CostReturn = CostReturn.PRO_RATA
    late_charge: LateCharge | None = None
    chargeback_order: tuple[Component, ...] = ()

    def __post_init__(self) -> None:
        share = self.down_payment_share
        if type(share) is not Decimal or not share.is_finite() or not 0 <= share <= 1:
            raise InvalidInput(field="down_payment_share", fault=f"is {share!r}", accepted="a Decimal, 0 to 1")
        rate = self.fixed_rate
        if rate is not None and (type(rate) is not Decimal or not rate.is_finite() or rate <= 0):
            raise InvalidInput(field="fixed_rate", fault=f"is {rate!r}", accepted="a Decimal above 0")
        if type(self.multiple_minor) is not int or self.multiple_minor < 1:
            raise InvalidInput(field="multiple_minor", fault=f"is {self.multiple_minor!r}", accepted="1 or more")
        for name, kind in _KINDS.items():
            member(name, getattr(self, name), of=kind)
        if self.interest is not None:
            member("interest", self.interest, of=InterestTerms)
        if self.late_charge is not None:
            member("late_charge", self.late_charge, of=LateCharge)
        _distinct("chargeback_order", self.chargeback_order)


_KINDS = {
    "allocation": AllocationRule,
    "order": ReplayOrder,
    "spread": DrawdownSpread,
    "overpayment": OverpaymentUse,
    "period": Period,
    "cost_return": CostReturn,
}
"""What the fields of a policy are, by name."""


def _distinct(field: str, components: tuple[Component, ...]) -> None:
    if any(type(each) is not Component for each in components) or len(set(components)) < len(components):
        raise InvalidInput(field=field, fault=f"is {components}", accepted="components, none twice")
