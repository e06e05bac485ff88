"""The statistics of a score, in plain arithmetic: how well it ranks, how true its chances are, how it drifts.

Floats throughout: these describe a score and never decide. Higher scores are better risks everywhere.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Band:
    """Rows next to each other in the order of their chance: how many, expected and observed bad."""

    rows: int
    expected: float
    bad: int


def ranking(scores: Sequence[int], bad: Sequence[bool]) -> tuple[float, float] | None:
    """Return (AUC, KS); ties count half. None when only one outcome is there."""
    goods = Counter(score for score, is_bad in zip(scores, bad, strict=True) if not is_bad)
    bads = Counter(score for score, is_bad in zip(scores, bad, strict=True) if is_bad)
    good_rows, bad_rows = goods.total(), bads.total()
    if not good_rows or not bad_rows:
        return None
    below_good = below_bad = 0
    won, widest = 0.0, 0.0
    for score in sorted(goods.keys() | bads.keys()):
        won += goods[score] * (below_bad + bads[score] / 2)
        below_good, below_bad = below_good + goods[score], below_bad + bads[score]
        widest = max(widest, abs(below_bad / bad_rows - below_good / good_rows))
    return won / (good_rows * bad_rows), widest


def brier(chances: Sequence[float], bad: Sequence[bool]) -> float:
    """Return the mean square of (chance of bad - what came)."""
    return math.fsum((chance - is_bad) ** 2 for chance, is_bad in zip(chances, bad, strict=True)) / len(bad)


def bands(chances: Sequence[float], bad: Sequence[bool], *, count: int = 10) -> list[Band]:
    """Return the rows by rising chance in ``count`` bands of about one size; equal chances stay in one band."""
    pairs = sorted(zip(chances, bad, strict=True))
    made: list[Band] = []
    start = 0
    for place in range(1, len(pairs) + 1):
        full = place - start >= (len(pairs) - start) / (count - len(made))
        if place == len(pairs) or (full and pairs[place][0] != pairs[place - 1][0]):
            part = pairs[start:place]
            made.append(Band(len(part), math.fsum(chance for chance, _ in part), sum(one for _, one in part)))
            start = place
    return made


def hosmer_lemeshow(parts: Sequence[Band], *, fitted: bool) -> tuple[float, int, float]:
    """Return (statistic, degrees of freedom, p): as many degrees as bands, two fewer on rows that were fitted."""
    statistic = 0.0
    for part in parts:
        spread = part.expected * (1 - part.expected / part.rows)
        statistic += (part.bad - part.expected) ** 2 / spread if spread else 0.0
    degrees = max(len(parts) - 2, 1) if fitted else len(parts)
    return statistic, degrees, chi_square_tail(statistic, degrees=degrees)


def chi_square_tail(value: float, *, degrees: int) -> float:
    """Return the chance of a chi-square above ``value`` (Abramowitz & Stegun 26.4.4, 26.4.5)."""
    half = value / 2
    tail, start = (math.erfc(math.sqrt(half)), 1) if degrees % 2 else (math.exp(-half), 2)
    for lower in range(start, degrees, 2):
        tail += math.exp(lower / 2 * math.log(half) - half - math.lgamma(lower / 2 + 1)) if half else 0.0
    return min(tail, 1.0)


def stability(before: Mapping[int, int], after: Mapping[int, int]) -> float:
    """Return the population stability index of two counts; half a row stands for none."""
    places = before.keys() | after.keys()
    total_before = sum(before.values()) or 1
    total_after = sum(after.values()) or 1
    terms = []
    for place in places:
        share_before = max(before.get(place, 0), 0.5) / total_before
        share_after = max(after.get(place, 0), 0.5) / total_after
        terms.append((share_after - share_before) * math.log(share_after / share_before))
    return math.fsum(terms)


def weights_of_evidence(counts: Sequence[tuple[int, int]]) -> tuple[list[float], float]:
    """Return each bin's ln(share of goods / share of bads) for (good, bad) counts, and their information value.

    Half a row is added to each count, so that a bin of one kind alone stays finite.
    """
    goods = sum(good for good, _ in counts) + len(counts) / 2
    bads = sum(bad for _, bad in counts) + len(counts) / 2
    weights, value = [], 0.0
    for good, bad in counts:
        share_good, share_bad = (good + 0.5) / goods, (bad + 0.5) / bads
        weights.append(math.log(share_good / share_bad))
        value += (share_good - share_bad) * weights[-1]
    return weights, value
