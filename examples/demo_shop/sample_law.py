"""What an operator would supply for each country, made up for the demo: samples, not law.

The core holds only what was read in a source and offers nothing where a required value is missing. The demo fills the
gaps with these, each marked ``sample``, so that every page which rests on one says "sample, not law".
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from bnpl_plugin.ports.jurisdiction import Value

Values = Mapping[str, tuple[Value, ...]]
Texts = Mapping[tuple[str, str], tuple[Value, ...]]

_FROM = date(2026, 1, 1)


def _sample(value: Any, *, unit: str, what: str) -> tuple[Value, ...]:
    return (Value(value, unit, _FROM, f"sample, not law: {what}", "S", sample=True),)


def _texts(sentences: Mapping[str, Mapping[str, str]]) -> Texts:
    """Turn name → language → sentence into the keyed samples that a country takes."""
    return {
        (name, language): _sample(sentence, unit="text", what=f"wording of {name} for the demo")
        for name, spoken in sentences.items()
        for language, sentence in spoken.items()
    }


_LICENCE = _sample("Sample licence 0000", unit="licence of the lender", what="the demo's lender has no licence")

_FR_VALUES: Values = {
    "licence": _LICENCE,
    "usury_rates": _sample(
        ((3_000_00, Decimal("0.2300")), (6_000_00, Decimal("0.1550")), (None, Decimal("0.0850"))),
        unit="(principal up to EUR minor units or None, highest APR as a fraction a year)",
        what="a usury table for every quarter of the demo",
    ),
    "default_charge_cap": _sample(0, unit="EUR minor units", what="the demo charges nothing for lateness"),
    "debt_advice": _sample(
        ("Sample advice on debt", "https://advice.example/"), unit="name and address", what="the demo's debt advice"
    ),
    "bureau_query": _sample("not queried", unit="register to query", what="the demo asks no register"),
}

_FR_TEXTS = _texts(
    {
        "late_costs": {
            "fr": "Aucun frais ni intérêt n'est ajouté en cas de retard de paiement.",
            "en": "Nothing is added to what you owe when you pay late.",
            "zh": "逾期还款不加收任何费用或利息。",
        },
        "missed_payments": {
            "fr": "Des impayés peuvent avoir de graves conséquences pour vous et rendre plus difficile l'obtention "
            "d'un crédit.",
            "en": "Missing payments may have serious consequences for you and make it harder to obtain credit.",
            "zh": "未按时还款可能给您带来严重后果，并使您今后更难获得信贷。",
        },
        "withdrawal": {
            "fr": "Vous pouvez vous rétracter dans les 14 jours calendaires, sans motif. Vous remboursez alors le "
            "capital dans les 30 jours.",
            "en": "You may withdraw within 14 calendar days without giving a reason. You then pay the principal back "
            "within 30 days.",
            "zh": "您可在14个日历日内无理由撤销合同，并在30日内归还本金。",
        },
        "early_repayment": {
            "fr": "Vous pouvez rembourser à tout moment, en tout ou en partie, sans indemnité.",
            "en": "You may pay back early at any time, in full or in part, without a fee.",
            "zh": "您可随时提前归还全部或部分款项，无需支付费用。",
        },
        "human_review": {
            "fr": "La décision est automatisée. Vous pouvez demander une explication et un réexamen par une personne.",
            "en": "A program decides. You may ask for an explanation and for a review by a person.",
            "zh": "决定由程序自动作出。您可要求说明，并要求人工复核。",
        },
        "database_result": {
            "fr": "Si un fichier a été consulté et le crédit refusé, le résultat vous est communiqué gratuitement.",
            "en": "If a database was searched and credit is refused, you are told the result free of charge.",
            "zh": "如曾查询数据库且信贷被拒，我们将免费告知您查询结果。",
        },
        "redress": {
            "fr": "Une réclamation ? Écrivez au prêteur, puis au médiateur (exemple, aucun médiateur réel).",
            "en": "A complaint? Write to the lender, then to the mediator (a sample, there is no real mediator).",
            "zh": "如有投诉，请先联系贷款人，再联系调解人（示例，并非真实机构）。",
        },
    }
)

_CN_VALUES: Values = {
    "licence": _LICENCE,
    "lpr": _sample(Decimal("0.030"), unit="fraction a year", what="an LPR for every month of the demo"),
    "forced_read_seconds": _sample(3, unit="seconds", what="a reading time for the demo"),
    "default_charge_cap": _sample(0, unit="CNY minor units", what="the demo charges nothing for lateness"),
    "bureau_report": _sample(
        "not reported", unit="body that each loan is reported to", what="the demo reports nothing"
    ),
    "barred_groups_check": _sample(
        "declared", unit="how barred groups are kept out", what="the demo believes what the shopper declares"
    ),
}

_CN_TEXTS = _texts(
    {
        "default_costs": {
            "zh": "逾期还款不加收任何费用或罚息。",
            "en": "Nothing is added to what you owe when you pay late.",
            "fr": "Aucun frais ni intérêt n'est ajouté en cas de retard de paiement.",
        },
        "nothing_else_charged": {
            "zh": "除上表所列费用外，不收取任何其他费用。",
            "en": "Nothing is charged beyond the costs in the table.",
            "fr": "Aucun coût ne s'ajoute à ceux du tableau.",
        },
        "privacy": {
            "zh": "您的资料仅用于本次信贷决定和还款管理。",
            "en": "Your data are used only for this credit decision and for its repayment.",
            "fr": "Vos données ne servent qu'à cette décision de crédit et à son remboursement.",
        },
    }
)

_US_VALUES: Values = {
    "licence": _LICENCE,
    "default_charge_cap": _sample(0, unit="USD minor units", what="the demo charges nothing for lateness"),
}

_US_TEXTS = _texts(
    {
        "esign_consent": {
            "en": "You agree to receive documents electronically. You may ask for paper copies and withdraw this "
            "consent at any time. You need a browser that shows this page.",
            "fr": "Vous acceptez de recevoir les documents par voie électronique. Vous pouvez demander des copies "
            "papier et retirer cet accord à tout moment. Un navigateur qui affiche cette page suffit.",
            "zh": "您同意以电子方式接收文件。您可随时索取纸质副本或撤回此同意。只需能显示本页的浏览器。",
        },
        "ecoa_notice": {
            "en": "The lender does not discriminate. If credit is refused you are told why, or that you may ask why.",
            "fr": "Le prêteur ne pratique aucune discrimination. En cas de refus, vous en connaissez les raisons ou "
            "pouvez les demander.",
            "zh": "贷款人不作歧视。如信贷被拒，您将被告知原因，或可要求告知原因。",
        },
    }
)

#: Country → (values, texts), as ``Country.with_values`` and ``Bnpl(law=...)`` take them.
SAMPLE_LAW: Mapping[str, tuple[Values, Texts]] = MappingProxyType(
    {"FR": (_FR_VALUES, _FR_TEXTS), "CN": (_CN_VALUES, _CN_TEXTS), "US": (_US_VALUES, _US_TEXTS)}
)
