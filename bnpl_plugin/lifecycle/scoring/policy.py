"""A fitted scorecard → a policy's document: the points, ratings cut at shares of the rows, all else as in a base."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from bnpl_plugin.errors import InvalidInput
from bnpl_plugin.lifecycle.scoring.fitting import Fitted
from bnpl_plugin.lifecycle.scoring.sample import Sample
from bnpl_plugin.ports.policy import Attribute, Policy, read_policy


def document(
    fitted: Fitted, sample: Sample, *, base: Policy, approve_percent: int, version: str | None, about: Mapping[str, str]
) -> Policy:
    """Return the policy.

    The base's ratings are kept by name: the last one takes the scores below the cut-off and is not lent to, the
    others share the ``approve_percent`` of training rows above it evenly.
    """
    if not 1 <= approve_percent <= 99:
        raise InvalidInput(field="approve", fault=f"is {approve_percent}", accepted="1 to 99 percent")
    every = fitted.scores(sample)
    scores = sorted((every[row] for row in fitted.train), reverse=True)
    names = [rating for _, rating in base.ratings]
    lent = names[:-1] or names
    cuts: list[tuple[int, str]] = []
    for place, rating in enumerate(lent, start=1):
        cut = scores[max(len(scores) * approve_percent * place // (100 * len(lent)) - 1, 0)]
        cuts.append((min(cut, cuts[-1][0] - 1) if cuts else cut, rating))
    lowest = fitted.scorecard.lowest
    cuts.append((min(lowest, cuts[-1][0] - 1), names[-1] if len(names) > 1 else "none"))
    body = dict(base.body)
    body["scorecard"] = {
        "start_points": fitted.scorecard.start_points,
        "attributes": [_told(one) for one in fitted.scorecard.attributes],
    }
    body["ratings"] = [{"from": score, "rating": rating} for score, rating in cuts]
    body["limit_bps"] = {rating: base.limit_bps.get(rating, 0) for _, rating in cuts[:-1]} | {cuts[-1][1]: 0}
    body["about"] = dict(about)
    refer = {key: value for key, value in body.pop("refer", {}).items() if key == "principal_from_minor"}
    if refer:  # its band was of the base's scores; the sums that a person looks at stay
        body["refer"] = refer
    body["version"] = version or f"score-{_digest({**body, 'version': ''})}"
    return read_policy(body)


def reported(policy: Policy, report: str) -> Policy:
    """Return the policy with its validation report in it, under ``about``: wherever it is stored, it can be read."""
    return read_policy({**policy.body, "about": {**policy.body["about"], "report": report}})


def cut_off(policy: Policy) -> int:
    """Return the lowest score that is lent to."""
    return min(score for score, rating in policy.ratings if policy.limit_bps[rating])


def canonical(policy: Policy) -> str:
    """Return a policy's document as text, byte for byte the same for the same policy."""
    return json.dumps(policy.body, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _digest(body: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:12]


def _told(one: Attribute) -> dict[str, Any]:
    bins = [
        {key: end for key, end in (("from", part.from_value), ("below", part.below)) if end is not None}
        | {"points": part.points}
        for part in one.bins
    ]
    return {"name": one.name, "bins": bins, "missing_points": one.missing_points}
