"""How well a scorecard holds: on the rows it was fitted on, on those it never saw, and for each group held aside.

The report is plain data (JSON): figures rounded to four places, with the counts that they rest on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from bnpl_plugin.lifecycle.scoring import figures
from bnpl_plugin.lifecycle.scoring.columns import Role, refused
from bnpl_plugin.lifecycle.scoring.fitting import Fitted, Scale
from bnpl_plugin.lifecycle.scoring.policy import cut_off
from bnpl_plugin.lifecycle.scoring.sample import Sample
from bnpl_plugin.ports.policy import Attribute, Policy

FEWEST_IN_A_GROUP = 30
FOUR_FIFTHS = 0.8  # 29 CFR 1607.4(D): below four fifths of the best group's rate is taken as adverse impact
_LIBRARIES = ("optbinning", "scikit-learn", "numpy", "ortools")


def validate(fitted: Fitted, sample: Sample, *, policy: Policy) -> dict[str, Any]:
    """Return the report of a trained policy."""
    scores = fitted.scores(sample)
    parts = {"train": fitted.train, "held_out": fitted.held_out}
    lowest = cut_off(policy)
    warnings = [*fitted.warnings, *_units(sample)]
    fairness = {
        name: _by_group(groups, scores, sample.bad, lowest=lowest, parts={"all": range(sample.rows), **parts},
                        scale=fitted.scale)
        for name, groups in sample.groups.items()
    }  # fmt: skip
    for name, told in fairness.items():
        warnings += [f"{name}: {group} is approved at less than four fifths of the best group's rate"
                     for group, one in told["all"].items() if one["below_four_fifths"]]  # fmt: skip
    return {
        "version": policy.version,
        "data": {"sha256": sample.sha256, "rows": sample.rows, "bad": sum(sample.bad), "seed": fitted.seed},
        "columns": {one.name: {"part": str(one.role), "as": one.label} for one in sample.columns},
        "refused_as_inputs": refused(sample.columns),
        "not_scored": dict(fitted.dropped),
        "libraries": {name: _version(name) for name in _LIBRARIES},
        "scale": {"base_points": fitted.scale.base_points, "base_odds": fitted.scale.base_odds,
                  "doubling_points": fitted.scale.doubling_points},
        "cut_off": lowest,
        **{part: _held(rows, scores, sample.bad, scale=fitted.scale, lowest=lowest, is_train=part == "train")
           for part, rows in parts.items()},
        "stability": _stability(fitted, sample, scores),
        "information_value": {name: round(value, 4) for name, value in sorted(fitted.values.items())},
        "points": _points(fitted),
        "fairness": fairness,
        "warnings": warnings,
    }  # fmt: skip


def _units(sample: Sample) -> list[str]:
    """Return the sums that may have been told in another unit than decisions know them in: points a hundredfold off."""
    return [
        f"{one.name}: its numbers count as minor units ({one.label}); say times = 100 where they are whole units"
        for one in sample.columns
        if one.role is Role.INPUT
        and one.times == 1
        and one.label.endswith("_minor")
        and "minor" not in one.name.lower()
    ]


def _held(
    rows: Sequence[int], scores: Sequence[int], bad: Sequence[bool], *, scale: Scale, lowest: int, is_train: bool
) -> dict[str, Any]:
    own, outcomes = [scores[row] for row in rows], [bad[row] for row in rows]
    chances = [scale.chance_of_bad(score) for score in own]
    parts = figures.bands(chances, outcomes)
    statistic, degrees, tail = figures.hosmer_lemeshow(parts, fitted=is_train)
    return {
        "rows": len(own),
        "bad": sum(outcomes),
        **_ranking(own, outcomes),
        "brier": round(figures.brier(chances, outcomes), 4),
        "hosmer_lemeshow": {"statistic": round(statistic, 4), "degrees": degrees, "p": round(tail, 4)},
        "approved": sum(score >= lowest for score in own),
        "approved_bad": sum(is_bad for score, is_bad in zip(own, outcomes, strict=True) if score >= lowest),
        "deciles": [
            {"rows": part.rows, "expected_bad": round(part.expected, 2), "bad": part.bad} for part in parts
        ],
    }  # fmt: skip


def _ranking(scores: Sequence[int], bad: Sequence[bool]) -> dict[str, float | None]:
    found = figures.ranking(scores, bad)
    if found is None:
        return {"auc": None, "gini": None, "ks": None}
    return {"auc": round(found[0], 4), "gini": round(2 * found[0] - 1, 4), "ks": round(found[1], 4)}


def _stability(fitted: Fitted, sample: Sample, scores: Sequence[int]) -> dict[str, Any]:
    """Return the PSI from training to held-out rows, of the score (in tenths of the training rows) and each figure."""
    ordered = sorted(scores[row] for row in fitted.train)
    edges = sorted({ordered[len(ordered) * tenth // 10] for tenth in range(1, 10)})
    score = [Counter(sum(edge <= scores[row] for edge in edges) for row in rows)
             for rows in (fitted.train, fitted.held_out)]  # fmt: skip
    told: dict[str, Any] = {"score": round(figures.stability(score[0], score[1]), 4), "attributes": {}}
    for one in fitted.scorecard.attributes:
        places = [Counter(_place(one, sample.inputs[one.name][row]) for row in rows)
                  for rows in (fitted.train, fitted.held_out)]  # fmt: skip
        told["attributes"][one.name] = round(figures.stability(places[0], places[1]), 4)
    return told


def _place(one: Attribute, value: int | None) -> int:
    if value is None:
        return -1
    return sum(part.below is not None and value >= part.below for part in one.bins)


def _points(fitted: Fitted) -> list[dict[str, Any]]:
    return [
        {"name": one.name, "from": part.from_value, "below": part.below, "points": part.points}
        for one in fitted.scorecard.attributes
        for part in one.bins
    ] + [
        {"name": one.name, "from": None, "below": None, "missing": True, "points": one.missing_points}
        for one in fitted.scorecard.attributes
    ]  # fmt: skip


def _by_group(
    groups: Sequence[str], scores: Sequence[int], bad: Sequence[bool], *, lowest: int,
    parts: Mapping[str, Iterable[int]], scale: Scale,
) -> dict[str, Any]:  # fmt: skip
    """Return each group's approvals, and the ratio to the group of enough rows that is approved most often."""
    told: dict[str, Any] = {}
    for part, every in parts.items():
        rows: dict[str, list[int]] = {}
        for row in every:
            rows.setdefault(groups[row], []).append(row)
        rates = {name: sum(scores[row] >= lowest for row in own) / len(own) for name, own in rows.items()}
        best = max((rates[name] for name, own in rows.items() if len(own) >= FEWEST_IN_A_GROUP), default=0.0)
        told[part] = {
            name: _one_group(own, scores, bad, rate=rates[name], best=best, scale=scale)
            for name, own in sorted(rows.items())
        }
    return told


def _one_group(
    own: Sequence[int], scores: Sequence[int], bad: Sequence[bool], *, rate: float, best: float, scale: Scale
) -> dict[str, Any]:
    outcomes = [bad[row] for row in own]
    ratio = rate / best if best else None
    small = len(own) < FEWEST_IN_A_GROUP
    expected = sum(scale.chance_of_bad(scores[row]) for row in own) / len(own)
    return {
        "rows": len(own),
        "small": small,
        "approval_rate": round(rate, 4),
        "impact_ratio": None if ratio is None else round(ratio, 4),
        "below_four_fifths": ratio is not None and ratio < FOUR_FIFTHS and not small,
        "auc": _ranking([scores[row] for row in own], outcomes)["auc"],
        "expected_bad_rate": round(expected, 4),
        "bad_rate": round(sum(outcomes) / len(own), 4),
    }


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"
