"""A phone number that changed hands: another date of birth than the one that we know for it."""

from bnpl_plugin.ports.rule import Evidence, Finding, Rule, Verdict


def check(evidence: Evidence) -> Finding | None:
    """Refer a shopper whose date of birth is not the one known for the number: a person must look at it."""
    if not evidence.identity_changed:
        return None
    return Finding("identity_mismatch", Verdict.REFER, {"changed": "birth_date"})


REASON_TEXTS = ("Your date of birth is not the one that we know for this phone number.",)

RULE = Rule(code="identity_mismatch", order=15, reason=REASON_TEXTS[0], check=check)
