"""France: consumer credit as reformed from 20 November 2026.

Missing in the core, so nothing is offered until an operator supplies it: the usury rates of the present quarter, the
cap on default charges and the duty to query the FICP (sources conflict), where to find advice on debt, the licence, and
every mandatory sentence but the advert's warning. The warning is French law's own; it is shown in French to every
reader.
"""

from datetime import date
from decimal import Decimal

from bnpl_plugin.countries import eu_directive as eu
from bnpl_plugin.ports.jurisdiction import Clause, Country, CreditFacts, Value

_REFORM = "Ordonnances 2025-880 and 2025-1154, decree of 20 February 2026"
_USURY = "Code de la consommation (usury: mean rate of the quarter + 1/3), rates as published for"
_USURY_UNIT = "(principal up to EUR minor units or None, highest APR as a fraction a year)"


def _usury(*, small: str, middle: str, large: str, start: date, end: date, quarter: str) -> Value:
    bands = ((3_000_00, Decimal(small)), (6_000_00, Decimal(middle)), (None, Decimal(large)))
    return Value(bands, _USURY_UNIT, start, f"{_USURY} {quarter}", "S", end=end)


def gate(country: Country, facts: CreditFacts) -> str | None:
    """Refuse credit above the regime's ceiling, and an APR above the usury rate of the principal's band."""
    ceiling = country.find("max_credit", day=facts.day)
    usury = country.find("usury_rates", day=facts.day)
    if ceiling is None or usury is None:
        return "law_missing"
    if facts.principal_minor > ceiling.value:
        return "amount_too_high"
    highest = next(rate for up_to, rate in usury.value if up_to is None or facts.principal_minor <= up_to)
    return "rate_above_cap" if facts.apr > highest else None


COUNTRY = Country(
    code="FR",
    currency="EUR",
    languages=("fr",),
    time_zone="Europe/Paris",
    apr_method="eu",
    required=(
        "credit_regime",
        "max_credit",
        "apr_decimals",
        "usury_rates",
        "default_charge_cap",
        "withdrawal_days",
        "withdrawal_settle_days",
        "withdrawal_reminder_days",
        "bureau_query",
        "debt_advice",
        "licence",
    ),
    required_texts=(
        "ad_warning",
        "late_costs",
        "missed_payments",
        "withdrawal",
        "early_repayment",
        "human_review",
        "database_result",
        "redress",
    ),
    values={
        "credit_regime": (Value("consumer credit, 0 % included", "regime", eu.APPLIES_FROM, _REFORM, "S"),),
        "max_credit": (eu.MAX_CREDIT,),
        "apr_decimals": (eu.APR_DECIMALS,),
        "usury_rates": (
            _usury(
                small="0.2349", middle="0.1571", large="0.0873",
                start=date(2025, 10, 1), end=date(2025, 12, 31), quarter="2025 Q4",
            ),
            _usury(
                small="0.2356", middle="0.1587", large="0.0867",
                start=date(2026, 1, 1), end=date(2026, 3, 31), quarter="2026 Q1",
            ),
        ),
        "default_charge_cap": (
            Value(
                Decimal("0.08"), "fraction of the overdue sum (0.04 if deferred)", eu.APPLIES_FROM,
                "Code de la consommation, D. 312-16 (text before the reform)", "C",
            ),
        ),
        "withdrawal_days": (eu.WITHDRAWAL_DAYS,),
        "withdrawal_settle_days": (eu.WITHDRAWAL_SETTLE_DAYS,),
        "withdrawal_reminder_days": (eu.WITHDRAWAL_REMINDER_DAYS,),
        "early_fee_caps_bps": (eu.EARLY_FEE_CAPS_BPS,),
        "bureau_query": (
            Value("FICP", "register to query unless exempt", eu.APPLIES_FROM, "sources conflict on an exemption", "C"),
        ),
    },
    texts={
        ("ad_warning", "fr"): (
            Value(
                "Attention ! Un crédit coûte de l'argent et doit être remboursé !",
                "text", eu.APPLIES_FROM, "French transposition of Directive (EU) 2023/2225, Art. 8(1)", "S",
            ),
        ),
        ("withdrawal_label", "en"): (eu.WITHDRAWAL_LABEL_EN,),
        ("withdrawal_confirm_label", "en"): (eu.WITHDRAWAL_CONFIRM_LABEL_EN,),
    },
    clauses=(
        Clause("late_costs", "Costs in the case of late payment", 1),
        Clause("missed_payments", "Missed payments", 1),
        Clause("withdrawal", "Right of withdrawal", 1),
        Clause("early_repayment", "Early repayment", 1),
        Clause("database_result", "Result of a database search", 2),
        Clause("human_review", "Automated decision and review by a person", 2),
        Clause("redress", "Complaints and supervisor", 2),
    ),
    gate=gate,
)  # fmt: skip
