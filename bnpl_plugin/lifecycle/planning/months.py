"""What each month needs at its highest, what carries it, and where the plan breaks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import groupby
from operator import attrgetter

from bnpl_plugin.lifecycle.planning.inputs import WHOLE_BPS, Funding, PlanInputs
from bnpl_plugin.lifecycle.planning.lending import Day, days

YEAR_DAYS = 365


@dataclass(frozen=True, slots=True)
class Borrowing:
    """What a month needs of one kind of funding and what it may be at most, in minor units."""

    kind: Funding
    needed_minor: int
    ceiling_minor: int


@dataclass(frozen=True, slots=True)
class Month:
    """One month, in minor units of the pool's currency.

    Attributes:
        month: its first day.
        lent_minor: principal of the loans made.
        repaid_minor: principal that came back, ahead of time too.
        written_off_minor: principal that never will, the funders' part included.
        outstanding_minor: owed at the month's end, loans sold to funders included.
        peak_minor: the most that was owed inside the month, before the receipts of its day.
        peak_on: the first day with that much.
        sold_minor: the funders' part of the peak.
        lost_minor: the lender's own losses since the start.
        equity_minor: the equity less those losses; 0 at the least.
        borrowings: what the peak needs beside the equity, in the order in which it is drawn.
        short_minor: what neither equity nor borrowings carry; it breaks the plan.
        headroom_minor: what they could carry beyond the peak.
    """

    month: date
    lent_minor: int
    repaid_minor: int
    written_off_minor: int
    outstanding_minor: int
    peak_minor: int
    peak_on: date
    sold_minor: int
    lost_minor: int
    equity_minor: int
    borrowings: tuple[Borrowing, ...]
    short_minor: int
    headroom_minor: int

    @property
    def own_minor(self) -> int:
        """The part of the peak that the lender has to carry."""
        return self.peak_minor - self.sold_minor

    @property
    def capacity_minor(self) -> int:
        """The equity and all that may be borrowed on it."""
        return self.equity_minor + sum(one.ceiling_minor for one in self.borrowings)

    @property
    def equity_used_minor(self) -> int:
        """The part of the peak that the equity carries."""
        return min(self.own_minor, self.equity_minor)

    @property
    def breaks(self) -> bool:
        """Whether something is left that nothing carries."""
        return self.short_minor > 0


@dataclass(frozen=True, slots=True)
class Remedy:
    """The three ways, each alone, to carry a month that breaks.

    Attributes:
        more_equity_minor: equity to raise, with the borrowings that come with it; rounded up.
        sold_bps: the share of all loans to sell instead of the inputs', rounded up.
        life_days: the average life that the mix may have at most.
    """

    more_equity_minor: int
    sold_bps: int
    life_days: Fraction


@dataclass(frozen=True, slots=True)
class CapitalPlan:
    """The answer: one row for each month asked, and the months after in which the last loans are paid off.

    Attributes:
        inputs: the question.
        months: the months asked.
        run_off: those after, until nothing is outstanding.
        life_days: how long a unit lent stays out on average, exactly.
    """

    inputs: PlanInputs
    months: tuple[Month, ...]
    run_off: tuple[Month, ...]
    life_days: Fraction

    @property
    def turnover(self) -> Fraction | None:
        """How often a year the capital is lent anew; None where it comes back on the day."""
        return YEAR_DAYS / self.life_days if self.life_days else None

    @property
    def year_target_minor(self) -> Fraction:
        """The target at the same pace for a whole year."""
        return Fraction(self.inputs.target.minor * 12, len(self.months))

    @property
    def steady_minor(self) -> Fraction:
        """What is outstanding on average once the book is full at the target's pace."""
        return self.year_target_minor * self.life_days / YEAR_DAYS

    @property
    def every_month(self) -> tuple[Month, ...]:
        """The months asked and those after: losses can still break a plan when nothing is lent any more."""
        return self.months + self.run_off

    @property
    def worst(self) -> Month:
        """The month with the least room: the largest lack, else the smallest headroom."""
        return min(self.every_month, key=lambda row: (row.headroom_minor - row.short_minor, row.month))

    @property
    def first_break(self) -> Month | None:
        """The first month that breaks, or None."""
        return next((row for row in self.every_month if row.breaks), None)

    @property
    def reachable_minor(self) -> int | None:
        """The most that this capital carries in the same rhythm, mix and sales; None where nothing limits it.

        What a month needs and what it loses grow in proportion to the target: with k times the target it needs k × own,
        and has (equity - k × lost) × (1 + ceilings).
        """
        equity = self.inputs.capital.minor
        factors = [
            (equity * lever) / (row.own_minor + row.lost_minor * lever)
            for row in self.every_month
            if (lever := _lever(self.inputs, month=row.month)) and row.own_minor + row.lost_minor
        ]
        return int(min(factors) * self.inputs.target.minor) if factors else None

    def remedy(self, row: Month) -> Remedy:
        """Return what would carry a month that breaks, each way by itself."""
        lever = _lever(self.inputs, month=row.month)
        missing = Fraction(row.short_minor) / lever
        if not row.equity_minor:  # what was eaten has to be put back first
            missing += row.lost_minor - self.inputs.capital.minor
        kept = Fraction(row.capacity_minor, row.peak_minor) if row.peak_minor else Fraction(1)
        share = Fraction(row.capacity_minor, row.own_minor) if row.own_minor else Fraction(1)
        return Remedy(
            more_equity_minor=-(-missing.numerator // missing.denominator),
            sold_bps=WHOLE_BPS - min(WHOLE_BPS, int(kept * WHOLE_BPS)),
            life_days=self.life_days * min(Fraction(1), share),
        )


def plan_capital(inputs: PlanInputs) -> CapitalPlan:
    """Work a capital plan out, exactly and day by day.

    The loans of a day are made before its receipts come in. Interest, fees and the merchants' shares are not counted as
    capital: the plan rests on what is there. Losses reduce the net assets on which borrowings are measured.

    Raises:
        InvalidInput: a plan of the mix adds to its principal, or cannot be built.
    """
    rows: list[Month] = []
    day_sum = lost = 0
    for month, inside in groupby(days(inputs), key=lambda day: day.on.replace(day=1)):
        told = list(inside)
        day_sum += sum(map(attrgetter("outstanding_minor"), told))
        lost += sum(map(attrgetter("written_off_minor"), told))
        own_loss = lost - lost * inputs.sold_bps // WHOLE_BPS
        rows.append(_month(inputs, month=month, inside=told, lost_minor=own_loss))
    asked = len(inputs.months)
    return CapitalPlan(
        inputs=inputs,
        months=tuple(rows[:asked]),
        run_off=tuple(rows[asked:]),
        life_days=Fraction(day_sum, inputs.target.minor),
    )


def _month(inputs: PlanInputs, *, month: date, inside: Iterable[Day], lost_minor: int) -> Month:
    told = list(inside)
    peak = max(told, key=attrgetter("highest_minor"))  # the first of equals
    sold = peak.highest_minor * inputs.sold_bps // WHOLE_BPS
    equity = max(0, inputs.capital.minor - lost_minor)
    rest = max(0, peak.highest_minor - sold - equity)
    room = max(0, equity - (peak.highest_minor - sold))
    borrowings = []
    for kind in Funding:
        ceiling = int(equity * inputs.times(kind, month=month))
        needed = min(rest, ceiling)
        borrowings.append(Borrowing(kind, needed, ceiling))
        rest -= needed
        room += ceiling - needed
    return Month(
        month=month,
        lent_minor=sum(day.lent_minor for day in told),
        repaid_minor=sum(day.repaid_minor for day in told),
        written_off_minor=sum(day.written_off_minor for day in told),
        outstanding_minor=told[-1].outstanding_minor,
        peak_minor=peak.highest_minor,
        peak_on=peak.on,
        sold_minor=sold,
        lost_minor=lost_minor,
        equity_minor=equity,
        borrowings=tuple(borrowings),
        short_minor=rest,
        headroom_minor=room,
    )


def _lever(inputs: PlanInputs, *, month: date) -> Fraction:
    """Return what one unit of net assets carries in a month: itself and its borrowings."""
    return 1 + sum((inputs.times(kind, month=month) for kind in Funding), Fraction(0))
