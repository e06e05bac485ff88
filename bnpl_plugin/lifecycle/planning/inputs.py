"""What a capital plan is asked: a target, its months, the mix, the equity and what may be borrowed or sold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from bnpl_plugin.credit.calendar import add_months
from bnpl_plugin.errors import InvalidInput
from bnpl_plugin.lifecycle.funding import exchanged
from bnpl_plugin.money.amount import Money
from bnpl_plugin.money.rounding import allocate
from bnpl_plugin.ports.jurisdiction import Value
from bnpl_plugin.ports.plan import Plan

MAX_MONTHS = 120
WHOLE_BPS = 10_000
EVEN_YEAR = (100,) * 12
"""The weight of each calendar month, January first, where no month is better than another."""

_RATE_RANGE = (Decimal("0.000000001"), Decimal(1_000_000_000))
_YEARS = (2000, 2200)
_MAX_WEIGHT = 100_000
_MAX_TIMES = 100


class Funding(StrEnum):
    """What a lender may borrow, in the order in which it is drawn."""

    NON_STANDARD = "non_standard"
    """Loans from banks and shareholders."""
    STANDARDISED = "standardised"
    """Bonds and securities on the loans."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A rate between two currencies.

    Args:
        rate: units of the pool's currency for one of the equity's, above 0.
        on: the day it was published for.
        source: who published it.
    """

    rate: Decimal
    on: date
    source: str

    def __post_init__(self) -> None:
        low, high = _RATE_RANGE
        if not self.rate.is_finite() or not low <= self.rate <= high:
            raise InvalidInput(field="rate", fault=f"is {self.rate}", accepted=f"a decimal from {low} to {high}")
        if not self.source.strip():
            raise InvalidInput(field="source", fault="is empty", accepted="who published the rate")


@dataclass(frozen=True, slots=True)
class Ceiling:
    """How much of a kind may be borrowed: ``value.value`` times the net assets, while the value holds."""

    kind: Funding
    value: Value

    def __post_init__(self) -> None:
        times = self.value.value
        whole = isinstance(times, Decimal) or type(times) is int
        if not whole or not Decimal(times).is_finite() or not 0 <= times <= _MAX_TIMES:
            raise InvalidInput(field="leverage", fault=f"is {times!r}", accepted=f"a decimal from 0 to {_MAX_TIMES}")


@dataclass(frozen=True, slots=True)
class MixShare:
    """A plan and its share of what is lent, in hundredths of a percent (1 to 10,000)."""

    plan: Plan
    share_bps: int


@dataclass(frozen=True, slots=True)
class FlashSale:
    """A day with a sale: it lends ``percent`` of an ordinary month beside what the day would lend anyway."""

    on: date
    percent: int


@dataclass(frozen=True, slots=True)
class PlanInputs:
    """One question to the planner.

    Args:
        target: what is to be lent from ``first`` to ``last``, in the pool's currency, above 0.
        first: the first day of the first month.
        last: the first day of the last month; at most 120 months.
        equity: what the owners put in, above 0; in another currency with an ``exchange``.
        mix: which plans are sold; the shares sum to 10,000, no plan comes twice.
        exchange: the rate from the equity's currency into the pool's.
        ceilings: what may be borrowed; a kind without one that holds in a month may not be borrowed then.
        seasonality: the weight of each calendar month, January first; 100 each is an even year.
        flash_sales: days inside the months that lend more.
        loss_bps: the part of all principal falling due that is never paid, 0 to 10,000; it eats the equity.
        early_bps: the part of what is not yet due that is paid ahead at each month's end, 0 to 10,000.
        sold_bps: the part of every loan that funders buy on the day it is made, 0 to 10,000, with its losses.

    Raises:
        InvalidInput: names the field, its fault and what is accepted.
    """

    target: Money
    first: date
    last: date
    equity: Money
    mix: tuple[MixShare, ...]
    exchange: Exchange | None = None
    ceilings: tuple[Ceiling, ...] = ()
    seasonality: tuple[int, ...] = EVEN_YEAR
    flash_sales: tuple[FlashSale, ...] = ()
    loss_bps: int = 0
    early_bps: int = 0
    sold_bps: int = 0

    def __post_init__(self) -> None:
        for name, amount in (("target", self.target), ("equity", self.equity)):
            if amount.minor <= 0:
                raise InvalidInput(field=name, fault=f"is {amount}", accepted="an amount above zero")
        self._check_months()
        self._check_mix()
        self._check_rhythm()
        for name in ("loss_bps", "early_bps", "sold_bps"):
            _within(name, getattr(self, name), low=0, high=WHOLE_BPS)
        foreign = self.equity.currency != self.target.currency
        if foreign and self.exchange is None:
            raise InvalidInput(
                field="exchange",
                fault=f"is missing: the equity is in {self.equity.currency}, the pool in {self.target.currency}",
                accepted="a rate with its day and source",
            )
        if self.exchange is not None and not foreign and self.exchange.rate != 1:
            raise InvalidInput(field="exchange", fault=f"is {self.exchange.rate}", accepted="1 within one currency")
        if self.capital.minor <= 0:
            raise InvalidInput(field="equity", fault=f"is {self.capital} at this rate", accepted="above zero")

    @property
    def currency(self) -> str:
        """The pool's currency."""
        return self.target.currency

    @property
    def capital(self) -> Money:
        """The equity in the pool's currency, rounded half up."""
        rate = self.exchange.rate if self.exchange else Decimal(1)
        return exchanged(self.equity, into=self.currency, rate=rate)

    @property
    def months(self) -> tuple[date, ...]:
        """The first day of every month."""
        count = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1
        return tuple(add_months(self.first, step) for step in range(count))

    def times(self, kind: Funding, *, month: date) -> Fraction:
        """Return how many times the net assets may be borrowed in a month: what holds on its first day, else 0."""
        found = self.ceiling(kind, month=month)
        return Fraction(found.value) if found else Fraction(0)

    def ceiling(self, kind: Funding, *, month: date) -> Value | None:
        """Return the value behind ``times``, or None."""
        return next((one.value for one in self.ceilings if one.kind is kind and one.value.holds_on(month)), None)

    def _check_months(self) -> None:
        for name, day in (("first", self.first), ("last", self.last)):
            if day.day != 1 or not _YEARS[0] <= day.year <= _YEARS[1]:
                accepted = f"the first day of a month from {_YEARS[0]} to {_YEARS[1]}"
                raise InvalidInput(field=name, fault=f"is {day}", accepted=accepted)
        if self.last < self.first:
            fault = f"is {self.last:%Y-%m}, before the first month {self.first:%Y-%m}"
            raise InvalidInput(field="last", fault=fault, accepted="the first month or a later one")
        if len(self.months) > MAX_MONTHS:
            fault = f"is {len(self.months)} months from the first"
            raise InvalidInput(field="last", fault=fault, accepted=f"1 to {MAX_MONTHS} months")

    def _check_mix(self) -> None:
        codes = [one.plan.code for one in self.mix]
        if len(set(codes)) != len(codes):
            raise InvalidInput(field="mix", fault=f"names a plan twice: {', '.join(codes)}", accepted="each plan once")
        for one in self.mix:
            _within(f"mix.{one.plan.code}", one.share_bps, low=1, high=WHOLE_BPS)
            if self.currency not in one.plan.limits:
                served = ", ".join(sorted(one.plan.limits))
                fault = f"is not sold in {self.currency}"
                raise InvalidInput(field=f"mix.{one.plan.code}", fault=fault, accepted=f"a plan in {served}")
        whole = sum(one.share_bps for one in self.mix)
        if whole != WHOLE_BPS:
            raise InvalidInput(
                field="mix", fault=f"sums to {Decimal(whole) / 100} %", accepted="shares of plans that sum to 100 %"
            )

    def _check_rhythm(self) -> None:
        if len(self.seasonality) != 12:
            fault = f"has {len(self.seasonality)} weights"
            raise InvalidInput(field="seasonality", fault=fault, accepted="twelve, January first")
        for weight in self.seasonality:
            _within("seasonality", weight, low=0, high=_MAX_WEIGHT)
        for sale in self.flash_sales:
            _within("flash_sales", sale.percent, low=1, high=_MAX_WEIGHT)
            if not self.first <= sale.on < add_months(self.last, 1):
                accepted = f"a day from {self.first:%Y-%m} to {self.last:%Y-%m}"
                raise InvalidInput(field="flash_sales", fault=f"has {sale.on}", accepted=accepted)
        if not self.flash_sales and not any(self.seasonality[month.month - 1] for month in self.months):
            fault = "gives no weight to any of the months"
            raise InvalidInput(field="seasonality", fault=fault, accepted="a weight above zero in one of them")


def even_mix(plans: Sequence[Plan], *, currency: str) -> tuple[MixShare, ...]:
    """Return equal shares of all plans that are sold in a currency.

    Raises:
        InvalidInput: none is.
    """
    served = [plan for plan in plans if currency in plan.limits]
    if not served:
        raise InvalidInput(field="mix", fault=f"no plan is sold in {currency}", accepted="a currency with a plan")
    shares = allocate(WHOLE_BPS, weights=[1] * len(served))
    return tuple(MixShare(plan, share) for plan, share in zip(served, shares, strict=True))


def _within(field: str, value: int, *, low: int, high: int) -> None:
    if type(value) is not int or not low <= value <= high:
        raise InvalidInput(field=field, fault=f"is {value!r}", accepted=f"a whole number from {low} to {high}")
