"""The one record that a schedule is built from."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from bnpl_plugin.credit.business_days import BusinessDays
from bnpl_plugin.credit.calendar import Period, due_date, due_dates, periods_between
from bnpl_plugin.credit.day_count import DayCount
from bnpl_plugin.credit.terms.accrual import USUAL, Accrual
from bnpl_plugin.credit.terms.agreement import refuse_what_does_not_agree
from bnpl_plugin.credit.terms.checks import member, refusal, whole
from bnpl_plugin.credit.terms.conventions import FeePlacement, Method
from bnpl_plugin.credit.terms.rates import NO_INTEREST, checked_rate
from bnpl_plugin.credit.terms.shape import PLAIN, Shape
from bnpl_plugin.errors import InvalidInput
from bnpl_plugin.money import Money, Remainder, Rounding

MAX_COUNT = 600
"""The longest schedule: fifty years of months."""


@dataclass(frozen=True, slots=True)
class LoanTerms:
    """What a schedule is built from.

    Args:
        principal: the sum drawn on the first day, 1 minor unit or more; a down payment is a part of it.
        count: instalments, 1 to 600; a down payment comes on top.
        period: the time between due dates.
        drawdown_on: when the principal becomes owed.
        first_due_on: the first due date, not before the drawdown; later than a period for a deferred first payment.
        method: how the instalments are made up.
        nominal_rate: a fraction a year, 0 to 9.99; exactly 0 with `INTEREST_FREE`.
        fee_minor: what the shopper pays besides interest, in minor units of the principal's currency, 0 or more.
        fee_placement: which rows carry it.
        remainder: which instalment absorbs what does not divide; with level instalments and interest it is the last.
        rounding: how the equal part is rounded.
        day_count: how time becomes interest.
        anchor_date: the date that due dates are counted from; the first due date must lie whole periods after it.
            Give the drawdown of a 31st here, so that 28 February is followed by 31 March. Default: `first_due_on`.
        shape: how the payments are laid out where they are not plainly equal.
        accrual: how interest is earned and rounded.
        business_days: whose weekends and holidays due dates avoid, and how; None leaves every date as it falls.

    Raises:
        InvalidInput: names the field, its fault and what is accepted.
    """

    principal: Money
    count: int
    period: Period
    drawdown_on: date
    first_due_on: date
    method: Method = Method.EQUAL_INSTALMENTS
    nominal_rate: Decimal = NO_INTEREST
    fee_minor: int = 0
    fee_placement: FeePlacement = FeePlacement.FIRST
    remainder: Remainder = Remainder.LAST
    rounding: Rounding = Rounding.HALF_UP
    day_count: DayCount = DayCount.THIRTY_360_MONTHLY
    anchor_date: date | None = None
    shape: Shape = PLAIN
    accrual: Accrual = USUAL
    business_days: BusinessDays | None = None
    _skipped: int = field(init=False, repr=False, compare=False)
    """How many periods lie between the anchor and the first due date."""

    def __post_init__(self) -> None:
        if type(self.principal) is not Money or self.principal.minor < 1:
            raise refusal("principal", self.principal, accepted="more than nothing")
        if type(self.count) is not int or not 1 <= self.count <= MAX_COUNT:
            raise refusal("count", repr(self.count), accepted=f"1 to {MAX_COUNT}")
        if self.nominal_rate is not NO_INTEREST:
            checked_rate("nominal_rate", self.nominal_rate)
        if type(self.fee_minor) is not int or self.fee_minor < 0:
            whole("fee_minor", self.fee_minor)
        if not (
            type(self.method) is Method
            and type(self.period) is Period
            and type(self.drawdown_on) is date
            and type(self.first_due_on) is date
            and type(self.fee_placement) is FeePlacement
            and type(self.remainder) is Remainder
            and type(self.rounding) is Rounding
            and type(self.day_count) is DayCount
            and type(self.shape) is Shape
            and type(self.accrual) is Accrual
        ):
            self._refuse_types()
        if self.first_due_on < self.drawdown_on:
            raise refusal("first_due_on", self.first_due_on, accepted=f"{self.drawdown_on} or later")
        _keep(self, "_skipped", 0 if self.anchor_date is None else self._periods_before_first())
        if self.nominal_rate and self.method is _INTEREST_FREE:
            raise refusal("nominal_rate", self.nominal_rate, accepted="0 for an interest-free loan")
        if self.nominal_rate and self.remainder is not _LAST and self.method in _LEVEL:
            raise refusal("remainder", self.remainder, accepted="last, when there is interest")
        if self.shape is not PLAIN or self.method is _GRADUATED:
            refuse_what_does_not_agree(self)
        if self.business_days is not None:
            member("business_days", self.business_days, of=BusinessDays)

    def _refuse_types(self) -> None:
        for name, kind in (
            ("method", Method),
            ("period", Period),
            ("drawdown_on", date),
            ("first_due_on", date),
            ("fee_placement", FeePlacement),
            ("remainder", Remainder),
            ("rounding", Rounding),
            ("day_count", DayCount),
            ("shape", Shape),
            ("accrual", Accrual),
        ):
            member(name, getattr(self, name), of=kind)

    def _periods_before_first(self) -> int:
        """Return how many periods lie between the anchor and the first due date."""
        anchor = self.anchor_date
        if type(anchor) is not date:
            raise refusal("anchor_date", repr(anchor), accepted="a date")
        found = periods_between(anchor, period=self.period, due_on=self.first_due_on)
        if found is None:
            raise refusal("anchor_date", anchor, accepted=f"whole periods before {self.first_due_on}")
        return found

    @property
    def rhythm(self) -> tuple[date, ...]:
        """All due dates as they fall, rising, counted from the anchor date."""
        anchor = self.anchor_date or self.first_due_on
        return due_dates(anchor, period=self.period, count=self.count, skip=self._skipped)

    @property
    def due_dates(self) -> tuple[date, ...]:
        """All due dates, rising, moved to business days where the terms say so.

        Raises:
            InvalidInput: moving puts two on one day, or one before the drawdown.
        """
        if self.business_days is None:
            anchor = self.anchor_date or self.first_due_on
            return due_dates(anchor, period=self.period, count=self.count, skip=self._skipped)
        days = tuple([self.business_days.adjusted(day) for day in self.rhythm])
        before = self.drawdown_on
        for place, day in enumerate(days):
            if day < before or (place and day == before):
                fault = f"puts a due date on {day}, where another one or the drawdown is"
                raise InvalidInput(field="business_days", fault=fault, accepted="longer periods or another rule")
            before = day
        return days

    @property
    def starts_on_rhythm(self) -> bool:
        """Whether the drawdown lies one period before the first due date, so that the first period is regular."""
        anchor = self.anchor_date
        if anchor is None:
            return due_date(self.first_due_on, period=self.period, periods=-1) == self.drawdown_on
        if self._skipped == 1:
            return anchor == self.drawdown_on
        return due_date(anchor, period=self.period, periods=self._skipped - 1) == self.drawdown_on

    @property
    def periods_to_first(self) -> int | None:
        """How many whole periods of the rhythm lie between the drawdown and the first due date; None if it is odd."""
        if self.anchor_date == self.drawdown_on:
            return self._skipped
        return 1 if self.starts_on_rhythm else None

    def nominal_rate_at(self, number: int) -> Decimal:
        """Return the nominal rate that an instalment's period earns; the interest-free window left aside."""
        rate = self.nominal_rate
        for step in self.shape.rate_steps:
            if step.from_number <= number:
                rate = step.nominal_rate
        return rate

    @property
    def drawn_minor(self) -> int:
        """Everything drawn, now and later, in minor units: what the schedule's principal sums to."""
        return self.principal.minor + (self.shape.drawn_later_minor if self.shape.later_drawdowns else 0)

    @property
    def down_payment_minor(self) -> int:
        """The down payment in minor units, 0 for none."""
        down_payment = self.shape.down_payment
        return 0 if down_payment is None else down_payment.of(self.principal.minor)

    @property
    def financed_minor(self) -> int:
        """What is drawn on the first day and not paid down on it, in minor units."""
        return self.principal.minor - self.down_payment_minor


_keep = object.__setattr__
"""What the frozen record itself is filled with."""

# A member looked up in its class takes as long as several of the checks.
_INTEREST_FREE, _GRADUATED, _LAST = Method.INTEREST_FREE, Method.GRADUATED, Remainder.LAST
_LEVEL = (Method.EQUAL_INSTALMENTS, Method.GRADUATED)
