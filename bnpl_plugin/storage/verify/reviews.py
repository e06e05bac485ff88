"""P9, the part of people: what is referred is in somebody's hands, and what a person decided stands in a review."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from bnpl_plugin.ports.reads import Finding
from bnpl_plugin.storage.verify.findings import broken


def people_answer(connection: sa.Connection) -> Iterator[Finding]:
    """P9: every referred checkout has an open review; an operator's decision has the closed review that it answers."""
    yield from broken(
        connection,
        "P9",
        """SELECT c.checkout_id, coalesce(c.decision_id, 'none') FROM bnpl_checkout c WHERE c.state = 'referred'
              AND NOT EXISTS (SELECT 1 FROM bnpl_review r WHERE r.shopper_id = c.shopper_id
                   AND r.decision_id = c.decision_id AND r.checkout_id = c.checkout_id AND r.state = 'open')
            ORDER BY c.checkout_id""",
        "the checkout waits for a person, and no open review has its decision {1}",
    )
    yield from broken(
        connection,
        "P9",
        """SELECT d.decision_id, d.decided_by FROM bnpl_decision d WHERE d.decided_by <> 'policy'
              AND NOT EXISTS (SELECT 1 FROM bnpl_review r WHERE r.shopper_id = d.shopper_id
                   AND r.new_decision_id = d.decision_id AND r.state = 'closed' AND r.outcome = d.outcome
                   AND r.operator = d.decided_by)
            ORDER BY d.decision_id""",
        "{1} decided, and no closed review says so",
    )
    yield from broken(
        connection,
        "P9",
        """SELECT r.review_id, r.outcome FROM bnpl_review r
            WHERE r.state = 'closed' AND r.outcome IN ('approved', 'declined')
              AND NOT EXISTS (SELECT 1 FROM bnpl_decision d WHERE d.shopper_id = r.shopper_id
                   AND d.decision_id = r.new_decision_id AND d.outcome = r.outcome)
            ORDER BY r.review_id""",
        "the review was closed as {1}, and no decision says so",
    )
