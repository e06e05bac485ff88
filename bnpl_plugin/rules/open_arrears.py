"""No new credit while an instalment is past due."""

from bnpl_plugin.ports.rule import Evidence, Finding, Rule, Verdict


def check(evidence: Evidence) -> Finding | None:
    """Decline while anything is in arrears."""
    if evidence.instalments_in_arrears == 0:
        return None
    return Finding("open_arrears", Verdict.DECLINE, {"instalments": str(evidence.instalments_in_arrears)})


REASON_TEXTS = ("An instalment of yours is past due. Please pay it first, then ask again.",)

RULE = Rule(code="open_arrears", order=30, reason=REASON_TEXTS[0], check=check)
