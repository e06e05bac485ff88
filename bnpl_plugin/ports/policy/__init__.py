"""The lender's appetite as data: what may be looked at, the document, its strict reader.

A document (JSON, table ``policy_version``) in short::

    {"version": "2026-11-24",
     "rules": [{"code": "age", "params": {"min_age_years": 18}}, …],
     "scorecard": {"start_points": 0, "floor_points": 0, "attributes": [
        {"name": "free_income_bps", "missing_points": 0,
         "bins": [{"below": 2000, "points": 0}, {"from": 2000, "points": 10}]}, …]},
     "ratings": [{"from": 60, "rating": "A"}, …, {"from": 0, "rating": "D"}],
     "limit_bps": {"A": 10000, …},  "caps_minor": {"CNY": 3000000, …},
     "prices": {"instalments_12": {"A": "0.0590", …}},                       (optional: the plan's own rates)
     "refer": {"score_from": 20, "score_below": 30, "principal_from_minor": {"EUR": 300000}},           (optional)
     "sources": [{"source": "sandbox", "principal_from_minor": {"EUR": 100000}, "timeout_seconds": 3,
        "reuse_hours": 24, "when_unavailable": "refer", "without_limit_bps": 5000}],                    (optional)
     "about": …}                                         (optional: the author's, such as a validation report)

For: the allow-list of inputs, the frozen ``Policy`` and its JSON form, the figures that are computed of evidence.
May import: ``ports.rule``, ``money``, ``errors``. Must never: decide (``lifecycle.judgement`` does), read a store.
Add a file here: a part of the document that has a meaning of its own; the stored default is ``rules/standard.py``.
"""

from __future__ import annotations

from bnpl_plugin.ports.policy.allowed import allowed_name, allowed_report, scorable_name
from bnpl_plugin.ports.policy.document import (
    Attribute,
    Bin,
    Policy,
    Refer,
    RuleCall,
    Scorecard,
    SourceCall,
    Unavailable,
)
from bnpl_plugin.ports.policy.reading import read_policy

__all__ = [
    "Attribute",
    "Bin",
    "Policy",
    "Refer",
    "RuleCall",
    "Scorecard",
    "SourceCall",
    "Unavailable",
    "allowed_name",
    "allowed_report",
    "read_policy",
    "scorable_name",
]
