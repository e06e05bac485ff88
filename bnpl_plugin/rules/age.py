"""Credit is for adults."""

from bnpl_plugin.ports.rule import Evidence, Finding, Rule, Verdict

MIN_AGE_YEARS = 18


def check(evidence: Evidence, *, min_age_years: int = MIN_AGE_YEARS) -> Finding | None:
    """Decline a shopper below the age that the country's law sets, and below the policy's everywhere."""
    lowest = max(evidence.min_age_years, min_age_years)
    if evidence.age_years >= lowest:
        return None
    return Finding("age", Verdict.DECLINE, {"min_age_years": str(lowest)})


REASON_TEXTS = ("You are below the age from which we may lend: 18 years, or more where the law says so.",)

RULE = Rule(code="age", order=10, reason=REASON_TEXTS[0], check=check, params={"min_age_years": MIN_AGE_YEARS})
