"""Rows → a points scorecard: bins by optbinning, weights by logistic regression, points rounded to whole numbers.

Needs the extra ``score``, imported when first asked for. Same rows and same seed give the same points. Groups held
aside never come here: a ``Sample``'s inputs and outcomes alone are read.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bnpl_plugin.errors import ConfigurationError, InvalidInput
from bnpl_plugin.lifecycle.scoring.figures import ranking, weights_of_evidence
from bnpl_plugin.lifecycle.scoring.sample import Sample
from bnpl_plugin.ports.policy import Attribute, Bin, Scorecard

LEAST_VALUE = 0.02  # information value: below it a figure says next to nothing (Siddiqi, Credit Risk Scorecards)
TOO_GOOD_VALUE = 1.0
TOO_GOOD_AUC = 0.95  # of one figure alone
MOST_BINS = 6
FEWEST_MISSING = 30  # with fewer rows, a figure that is not known gives what its worst bin gives


@dataclass(frozen=True, slots=True)
class Scale:
    """``base_points`` where goods are to bads as ``base_odds`` to 1; every ``doubling_points`` doubles the odds."""

    base_points: int = 600
    base_odds: int = 50
    doubling_points: int = 20

    def __post_init__(self) -> None:
        for name, most in (("base_points", 10_000), ("base_odds", 10_000), ("doubling_points", 1_000)):
            if not 1 <= getattr(self, name) <= most:
                raise InvalidInput(field=name, fault=f"is {getattr(self, name)}", accepted=f"1 to {most}")

    @property
    def factor(self) -> float:
        """Points for one unit of the logarithm of the odds."""
        return self.doubling_points / math.log(2)

    def chance_of_bad(self, score: int) -> float:
        """Return the chance that a score stands for."""
        return 1 / (1 + self.base_odds * math.exp((score - self.base_points) / self.factor))


@dataclass(frozen=True, slots=True)
class Fitted:
    """A scorecard, which rows it was fitted on and which were held out, and what each figure was worth."""

    scorecard: Scorecard
    scale: Scale
    seed: int
    train: tuple[int, ...]
    held_out: tuple[int, ...]
    values: Mapping[str, float]  # information value by figure, on the training rows
    dropped: Mapping[str, str]  # figures without points, each with why
    warnings: tuple[str, ...]

    def scores(self, sample: Sample) -> list[int]:
        """Return each row's score."""
        return scores_of(self.scorecard, sample)


def scores_of(card: Scorecard, sample: Sample) -> list[int]:
    """Return each row's score. Raises ``InvalidInput`` when the rows lack a figure of the scorecard."""
    lacking = [one.name for one in card.attributes if one.name not in sample.inputs]
    if lacking:
        raise InvalidInput(
            field="header", fault=f"lacks {', '.join(lacking)}", accepted="every figure that gives points"
        )
    totals = [card.start_points] * sample.rows
    for one in card.attributes:
        for row, value in enumerate(sample.inputs[one.name]):
            totals[row] += one.points_of(value)
    return totals if card.floor_points is None else [max(total, card.floor_points) for total in totals]


def fit(sample: Sample, *, scale: Scale, seed: int, held_out_percent: int = 30) -> Fitted:
    """Fit a scorecard on the rows that are not held out.

    Raises:
        ConfigurationError: the extra ``score`` is not installed.
        InvalidInput: no figure tells good from bad.
    """
    if not 10 <= held_out_percent <= 50:
        raise InvalidInput(field="held_out", fault=f"is {held_out_percent}", accepted="10 to 50 percent")
    train, held_out = _split(sample.bad, seed=seed, percent=held_out_percent)
    bad = [sample.bad[row] for row in train]
    values: dict[str, float] = {}
    dropped: dict[str, str] = {}
    binned: dict[str, _Binned] = {}
    for name, every in sample.inputs.items():
        one = _bins(name, [every[row] for row in train], bad)
        values[name] = one.value
        if _too_good(sample, name) and not one.edges:  # optbinning joins bins of one outcome alone
            dropped[name] = "parts good from bad without a doubt: no bin holds both"
        elif one.value < LEAST_VALUE:
            dropped[name] = f"says next to nothing: information value below {LEAST_VALUE}"
        else:
            binned[name] = one
    intercept, weights = _weights(binned, bad, dropped=dropped)
    attributes = tuple(_attribute(name, binned[name], weights[name] * scale.factor) for name in sorted(weights))
    offset = scale.base_points - scale.factor * math.log(scale.base_odds)
    card = Scorecard(round(offset + scale.factor * intercept), attributes, None)
    return Fitted(card, scale, seed, train, held_out, values, dropped, _warnings(sample, values))


@dataclass(frozen=True, slots=True)
class _Binned:
    edges: tuple[int, ...]
    woe: tuple[float, ...]
    missing_woe: float
    value: float
    rows: tuple[float, ...]  # each training row's weight of evidence


