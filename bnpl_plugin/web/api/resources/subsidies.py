"""A shop's own budgets for cheaper credit, to read: the lender opens and changes them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from bnpl_plugin.errors import NotYours
from bnpl_plugin.lifecycle.subsidies.terms import SubsidyTerms
from bnpl_plugin.ports.reads import SubsidyRow
from bnpl_plugin.web.api import answers, requests


def listed() -> dict[str, Any]:
    """Answer ``GET /subsidies``: those that the shop pays for, the newest first."""
    rows = requests.house().reads.subsidies(merchant_id=requests.merchant().merchant_id)
    return {"data": [subsidy_told(row) for row in rows]}


def one(subsidy_id: str) -> dict[str, Any]:
    """Answer ``GET /subsidies/{id}``."""
    row = requests.house().reads.subsidy(requests.ident(subsidy_id))
    if row is None or row.subsidy.merchant_id != requests.merchant().merchant_id:
        raise NotYours
    return subsidy_told(row)


def subsidy_told(row: SubsidyRow) -> dict[str, Any]:
    """Return a budget as its payer is told: what is used in all, and nothing of a single shopper's rating."""
    found, terms = row.subsidy, SubsidyTerms.from_json(row.subsidy.terms)
    return {
        "id": found.subsidy_id,
        "name": found.name,
        "state": found.state,
        "country": found.country,
        "currency": found.currency,
        "nominal_rate": str(terms.nominal_rate),
        "plan_codes": list(terms.plan_codes),
        "for_merchants": list(terms.for_merchants),
        "sale_ids": list(terms.sale_ids),
        "lowest_minor": terms.lowest_minor,
        "highest_minor": terms.highest_minor,
        "ceiling_minor": found.ceiling_minor,
        "used_minor": found.used_minor,
        "held_minor": row.held_minor,
        "free_minor": found.free_minor,
        "warn_bps": found.warn_bps,
        "loans": row.loans,
        "starts_at": answers.instant(found.starts_at),
        "ends_at": answers.instant(found.ends_at),
    }


def put_on(blueprint: Blueprint) -> None:
    """Add the routes."""
    blueprint.add_url_rule("/subsidies", "subsidies", listed)
    blueprint.add_url_rule("/subsidies/<subsidy_id>", "subsidy", one)
