"""P9: every decision rests on a stored policy, and the policy says today what was recorded of the same inputs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import sqlalchemy as sa

from bnpl_plugin.errors import BnplError
from bnpl_plugin.lifecycle.appetite import digest_of
from bnpl_plugin.lifecycle.judgement import again
from bnpl_plugin.ports.policy import Policy, read_policy
from bnpl_plugin.ports.reads import Finding
from bnpl_plugin.ports.records import Decision
from bnpl_plugin.ports.rule import Rule
from bnpl_plugin.storage.reads.lending import policies
from bnpl_plugin.storage.verify.findings import broken


def decisions_stand(connection: sa.Connection, *, rules: Mapping[str, Rule]) -> Iterator[Finding]:
    """P9: one champion, bodies as hashed, every decision's policy there, its replay the recorded judgement."""
    yield from broken(
        connection,
        "P9",
        """SELECT max(version), state, count(*) FROM bnpl_policy_version WHERE state IN ('champion', 'challenger')
            GROUP BY state HAVING count(*) > 1 ORDER BY state""",
        "{2} policies are the {1} at once",
    )
    yield from broken(
        connection,
        "P9",
        """SELECT a.agreement_id, d.policy_version FROM bnpl_agreement a
             JOIN bnpl_checkout c ON c.checkout_id = a.checkout_id
             JOIN bnpl_decision d ON d.shopper_id = a.shopper_id AND d.decision_id = c.decision_id
             JOIN bnpl_policy_version p ON p.version = d.policy_version
            WHERE d.decided_by = 'policy' AND p.state = 'withdrawn' AND p.changed_at < a.signed_at
            ORDER BY a.agreement_id""",
        "it was signed on a decision of policy {1}, withdrawn before",
    )
    known: dict[str, Policy | None] = {}
    for row in policies.versions(connection):
        if digest_of(row.body) != row.sha256:
            yield Finding("P9", row.version, "the policy's body is not what was hashed")
        try:
            known[row.version] = read_policy(row.body)
        except BnplError as error:
            known[row.version] = None
            yield Finding("P9", row.version, f"the policy cannot be read: {error}")
    for decision in policies.decisions(connection):
        if decision.decided_by == "policy":
            fault = _fault(decision, known=known, rules=rules)
            if fault:
                yield Finding("P9", decision.decision_id, fault)


def _fault(decision: Decision, *, known: Mapping[str, Policy | None], rules: Mapping[str, Rule]) -> str:
    if decision.policy_version not in known:
        return f"the decision's policy {decision.policy_version} is not there"
    policy = known[decision.policy_version]
    if policy is None:
        return ""  # named already, once
    missing = [call.code for call in policy.rules if call.code not in rules]
    if missing:
        return f"its policy's rule {missing[0]} is not there"
    try:
        now = again(decision, policy=policy, rules=rules)
        recorded = (decision.outcome, decision.rating, decision.limit_minor, list(decision.reasons["codes"]))
    except (TypeError, KeyError, AttributeError):
        return "the decision's inputs cannot be read"
    replayed = (now.outcome, now.rating, now.limit_minor, [finding.code for finding in now.findings])
    if recorded == replayed:
        return ""
    return f"recorded {_told(recorded)}, replayed {_told(replayed)}"


def _told(said: tuple[str, str, int, list[str]]) -> str:
    outcome, rating, limit_minor, codes = said
    return f"{outcome} {rating} {limit_minor} {'+'.join(codes)}".strip()
