"""A policy: a version of the lender's appetite, whole and frozen. Read from data by ``reading.read_policy``.

Scores are whole numbers, shares hundredths of a percent, rates exact decimals: the same policy and the same evidence
give the same judgement on every machine and in every year.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any


class Unavailable(StrEnum):
    """What a needed source that is slow or down leads to."""

    REFER = "refer"
    DECLINE = "decline"
    WITHOUT = "without"  # goes on, with a lower limit; never an approval of what needed the source


@dataclass(frozen=True, slots=True)
class RuleCall:
    """A rule by its code, with its parameters (whole numbers; one not named has the rule's own default)."""

    code: str
    params: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Bin:
    """Points of the values ``from_value <= value < below``; None: without that bound."""

    from_value: int | None
    below: int | None
    points: int


@dataclass(frozen=True, slots=True)
class Attribute:
    """One figure's bins: sorted, without gap or overlap, from minus to plus infinity."""

    name: str
    bins: tuple[Bin, ...]
    missing_points: int  # the figure was not asked for, or not to be had

    @property
    def best_points(self) -> int:
        """The most that this figure gives."""
        return max(self.missing_points, *(one.points for one in self.bins))

    @property
    def least_points(self) -> int:
        """The least that this figure gives."""
        return min(self.missing_points, *(one.points for one in self.bins))

    def points_of(self, value: int | None) -> int:
        """Return what a value gives."""
        if value is None:
            return self.missing_points
        for one in self.bins:
            if one.below is None or value < one.below:
                return one.points
        raise AssertionError("the last bin has no upper bound")


@dataclass(frozen=True, slots=True)
class Scorecard:
    """``start_points`` and each attribute's; the sum is never below ``floor_points``, where there is one."""

    start_points: int
    attributes: tuple[Attribute, ...]
    floor_points: int | None

    @property
    def lowest(self) -> int:
        """The lowest score there can be."""
        least = self.start_points + sum(one.least_points for one in self.attributes)
        return least if self.floor_points is None else max(least, self.floor_points)


@dataclass(frozen=True, slots=True)
class Refer:
    """What goes to a person: a band of scores (from, below), and sums from which on, by currency."""

    score_from: int | None
    score_below: int | None
    principal_from_minor: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class SourceCall:
    """A bureau or open-banking service that is asked for sums from some amount on (by currency; 0: always).

    ``timeout_seconds`` bounds the wait, ``reuse_hours`` says how long an answer is good. ``without_limit_bps`` is the
    share of the limit that is left when it goes on without the answer.
    """

    source: str
    principal_from_minor: Mapping[str, int]
    timeout_seconds: int
    reuse_hours: int
    when_unavailable: Unavailable
    without_limit_bps: int

    def is_asked(self, *, principal_minor: int, currency: str) -> bool:
        """Whether a decision about this sum needs the source."""
        lowest = self.principal_from_minor.get(currency)
        return lowest is not None and principal_minor >= lowest


@dataclass(frozen=True, slots=True)
class Policy:
    """A version of the lender's appetite.

    ``ratings`` are (lowest score, rating), best first; ``limit_bps`` is each rating's share of the product cap
    (``caps_minor`` by currency), 0 for a rating that is not lent to. ``prices`` gives plans their nominal annual rates
    by rating; a plan that is not named has its own. ``body`` is the document as it is stored.
    """

    version: str
    rules: tuple[RuleCall, ...]
    scorecard: Scorecard
    ratings: tuple[tuple[int, str], ...]
    limit_bps: Mapping[str, int]
    caps_minor: Mapping[str, int]
    prices: Mapping[str, Mapping[str, Decimal]]
    refer: Refer
    sources: tuple[SourceCall, ...]
    body: Mapping[str, Any]
