"""The one allow-list of what a credit decision may look at: financial facts, each by name; all else is refused.

Everything that arrives as free data (the lender's API, a bureau's or a bank's report, a CSV's columns) passes here.
The law's own grounds are refused by name, so that nobody adds them by mistake and learns why.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from bnpl_plugin.errors import ForbiddenInput, InvalidInput

#: What the checkout and our own book know, with its meaning; the fields of ``ports.rule.Evidence``.
KNOWN: Final[Mapping[str, str]] = {
    "country": "where the credit is asked for, ISO 3166",
    "currency": "of the credit, ISO 4217",
    "age_years": "whole years, for the lower limit of age alone",
    "income_minor": "net income of a month, as told",
    "outgoings_minor": "fixed outgoings of a month, as told",
    "principal_minor": "what is asked for now",
    "first_today_minor": "what is paid at once",
    "monthly_due_minor": "the most that falls due on one later date",
    "line_limit_minor": "the credit line's limit",
    "line_used_minor": "drawn and held of the credit line",
    "product_cap_minor": "the most that the product lends to one shopper",
    "ceiling_minor": "the most that law and capital let one shopper owe",
    "min_age_years": "the age from which the country's law allows credit",
    "student": "declared student status, where the law asks",
    "identity_changed": "another date of birth than the one known",
    "phone_abroad": "whether the number belongs to another country",
    "segments": "names that the host gave its customer",
    "other_currency_open": "whether a line in another currency is open",
    "open_loans": "loans not yet paid back",
    "instalments_in_arrears": "instalments past due",
    "decisions_last_day": "requests in the past 24 hours",
    "loans_settled": "loans paid back in full",
}

#: What a bureau, an account at a bank or a data set may add; whole numbers. Each may be missing.
REPORTED: Final[Mapping[str, str]] = {
    "verified_income_minor": "net income of a month, as the account shows it",
    "verified_outgoings_minor": "outgoings of a month, as the account shows them",
    "debts_elsewhere_minor": "owed to other lenders",
    "monthly_debts_minor": "falls due at other lenders in a month",
    "defaults_elsewhere": "unpaid debts on file",
    "credits_elsewhere": "credits open at other lenders",
    "enquiries_elsewhere": "questions of other lenders in the past half-year",
    "other_plans_elsewhere": "instalment plans at shops and banks, as a class from 0",
    "months_on_file": "how long the file has existed",
    "account_balance_minor": "on the current account, may be negative",
    "account_band": "standing of the current account, as a class from 0",
    "savings_minor": "in savings",
    "savings_band": "savings, as a class from 0",
    "property_band": "what is owned, as a class from 0",
    "repayment_band": "how past credits were repaid, as a class from 0",
    "months_employed": "in the present employment",
    "employment_band": "time in the present employment, as a class from 0",
    "term_months": "how long the credit asked for runs",
    "instalment_share_percent": "instalment as a share of income",
    "dependants": "people kept from this income, a number",
    "housing_cost_minor": "rent or mortgage of a month",
}

#: Figures that rules, scorecards and conditions may use besides: computed, see ``figures``.
DERIVED: Final = (
    "free_income_bps",
    "income_to_cap_bps",
    "due_to_income_bps",
    "line_use_bps",
    "debts_to_income_bps",
    "verified_to_told_bps",
)

#: Names under which data sets and bureaus know the same facts.
ALIASES: Final[Mapping[str, str]] = {
    "age": "age_years",
    "income": "income_minor",
    "outgoings": "outgoings_minor",
    "amount": "principal_minor",
    "credit_amount": "principal_minor",
    "duration": "term_months",
    "duration_months": "term_months",
    "checking_status": "account_band",
    "credit_history": "repayment_band",
    "savings_status": "savings_band",
    "employment": "employment_band",
    "installment_commitment": "instalment_share_percent",
    "installment_rate": "instalment_share_percent",
    "property_magnitude": "property_band",
    "other_payment_plans": "other_plans_elsewhere",
    "other_installment_plans": "other_plans_elsewhere",
    "existing_credits": "credits_elsewhere",
    "num_dependents": "dependants",
}

_SPECIAL: Final = (
    "CCD2 Art. 18(3) and GDPR Art. 9 keep special categories of personal data out of every creditworthiness assessment."
)
_NETWORKS: Final = "CCD2 Art. 18(3): social networks are no source for a creditworthiness assessment."
_PROHIBITED: Final = (
    "ECOA (12 CFR 1002.6(b)) forbids it as a basis of a credit decision; in the EU CCD2 Art. 6 forbids discrimination."
)
_CRIMES: Final = "GDPR Art. 10 keeps data on offences out of it."

#: Each ground: the law's sentence, and the stems that name it as a word of a field's name.
FORBIDDEN: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    (_SPECIAL, (
        "health", "medic", "disease", "illness", "diagnos", "disab", "handicap", "pregnan", "genetic", "genom", "dna",
        "hiv", "bmi", "smok", "hospital", "therap", "prescri", "biometr", "fingerprint", "faceprint", "voiceprint",
        "iris",
        "relig", "church", "faith", "belief", "creed", "muslim", "christian", "jewish", "hindu", "politic", "party",
        "voter", "voting", "union", "syndicate", "philosoph",
    )),
    (_NETWORKS, (
        "social", "facebook", "instagram", "twitter", "tiktok", "weibo", "wechat", "linkedin", "snapchat", "whatsapp",
        "telegram", "follower", "friend", "contacts", "likes",
    )),
    (_PROHIBITED, (
        "sex", "sexual", "gender", "male", "female", "marital", "married", "spouse", "personal_status",
        "birth_control",
        "child_plans", "race", "racial", "ethnic", "colour", "color", "skin", "ancestry", "tribe", "caste",
        "nationalit",
        "national_origin", "foreign", "citizen", "immigra", "birthplace", "native", "mother_tongue", "language",
        "accent",
        "first_name", "surname", "full_name", "welfare", "public_assistance", "orientation",
    )),
    (_CRIMES, ("criminal", "crime", "convict", "offence", "offense", "arrest", "prison")),
)  # fmt: skip

_NEVER_SCORED: Final = frozenset({
    "country", "currency", "other_currency_open", "line_limit_minor", "ceiling_minor", "min_age_years", "student",
    "identity_changed", "phone_abroad", "segments",
})  # fmt: skip
_AGE: Final = "ECOA (12 CFR 1002.6(b)(2)) allows age only for the capacity to contract; here it gives no points."

_LONGEST_NAME = 60
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")

#: Stems that are meant as the whole word: "sex" must not find "sextant", nor "party" "counterparty".
_WHOLE = frozenset({
    "dna", "hiv", "bmi", "iris", "party", "union", "sex", "male", "female", "race", "skin", "likes", "accent", "creed",
    "native", "tribe", "caste", "faith", "spouse", "friend", "color", "colour", "social", "language",
})  # fmt: skip


def allowed_name(name: str) -> str:
    """Return the canonical name of an allowed fact.

    Any spelling of words is read: ``creditAmount``, ``Credit amount``, ``credit_amount``.

    Raises:
        ForbiddenInput: the name tells of something that the law keeps out; its sentence says which.
        InvalidInput: it is not on the list.
    """
    words = _words(name)
    forbid(name)
    plain = ALIASES.get(words, words)
    if plain not in KNOWN and plain not in REPORTED:
        raise InvalidInput(field=_shown(name), fault="is no known financial fact", accepted=_list((*KNOWN, *REPORTED)))
    return plain


def scorable_name(name: str) -> str:
    """Return the canonical name of a figure that may give points: an allowed one or a derived one.

    Raises:
        ForbiddenInput: as ``allowed_name``, and for age.
        InvalidInput: not a figure that gives points.
    """
    if name in DERIVED:
        return name
    plain = allowed_name(name)
    if plain == "age_years":
        raise ForbiddenInput(field=_shown(name), law=_AGE)
    if plain in _NEVER_SCORED:
        raise InvalidInput(field=_shown(name), fault="is no figure that gives points", accepted=_list(DERIVED))
    return plain


def forbid(name: str) -> None:
    """Refuse a name that tells of what no credit decision may see. Raises ``ForbiddenInput``."""
    words = _words(name)
    for law, stems in FORBIDDEN:
        if any(_tells(words, stem=stem) for stem in stems):
            raise ForbiddenInput(field=_shown(name), law=law)


def allowed_report(told: Mapping[str, Any]) -> dict[str, int]:
    """Return a report's figures by their canonical names, all of them ``REPORTED``; a null is left out.

    Raises:
        ForbiddenInput, InvalidInput: a name that is not allowed, given twice, or whose value is no whole number.
    """
    figures: dict[str, int] = {}
    for name, value in told.items():
        plain = allowed_name(name)
        if plain not in REPORTED or plain in figures:
            raise InvalidInput(field=_shown(name), fault="is not for a report to say", accepted=_list(REPORTED))
        if value is None:
            continue
        if type(value) is not int or not -(10**15) <= value <= 10**15:
            raise InvalidInput(field=_shown(name), fault=f"is {str(value)[:40]!r}", accepted="a whole number")
        if value < 0 and plain != "account_balance_minor":
            raise InvalidInput(field=_shown(name), fault=f"is {value}", accepted="0 or more")
        figures[plain] = value
    return figures


def _words(name: object) -> str:
    """Return a name in lower case with single underscores between its words."""
    if not isinstance(name, str) or not 1 <= len(name.strip()) <= _LONGEST_NAME:
        raise InvalidInput(field=_shown(name), fault="is no name", accepted=f"1 to {_LONGEST_NAME} characters")
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.strip())
    words = re.sub(r"[^a-z0-9]+", "_", parted.lower()).strip("_")
    if not _NAME.fullmatch(words):
        raise InvalidInput(field=_shown(name), fault="is no name", accepted="words of latin letters and digits")
    return words


def _tells(words: str, *, stem: str) -> bool:
    if "_" in stem:
        return f"_{stem}_" in f"_{words}_"
    each = words.split("_")
    if stem in _WHOLE:
        return any(word in (stem, f"{stem}s") for word in each)
    return any(word.startswith(stem) for word in each)


def _shown(name: object) -> str:
    return "".join(letter for letter in str(name)[:_LONGEST_NAME] if letter.isprintable()) or "name"


def _list(names: Any) -> str:
    return ", ".join(names)
