"""The lender's first policy: points set by hand on what the checkout asks and on the shopper's own history with us.

Age gives no points, only the ``age`` rule's yes or no: age is a prohibited basis for a price in the United States,
and no better a reason elsewhere. Where they live, what they buy and how they pay give none either. It is seeded into
the table of policies; from then on it is never edited: a change is a new version.
"""

from __future__ import annotations

from typing import Any

from bnpl_plugin.ports.policy import read_policy


def _steps(name: str, *steps: tuple[int, int], lowest: int = 0) -> dict[str, Any]:
    """Return a figure's bins: ``lowest`` points below the first step, then each step's from its value on."""
    edges = [None, *(value for value, _ in steps), None]
    points = [lowest, *(given for _, given in steps)]
    bins = [
        {key: end for key, end in (("from", low), ("below", high)) if end is not None} | {"points": given}
        for low, high, given in zip(edges, edges[1:], points, strict=False)
    ]
    return {"name": name, "missing_points": 0, "bins": bins}


POLICY = read_policy(
    {
        "version": "2026-11-24",
        "rules": [
            {"code": "age", "params": {"min_age_years": 18}},
            {"code": "student"},
            {"code": "identity_mismatch"},
            {"code": "country"},
            {"code": "open_arrears"},
            {"code": "velocity", "params": {"max_a_day": 10}},
            {"code": "affordability", "params": {"share_bps": 5_000}},
            {"code": "exposure"},
        ],
        "scorecard": {
            "start_points": 0,
            "floor_points": 0,
            "attributes": [
                _steps("free_income_bps", (2_000, 10), (4_000, 20), (6_000, 30)),
                _steps("income_to_cap_bps", (2_500, 10), (5_000, 20)),
                _steps("loans_settled", (1, 15), (3, 30)),
                _steps("open_loans", *((loans, -10 * (loans - 2)) for loans in range(3, 11))),
            ],
        },
        "ratings": [
            {"from": 60, "rating": "A"},
            {"from": 40, "rating": "B"},
            {"from": 20, "rating": "C"},
            {"from": 0, "rating": "D"},
        ],
        "limit_bps": {"A": 10_000, "B": 7_000, "C": 4_000, "D": 2_000},
        "caps_minor": {"CNY": 30_000_00, "EUR": 4_300_00, "USD": 4_999_00},
    }
)
