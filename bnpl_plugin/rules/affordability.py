"""The instalments fit what is left of the shopper's income, as the shopper told it."""

from bnpl_plugin.ports.rule import Evidence, Finding, Rule, Verdict

#: The share of a month's free income, in basis points, that one due date may take.
SHARE_BPS = 5_000


def check(evidence: Evidence, *, share_bps: int = SHARE_BPS) -> Finding | None:
    """Decline when outgoings eat the income, or one later due date takes more than a share of what is left."""
    free_minor = evidence.income_minor - evidence.outgoings_minor
    affordable_minor = max(free_minor, 0) * share_bps // 10_000
    if free_minor > 0 and evidence.monthly_due_minor <= affordable_minor:
        return None
    details = {
        "affordable_minor": str(affordable_minor),
        "due_minor": str(evidence.monthly_due_minor),
        "currency": evidence.currency,
    }
    return Finding("affordability", Verdict.DECLINE, details)


REASON_TEXTS = ("The instalments are too high for what is left of your income after your outgoings.",)

RULE = Rule(code="affordability", order=50, reason=REASON_TEXTS[0], check=check, params={"share_bps": SHARE_BPS})
