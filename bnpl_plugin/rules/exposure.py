"""What would be owed stays within the credit line and the product's cap (P3)."""

from bnpl_plugin.ports.rule import Evidence, Finding, Rule, Verdict


def check(evidence: Evidence) -> Finding | None:
    """Decline when the purchase passes what is available; ``available_minor`` tells what would still fit."""
    limit_minor = evidence.product_cap_minor
    if evidence.line_limit_minor is not None:
        limit_minor = min(limit_minor, evidence.line_limit_minor)
    if evidence.ceiling_minor is not None:
        limit_minor = min(limit_minor, evidence.ceiling_minor)
    if evidence.line_used_minor + evidence.principal_minor <= limit_minor:
        return None
    available_minor = max(limit_minor - evidence.line_used_minor, 0)
    details = {"available_minor": str(available_minor), "limit_minor": str(limit_minor), "currency": evidence.currency}
    return Finding("exposure", Verdict.DECLINE, details)


REASON_TEXTS = ("This purchase is above what you may still spend with us.",)

RULE = Rule(code="exposure", order=60, reason=REASON_TEXTS[0], check=check)
