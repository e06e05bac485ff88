"""The figures of evidence that scorecards use: its own whole numbers, a source's, and the computed ones.

Each has a sentence that tells a shopper what stood against them when it cost points: a specific, true factor, never
"your score" (ECOA, 12 CFR 1002.9(b)(2)).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from bnpl_plugin.ports.policy.allowed import REPORTED
from bnpl_plugin.ports.rule import Evidence


def _bps(part_minor: int, of_minor: int) -> int:
    return part_minor * 10_000 // max(of_minor, 1)


def _debts_bps(evidence: Evidence) -> int | None:
    monthly_minor = evidence.reported.get("monthly_debts_minor")
    return None if monthly_minor is None else _bps(monthly_minor, evidence.income_minor)


def _verified_bps(evidence: Evidence) -> int | None:
    verified_minor = evidence.reported.get("verified_income_minor")
    return None if verified_minor is None else _bps(verified_minor, evidence.income_minor)


def _line_use_bps(evidence: Evidence) -> int | None:
    return None if evidence.line_limit_minor is None else _bps(evidence.line_used_minor, evidence.line_limit_minor)


COMPUTED: Final[Mapping[str, Callable[[Evidence], int | None]]] = {
    "free_income_bps": lambda of: _bps(of.income_minor - of.outgoings_minor, of.income_minor),
    "income_to_cap_bps": lambda of: _bps(of.income_minor, of.product_cap_minor),
    "due_to_income_bps": lambda of: _bps(of.monthly_due_minor, of.income_minor),
    "line_use_bps": _line_use_bps,
    "debts_to_income_bps": _debts_bps,
    "verified_to_told_bps": _verified_bps,
}


#: What a computed figure takes from a source's report.
NEEDS: Final[Mapping[str, str]] = {
    "debts_to_income_bps": "monthly_debts_minor",
    "verified_to_told_bps": "verified_income_minor",
}


def figure(evidence: Evidence, name: str) -> int | None:
    """Return a figure by its name (``allowed.scorable_name``), None when it is not known."""
    computed = COMPUTED.get(name)
    if computed is not None:
        return computed(evidence)
    if name in REPORTED:
        return evidence.reported.get(name)
    value: int | None = getattr(evidence, name)
    return value


#: Reason codes of figures begin with this, so that none is taken for a rule's.
SCORE: Final = "score_"

REASON_TEXTS: Final[Mapping[str, str]] = {
    "free_income_bps": "Your outgoings take a large share of your income.",
    "income_to_cap_bps": "Your income is low for the credit that we offer.",
    "due_to_income_bps": "The instalments take a large share of your income.",
    "line_use_bps": "You already use a large share of your credit line.",
    "debts_to_income_bps": "Your debts at other lenders take a large share of your income.",
    "verified_to_told_bps": "Your account shows less income than you told us.",
    "income_minor": "Your income is low for this credit.",
    "outgoings_minor": "Your outgoings are high for this credit.",
    "principal_minor": "The sum that you ask for is high.",
    "first_today_minor": "Little of the price is paid at once.",
    "monthly_due_minor": "The instalments are high.",
    "line_used_minor": "You already owe us a high sum.",
    "product_cap_minor": "We lend little in this currency.",
    "open_loans": "You have several open purchases with us.",
    "instalments_in_arrears": "An instalment of yours is past due.",
    "decisions_last_day": "You have asked for credit several times today.",
    "loans_settled": "You have not yet paid back a purchase with us.",
    "verified_income_minor": "The income that your account shows is low for this credit.",
    "verified_outgoings_minor": "The outgoings that your account shows are high for this credit.",
    "debts_elsewhere_minor": "You owe a high sum to other lenders.",
    "monthly_debts_minor": "You pay a high sum to other lenders each month.",
    "defaults_elsewhere": "A credit bureau reports unpaid debts.",
    "credits_elsewhere": "You have many credits at other lenders.",
    "enquiries_elsewhere": "You have asked other lenders for credit many times of late.",
    "other_plans_elsewhere": "You pay other instalment plans.",
    "months_on_file": "A credit bureau knows little about you so far.",
    "account_balance_minor": "The balance of your account is low.",
    "account_band": "The standing of your account is low.",
    "savings_minor": "You have little in savings.",
    "savings_band": "You have little in savings.",
    "property_band": "You own little that could secure you.",
    "repayment_band": "Past credits were not always repaid on time.",
    "months_employed": "You have been in your present employment for a short time.",
    "employment_band": "You have been in your present employment for a short time.",
    "term_months": "The credit that you ask for runs for long.",
    "instalment_share_percent": "The instalments take a large share of your income.",
    "dependants": "Your income keeps several people.",
    "housing_cost_minor": "Your housing takes a high sum each month.",
}


#: Reasons that are neither a rule's nor a figure's.
OTHER_TEXTS: Final[Mapping[str, str]] = {
    "source_unavailable": "A service that we must ask about you did not answer. Nothing is held against you.",
    "high_sum": "A person looks at every request of so high a sum.",
    "rating": "What we know of your means and of your past credits does not allow this credit.",
}


def reason_of(code: str) -> str | None:
    """Return the sentence (English msgid) of a reason code that is not a rule's, None for an unknown one."""
    if code.startswith(SCORE):
        return REASON_TEXTS.get(code.removeprefix(SCORE))
    return OTHER_TEXTS.get(code)
