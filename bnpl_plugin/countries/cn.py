"""China: a licensed microloan lender's consumer loans.

The all-in cost counts everything: interest, guarantee, insurance and any other charge of the credit, annualised;
nothing else may be charged. Missing in the core, so nothing is offered until an operator supplies it: the LPR of the
present month, the seconds of forced reading, what default may cost, the licence, the report to the credit bureau, and
how students are kept out.
"""

from datetime import date
from decimal import Decimal

from bnpl_plugin.ports.jurisdiction import Clause, Country, CreditFacts, Value

_GUIDANCE = "Guidance of December 2025 on the all-in cost of microloan companies"
_GUIDED_FROM = date(2025, 12, 31)  # the month is known, the day is not: its last
_FUNDING = "Jin Gui [2024] 26, as in the notice of 2020 on microloan companies"
_LARGEST = "Jin Gui [2024] 26, as in the notice of 2020 on microloan companies"
_COST_TABLE = "Rule on stating the cost of personal loans, in force 1 August 2026"

#: A month in days: loans up to it stay outside the path to four times the LPR.
MONTH_DAYS = 31


def gate(country: Country, facts: CreditFacts) -> str | None:
    """Refuse an all-in cost above the cap of the contract's day, and a principal above the household's ceiling."""
    ceiling = country.find("max_credit", day=facts.day)
    highest = country.find("rate_cap", day=facts.day)
    lpr = country.find("lpr", day=facts.day)
    if ceiling is None or highest is None or lpr is None:
        return "law_missing"
    if facts.principal_minor > ceiling.value:
        return "amount_too_high"
    cap: Decimal = highest.value
    multiple = country.find("lpr_multiple", day=facts.day)
    if multiple is not None and facts.term_days > MONTH_DAYS:
        cap = min(cap, multiple.value * lpr.value)
    return "rate_above_cap" if facts.apr > cap else None


COUNTRY = Country(
    code="CN",
    currency="CNY",
    languages=("zh",),
    time_zone="Asia/Shanghai",
    apr_method="cn",
    required=(
        "cost_inclusions",
        "rate_cap",
        "lpr",
        "max_credit",
        "cost_table",
        "forced_read_seconds",
        "default_charge_cap",
        "licence",
        "bureau_report",
        "barred_groups",
        "barred_groups_check",
    ),
    required_texts=("default_costs", "nothing_else_charged", "privacy"),
    values={
        "cost_inclusions": (
            Value(
                ("interest", "guarantee", "insurance", "every related charge"),
                "kinds of cost in the all-in rate", _GUIDED_FROM, f"{_GUIDANCE}, 1", "T",
            ),
        ),
        "rate_cap": (Value(Decimal("0.24"), "fraction a year, all-in", _GUIDED_FROM, f"{_GUIDANCE}, 2", "S"),),
        "lpr_multiple": (
            Value(4, "times the LPR, loans of over a month", date(2027, 12, 31), f"{_GUIDANCE}, 2", "S"),
        ),
        "lpr": (
            Value(
                Decimal("0.030"), "fraction a year", date(2025, 12, 1), "loan prime rate of December 2025", "S",
                end=date(2025, 12, 31),
            ),
        ),
        "max_credit": (
            Value(
                200_000_00, "CNY minor units per household, consumption", date(2024, 12, 31), "Jin Gui [2024] 26", "S"
            ),
        ),
        "funding_non_standard": (
            Value(Decimal(1), "times net assets, loans from banks and shareholders", date(2024, 12, 31), _FUNDING, "S"),
        ),
        "funding_standardised": (
            Value(Decimal(4), "times net assets, bonds and securities on loans", date(2024, 12, 31), _FUNDING, "S"),
        ),
        "largest_borrower": (
            Value(Decimal("0.10"), "fraction of net assets, one borrower", date(2024, 12, 31), _LARGEST, "S"),
        ),
        "cost_table": (
            Value(
                ("principal", "item", "method", "rate", "recipient", "annual total", "default costs"),
                "columns shown before the agreement and on the order's payment page",
                date(2026, 8, 1), _COST_TABLE, "S",
            ),
        ),
        "barred_groups": (
            Value(("students",), "groups without consumer loans", date(2021, 12, 31), "notice of 2021 on students",
            "S"),
        ),
        "bureau_report": (
            Value("credit bureau", "body that each loan is reported to", date(2024, 12, 31), "background only", "C"),
        ),
    },
    clauses=(
        Clause("nothing_else_charged", "Nothing else is charged", 1),
        Clause("default_costs", "Costs in the case of default", 1),
        Clause("privacy", "Use of your data", 2),
    ),
    gate=gate,
)  # fmt: skip
