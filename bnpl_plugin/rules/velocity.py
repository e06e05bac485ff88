"""Many requests within a day are the mark of a stolen identity or of distress."""

from bnpl_plugin.ports.rule import Evidence, Finding, Rule, Verdict

MAX_DECISIONS_A_DAY = 10


def check(evidence: Evidence, *, max_a_day: int = MAX_DECISIONS_A_DAY) -> Finding | None:
    """Decline when so many decisions were already made in the past 24 hours."""
    if evidence.decisions_last_day < max_a_day:
        return None
    return Finding("velocity", Verdict.DECLINE, {"decisions": str(evidence.decisions_last_day)})


REASON_TEXTS = ("You have asked for credit many times within a day. Please try again tomorrow.",)

RULE = Rule(code="velocity", order=40, reason=REASON_TEXTS[0], check=check, params={"max_a_day": MAX_DECISIONS_A_DAY})