def _split(bad: Sequence[bool], *, seed: int, percent: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return (training, held-out) rows, with the same share of bads in both."""
    draw = random.Random(seed)  # noqa: S311 - a sample that can be drawn again, no secret
    held: set[int] = set()
    for kind in (False, True):
        rows = [row for row, is_bad in enumerate(bad) if is_bad is kind]
        draw.shuffle(rows)
        held.update(rows[: len(rows) * percent // 100])
    return tuple(row for row in range(len(bad)) if row not in held), tuple(sorted(held))


def _libraries() -> tuple[Any, Any, Any]:
    try:
        import numpy as np
        from optbinning import OptimalBinning
        from sklearn.linear_model import LogisticRegression
    except ImportError as fault:
        raise ConfigurationError(
            f"training needs the extra: pip install 'bnpl_plugin[score]' ({fault})", extra="score"
        ) from fault
    return np, OptimalBinning, LogisticRegression


def _bins(name: str, values: Sequence[int | None], bad: Sequence[bool]) -> _Binned:
    """Return a figure's bins, their chance of bad rising or falling all the way (a reason must make sense)."""
    np, optimal_binning, _ = _libraries()
    edges: tuple[int, ...] = ()
    if len({value for value in values if value is not None}) > 1:
        search = optimal_binning(
            name=name, dtype="numerical", solver="cp", monotonic_trend="auto_asc_desc", max_n_bins=MOST_BINS,
            min_bin_size=0.05,
        )  # fmt: skip
        numbers = np.array([math.nan if value is None else value for value in values], dtype=float)
        search.fit(numbers, np.array(bad, dtype=int))
        # value < split, for whole values, is value < the next whole number
        edges = tuple(sorted({math.ceil(split) for split in search.splits}))
    places = [len(edges) + 1 if value is None else sum(edge <= value for edge in edges) for value in values]
    counts = [[0, 0] for _ in range(len(edges) + 2)]
    for place, is_bad in zip(places, bad, strict=True):
        counts[place][is_bad] += 1
    known, unknown = counts[:-1], counts[-1]
    if sum(unknown) >= FEWEST_MISSING:
        woe, value = weights_of_evidence([(good, bads) for good, bads in counts])
        # a source that is down makes a figure unknown: that must never speak for a shopper
        missing = min(woe.pop(), 0.0)
    else:
        woe, value = weights_of_evidence([(good, bads) for good, bads in known])
        missing = min(woe)
    each = [*woe, missing]
    return _Binned(edges, tuple(woe), missing, value, tuple(each[place] for place in places))


def _weights(
    binned: Mapping[str, _Binned], bad: Sequence[bool], *, dropped: dict[str, str]
) -> tuple[float, dict[str, float]]:
    """Return (intercept, weight by figure), all positive; a figure that the others turn round is dropped, worst first.

    A weight below zero would give points for what alone speaks against a shopper.
    """
    np, _, logistic_regression = _libraries()
    names = sorted(binned)
    while names:
        rows = np.array([binned[name].rows for name in names], dtype=float).T
        model = logistic_regression(C=10.0, max_iter=1_000).fit(rows, np.array([not one for one in bad], dtype=int))
        weights = dict(zip(names, (float(weight) for weight in model.coef_[0]), strict=True))
        worst = min(names, key=weights.__getitem__)
        if weights[worst] > 0:
            return float(model.intercept_[0]), weights
        dropped[worst] = "adds nothing beside the others: its weight would be below zero"
        names.remove(worst)
    told = "; ".join(f"{name} {why}" for name, why in dropped.items())[:400]
    raise InvalidInput(field="file", fault=f"has no figure that can give points ({told})", accepted="figures that do")


def _attribute(name: str, binned: _Binned, times: float) -> Attribute:
    bounds = [None, *binned.edges, None]
    bins = tuple(
        Bin(low, high, round(times * weight)) for low, high, weight in zip(bounds, bounds[1:], binned.woe, strict=False)
    )
    return Attribute(name, bins, round(times * binned.missing_woe))


def _warnings(sample: Sample, values: Mapping[str, float]) -> tuple[str, ...]:
    told = []
    few = min(sum(sample.bad), len(sample.bad) - sum(sample.bad))
    if few < 200:
        told.append(f"only {few} rows of one outcome: fewer than 200 make every figure below uncertain")
    told += [
        f"{name} foretells the outcome too well (information value {value:.2f}): was it known at the decision?"
        for name, value in values.items()
        if value >= TOO_GOOD_VALUE or _too_good(sample, name)
    ]
    return tuple(told)


def _too_good(sample: Sample, name: str) -> bool:
    """Whether a figure alone ranks the outcomes as nothing that is known beforehand does."""
    pairs = [(value, bad) for value, bad in zip(sample.inputs[name], sample.bad, strict=True) if value is not None]
    found = ranking([value for value, _ in pairs], [bad for _, bad in pairs])
    return found is not None and max(found[0], 1 - found[0]) >= TOO_GOOD_AUC
