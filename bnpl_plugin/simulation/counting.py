"""What a month brought: counted from the house's own events, and from the book at the month's end."""

from __future__ import annotations

import resource
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.ports.store import Event

#: Events that are counted, under the name that a month tells.
TOLD: Mapping[str, str] = {
    "checkout.opened": "checkouts",
    "credit.approved": "approved",
    "credit.declined": "declined",
    "credit.referred": "referred",
    "loan.booked": "loans",
    "loan.settled": "settled",
    "loan.reversed": "refunded",
    "loan.defaulted": "defaulted",
    "instalment.paid": "instalments_paid",
    "instalment.failed": "instalments_failed",
    "checkout.expired": "expired",
}


@dataclass(frozen=True, slots=True)
class Purse:
    """One currency at a month's end, in minor units: lent and earned in the month, the rest as it stands."""

    currency: str
    lent_minor: int
    earned_minor: int
    loans: int
    outstanding_minor: int
    late_minor: Mapping[str, int]
    defaulted_minor: int
    available_minor: int

    @property
    def used_bps(self) -> int:
        """The part of the capital that is lent, in hundredths of a percent."""
        return self.outstanding_minor * 10_000 // self.available_minor if self.available_minor else 0


@dataclass(frozen=True, slots=True)
class Month:
    """One calendar month, or what was lived of it. ``refusals`` and ``ratings`` are counts by code and rating."""

    month: date
    last_day: int  # the simulation's, from 1
    counts: Mapping[str, int]
    refusals: Mapping[str, int]
    ratings: Mapping[str, int]
    purses: tuple[Purse, ...]
    peak_memory_kib: int

    @property
    def approval_bps(self) -> int:
        """The part of the decisions that approved, in hundredths of a percent."""
        decided = sum(self.counts.get(name, 0) for name in ("approved", "declined", "referred"))
        return self.counts.get("approved", 0) * 10_000 // decided if decided else 0


@dataclass(slots=True)
class Tally:
    """Counts since the month began."""

    counts: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    ratings: Counter[str] = field(default_factory=Counter)
    lent_minor: Counter[str] = field(default_factory=Counter)
    earned_before: Mapping[str, int] = field(default_factory=dict)

    def take(self, events: Sequence[Event]) -> None:
        """Count what has happened."""
        for event in events:
            name = TOLD.get(event.kind)
            if name is None:
                continue
            self.counts[name] += 1
            if event.kind == "credit.approved":
                self.ratings[event.payload["rating"]] += 1
            elif event.kind == "loan.booked":
                self.lent_minor[event.payload["currency"]] += event.payload["principal_minor"]

    def close(self, house: House, *, today: date, day: int) -> Month:
        """Return the month that ends with a day, and begin the next."""
        earned = house.reads.income()
        standings = {one.currency: one for one in house.reads.book_standing(as_of=today)}
        purses = []
        for pool in house.reads.pools():
            code = pool.currency
            standing = standings.get(code)
            purses.append(
                Purse(
                    currency=code,
                    lent_minor=self.lent_minor[code],
                    earned_minor=earned.get(code, 0) - self.earned_before.get(code, 0),
                    loans=standing.loans if standing else 0,
                    outstanding_minor=pool.outstanding_minor,
                    late_minor=standing.late_minor if standing else {},
                    defaulted_minor=standing.defaulted_minor if standing else 0,
                    available_minor=pool.available_minor,
                )
            )
        month = Month(
            month=today.replace(day=1),
            last_day=day,
            counts=dict(sorted(self.counts.items())),
            refusals=dict(sorted(self.refusals.items())),
            ratings=dict(sorted(self.ratings.items())),
            purses=tuple(purses),
            peak_memory_kib=peak_memory_kib(),
        )
        self.counts, self.refusals, self.ratings, self.lent_minor = Counter(), Counter(), Counter(), Counter()
        self.earned_before = earned
        return month


def peak_memory_kib() -> int:
    """Return the most memory that this process has held so far."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // 1024 if sys.platform == "darwin" else peak
