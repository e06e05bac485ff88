"""One shopper, one open credit line, in the currency of their country."""

from bnpl_plugin.ports.rule import Evidence, Finding, Rule, Verdict


def check(evidence: Evidence) -> Finding | None:
    """Decline a currency that we do not lend in, and a second one while the first is open (P3)."""
    if evidence.product_cap_minor <= 0:
        return Finding("country", Verdict.DECLINE, {"not_served": evidence.currency, "country": evidence.country})
    if evidence.other_currency_open:
        return Finding("country", Verdict.DECLINE, {"open_elsewhere": "1", "currency": evidence.currency})
    return None


REASON_TEXTS = (
    "You have an open credit in another currency, or we do not lend in this one. Close the other one first.",
)

RULE = Rule(code="country", order=20, reason=REASON_TEXTS[0], check=check)
