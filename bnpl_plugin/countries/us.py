"""United States: credit that stays outside the Truth in Lending Act.

Up to four instalments without a finance charge are outside (12 CFR 1026.2(a)(17)); anything else needs the TILA box, of
which letters h to r have not been confirmed, so it is refused. Part 423 of New York's rules (16 % APR, late fee 8
USD) is proposed only and stays out until it is adopted and dated. Missing in the core, so nothing is offered until an
operator supplies it: the licence, what lateness may cost in the states served, and the wording of the ECOA and E-SIGN
notices.
"""

from datetime import date
from decimal import Decimal

from bnpl_plugin.ports.jurisdiction import Clause, Country, CreditFacts, Value

_READ_ON = date(2026, 11, 23)  # long in force; relied on from the day that the sources were read


def gate(country: Country, facts: CreditFacts) -> str | None:
    """Refuse what falls under TILA: a finance charge, or more than four instalments. No page prints its box yet."""
    most = country.find("tila_free_instalments", day=facts.day)
    if most is None or facts.finance_charge_minor > 0 or facts.count > most.value:
        return "law_missing"
    return None


COUNTRY = Country(
    code="US",
    currency="USD",
    languages=("en",),
    time_zone="America/New_York",
    apr_method="us",
    required=(
        "tila_free_instalments",
        "apr_tolerance",
        "adverse_action_days",
        "reasons_request_days",
        "default_charge_cap",
        "licence",
    ),
    required_texts=("esign_consent", "ecoa_notice"),
    values={
        "tila_free_instalments": (Value(4, "instalments", _READ_ON, "12 CFR 1026.2(a)(17)", "S"),),
        "apr_tolerance": (
            Value(Decimal("0.00125"), "fraction a year, regular schedule", _READ_ON, "12 CFR 1026.22(a)", "S"),
        ),
        "adverse_action_days": (Value(30, "days from the application", _READ_ON, "12 CFR 1002.9(a)", "T"),),
        "reasons_request_days": (
            Value(60, "days in which reasons may be asked for", _READ_ON, "12 CFR 1002.9(a)", "T"),
        ),
    },
    clauses=(
        Clause("esign_consent", "Consent to electronic documents", 1),
        Clause("ecoa_notice", "Equal credit opportunity", 2),
    ),
    gate=gate,
)  # fmt: skip
