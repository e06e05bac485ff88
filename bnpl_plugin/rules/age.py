"""Credit is for adults."""

from bnpl_plugin.ports.rule import Evidence, Finding, Rule, Verdict

MIN_AGE_YEARS = 18


def check(evidence: Evidence) -> Finding | None:
    """Decline a shopper below ``MIN_AGE_YEARS``."""
    if evidence.age_years >= MIN_AGE_YEARS:
        return None
    return Finding("age", Verdict.DECLINE, {"min_age_years": str(MIN_AGE_YEARS)})


REASON_TEXTS = ("Credit is only for people of 18 years or more.",)

RULE = Rule(code="age", order=10, reason=REASON_TEXTS[0], check=check)
