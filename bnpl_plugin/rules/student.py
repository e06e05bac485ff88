"""Where the law bars students, a declared student gets no credit."""

from bnpl_plugin.ports.rule import Evidence, Finding, Rule, Verdict


def check(evidence: Evidence) -> Finding | None:
    """Decline a declared student; where the law does not ask, nobody was asked."""
    if evidence.student is not True:
        return None
    return Finding("student", Verdict.DECLINE, {"declared": "student"})


REASON_TEXTS = ("The law of your country does not let us lend to students.",)

RULE = Rule(code="student", order=12, reason=REASON_TEXTS[0], check=check)
