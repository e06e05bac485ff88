"""How the payments of a loan are laid out: what is paid down, drawn later, left to the end, left out at the start."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from bnpl_plugin.credit.terms.checks import member, refusal, whole
from bnpl_plugin.credit.terms.conventions import Levelling
from bnpl_plugin.credit.terms.rates import RateStep
from bnpl_plugin.money import Rounding, divide

_LEAST_GROWTH, _MOST_GROWTH = Decimal("-0.5"), Decimal(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class DownPayment:
    """What is paid on the drawdown's day, in a row of its own that bears no interest; a sum or a part of the price.

    Args:
        minor: the sum in minor units, 1 or more; None when a part is given.
        percent: of what is drawn, above 0 and below 100; None when a sum is given.
        multiple_minor: a part is rounded to a whole multiple of this, 1 or more.
        rounding: where a fraction goes.

    >>> DownPayment(percent=Decimal(25), multiple_minor=100).of(750_00)
    18800
    """

    minor: int | None = None
    percent: Decimal | None = None
    multiple_minor: int = 1
    rounding: Rounding = Rounding.HALF_UP

    def __post_init__(self) -> None:
        if (self.minor is None) == (self.percent is None):
            raise refusal("down_payment", "a sum and a part, or neither", accepted="either minor or percent")
        if self.minor is not None:
            whole("down_payment.minor", self.minor, least=1)
        percent = self.percent
        if percent is not None and (type(percent) is not Decimal or not percent.is_finite() or not 0 < percent < 100):
            raise refusal("down_payment.percent", repr(percent), accepted="a Decimal above 0 and below 100")
        whole("down_payment.multiple_minor", self.multiple_minor, least=1)
        member("down_payment.rounding", self.rounding, of=Rounding)

    def of(self, drawn_minor: int) -> int:
        """Return the down payment on a sum, in minor units."""
        if self.percent is None:
            return self.minor or 0
        over, under = self.percent.as_integer_ratio()
        by = 100 * under * self.multiple_minor
        return divide(drawn_minor * over, by=by, rounding=self.rounding) * self.multiple_minor


@dataclass(frozen=True, slots=True)
class Drawdown:
    """A later part of the principal.

    Args:
        on: the day it becomes owed.
        minor: the sum in minor units, 1 or more.
    """

    on: date
    minor: int

    def __post_init__(self) -> None:
        member("drawdown.on", self.on, of=date)
        whole("drawdown.minor", self.minor, least=1)


@dataclass(frozen=True, slots=True)
class RowFee:
    """A cost that one instalment bears beside the loan's fee (a yearly account charge, an insurance premium).

    Args:
        number: of the instalment, from 1; a down payment is none.
        minor: the sum in minor units, 1 or more.
    """

    number: int
    minor: int

    def __post_init__(self) -> None:
        whole("row_fee.number", self.number, least=1)
        whole("row_fee.minor", self.minor, least=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Where a loan differs from equal payments of one sum.

    Args:
        down_payment: paid on the drawdown's day.
        later_drawdowns: parts of the principal drawn after the first day, rising dates. They come on top of the
            terms' principal; the instalment is computed anew from the period in which each falls.
        balloon_minor: principal that is left to the last instalment, on top of it.
        yearly_growth: for `GRADUATED`: by which fraction the instalment grows each year, -0.5 to 1.
        instalment_minor: the agreed instalment, where it is given and not computed; the last one takes what is left.
        multiple_minor: instalments are whole multiples of this, the odd one excepted; 100 for whole euros.
        levelling: how equal the equal instalments are made.
        principal_grace: in the first so many instalments no principal is asked for.
        interest_grace: in the first so many instalments no interest is asked for; it is earned, and due with the next.
        interest_free: the first so many periods earn no interest.
        rate_steps: later rates, in order.
        row_fees: costs of single instalments, in order.

    Raises:
        InvalidInput: names the field, its fault and what is accepted.
    """

    down_payment: DownPayment | None = None
    later_drawdowns: tuple[Drawdown, ...] = ()
    balloon_minor: int = 0
    yearly_growth: Decimal = Decimal(0)
    instalment_minor: int | None = None
    multiple_minor: int = 1
    levelling: Levelling = Levelling.ODD_ONE
    principal_grace: int = 0
    interest_grace: int = 0
    interest_free: int = 0
    rate_steps: tuple[RateStep, ...] = ()
    row_fees: tuple[RowFee, ...] = ()

    def __post_init__(self) -> None:
        if self.down_payment is not None:
            member("shape.down_payment", self.down_payment, of=DownPayment)
        _entries("shape.later_drawdowns", self.later_drawdowns, of=Drawdown, by="on")
        whole("shape.balloon_minor", self.balloon_minor)
        growth = self.yearly_growth
        if type(growth) is not Decimal or not growth.is_finite() or not _LEAST_GROWTH <= growth <= _MOST_GROWTH:
            accepted = f"a Decimal fraction, {_LEAST_GROWTH} to {_MOST_GROWTH}"
            raise refusal("shape.yearly_growth", repr(growth), accepted=accepted)
        if self.instalment_minor is not None:
            whole("shape.instalment_minor", self.instalment_minor, least=1)
        whole("shape.multiple_minor", self.multiple_minor, least=1)
        member("shape.levelling", self.levelling, of=Levelling)
        for name in ("principal_grace", "interest_grace", "interest_free"):
            whole(f"shape.{name}", getattr(self, name))
        _entries("shape.rate_steps", self.rate_steps, of=RateStep, by="from_number")
        _entries("shape.row_fees", self.row_fees, of=RowFee, by="number", most=600)

    @property
    def drawn_later_minor(self) -> int:
        """All later drawdowns together, in minor units."""
        return sum(drawdown.minor for drawdown in self.later_drawdowns)


def _entries(field: str, entries: object, *, of: type, by: str, most: int = 60) -> None:
    """Refuse what is not a tuple of records in rising order of one of their fields."""
    member(field, entries, of=tuple)
    if isinstance(entries, tuple):
        whole(f"{field} (how many)", len(entries), most=most)
        for entry in entries:
            member(field, entry, of=of)
        if any(getattr(a, by) >= getattr(b, by) for a, b in pairwise(entries)):
            raise refusal(field, "not in rising order", accepted=f"rising order of {by}, none twice")


PLAIN = Shape()
"""Equal payments of one sum."""
