"""Credit is for adults."""

from bnpl_plugin.ports.rule import Evidence, Finding, Rule, Verdict

MIN_AGE_YEARS = 18


def check(evidence: Evidence, *, min_age_years: int = MIN_AGE_YEARS) -> Finding | None:
    """Decline a shopper below the age."""
    if evidence.age_years >= min_age_years:
        return None
    return Finding("age", Verdict.DECLINE, {"min_age_years": str(min_age_years)})


REASON_TEXTS = ("Credit is only for people of 18 years or more.",)

RULE = Rule(code="age", order=10, reason=REASON_TEXTS[0], check=check, params={"min_age_years": MIN_AGE_YEARS})
