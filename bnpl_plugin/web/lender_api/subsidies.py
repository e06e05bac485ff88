"""Budgets that pay for cheaper credit: their list, and what a treasurer does with one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from marshmallow import Schema, fields, validate

from bnpl_plugin.errors import NotYours
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.lifecycle.subsidies import budgets
from bnpl_plugin.lifecycle.subsidies.terms import SubsidyTerms
from bnpl_plugin.money.amount import Money
from bnpl_plugin.ports.records import Subsidy
from bnpl_plugin.web.api import schemas
from bnpl_plugin.web.api.answers import instant
from bnpl_plugin.web.api.resources.subsidies import subsidy_told
from bnpl_plugin.web.lender_api.route import Route

_MINOR: Final = "whole minor units, above 0"


def _ids(accepted: str) -> Any:
    one = fields.String(validate=validate.Length(min=1, max=254))
    return fields.List(one, load_default=list, validate=validate.Length(max=100), metadata={"accepted": accepted})


class OpenBody(Schema):
    """A new budget."""

    name = fields.String(
        required=True, validate=validate.Length(min=1, max=120), metadata={"accepted": "1 to 120 characters"}
    )
    country = fields.String(
        required=True, validate=validate.Length(equal=2), metadata={"accepted": "an ISO 3166 alpha-2 code"}
    )
    currency = fields.String(
        required=True, validate=validate.Length(equal=3), metadata={"accepted": "the country's ISO 4217 code"}
    )
    ceiling_minor = fields.Integer(
        required=True, strict=True, validate=validate.Range(min=1, max=budgets.MOST_MINOR),
        metadata={"accepted": _MINOR},
    )  # fmt: skip
    nominal_rate = fields.Decimal(
        load_default=None, as_string=True,
        metadata={"accepted": "0 to below 1, a fraction a year as a string; none: 0"},
    )  # fmt: skip
    plan_codes = _ids("codes of plans; none: every plan with interest")
    lowest_minor = fields.Integer(
        load_default=0, strict=True, validate=validate.Range(min=0), metadata={"accepted": "whole minor units"}
    )
    highest_minor = fields.Integer(
        load_default=0, strict=True, validate=validate.Range(min=0), metadata={"accepted": "whole minor units; 0: any"}
    )
    merchant_id = fields.String(
        load_default=None, validate=validate.Length(min=1, max=64), metadata={"accepted": "who pays; none: the host"}
    )
    for_merchants = _ids("shops that it serves; none: every shop")
    sale_ids = _ids("flash sales whose items alone it serves; none: every cart")
    recipients = _ids("who is warned: mail addresses or E.164 phone numbers")
    warn_bps = fields.Integer(
        load_default=8_000, strict=True, validate=validate.Range(min=1, max=10_000), metadata={"accepted": "1 to 10000"}
    )
    starts_at = schemas.instant(load_default=None)
    ends_at = schemas.instant(required=True)


class TopUpBody(Schema):
    """More money for a budget."""

    by_minor = fields.Integer(
        required=True, strict=True, validate=validate.Range(min=1, max=budgets.MOST_MINOR),
        metadata={"accepted": _MINOR},
    )  # fmt: skip


class ExtendBody(Schema):
    """Another end for a budget."""

    ends_at = schemas.instant(required=True)


def listed(house: House, _asked: Mapping[str, Any]) -> dict[str, Any]:
    """Answer ``GET /subsidies``."""
    return {"data": [told(house, row.subsidy.subsidy_id) for row in house.reads.subsidies()]}


def one(house: House, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Answer ``GET /subsidies/<subsidy_id>``."""
    return told(house, asked["subsidy_id"])


def opened(house: House, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Answer ``POST /subsidies``."""
    terms = SubsidyTerms(
        plan_codes=tuple(asked["plan_codes"]),
        nominal_rate=asked["nominal_rate"] or Decimal(0),
        lowest_minor=asked["lowest_minor"],
        highest_minor=asked["highest_minor"],
        for_merchants=tuple(asked["for_merchants"]),
        sale_ids=tuple(asked["sale_ids"]),
        recipients=tuple(asked["recipients"]),
    )
    made = budgets.open_budget(
        house, name=asked["name"], budget=Money(asked["ceiling_minor"], asked["currency"]), country=asked["country"],
        terms=terms, starts_at=asked["starts_at"] or house.clock.now(), ends_at=asked["ends_at"],
        warn_bps=asked["warn_bps"], merchant_id=asked["merchant_id"],
    )  # fmt: skip
    return told(house, made.subsidy_id)


def stopped(house: House, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Answer ``POST /subsidies/<subsidy_id>/stop``."""
    return told(house, budgets.stop(house, subsidy_id=asked["subsidy_id"]).subsidy_id)


def resumed(house: House, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Answer ``POST /subsidies/<subsidy_id>/resume``."""
    return told(house, budgets.resume(house, subsidy_id=asked["subsidy_id"]).subsidy_id)


def topped_up(house: House, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Answer ``POST /subsidies/<subsidy_id>/top-up``."""
    row: Subsidy = budgets.find(house, asked["subsidy_id"])
    by = Money(asked["by_minor"], row.currency)
    return told(house, budgets.top_up(house, subsidy_id=row.subsidy_id, by=by).subsidy_id)


def extended(house: House, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Answer ``POST /subsidies/<subsidy_id>/extend``."""
    ends_at: datetime = asked["ends_at"]
    return told(house, budgets.extend(house, subsidy_id=asked["subsidy_id"], ends_at=ends_at).subsidy_id)


def told(house: House, subsidy_id: str) -> dict[str, Any]:
    """Return a budget as the lender is told: with who is warned, and what is earned. Raises ``NotYours``."""
    row = house.reads.subsidy(subsidy_id)
    if row is None:
        raise NotYours
    terms = SubsidyTerms.from_json(row.subsidy.terms)
    return {
        **subsidy_told(row),
        "merchant_id": row.subsidy.merchant_id,
        "recipients": list(terms.recipients),
        "warned_at": instant(row.subsidy.warned_at) if row.subsidy.warned_at else None,
        "earned_minor": row.earned_minor,
    }


_ONE: Final = "/subsidies/<subsidy_id>"
ROUTES: Final = (
    Route("get", "/subsidies", "subsidies", "Every budget: used, held, left", listed),
    Route("get", _ONE, "subsidy", "One budget", one),
    Route("post", "/subsidies", "open_subsidy", "Open a budget", opened, OpenBody, 201),
    Route("post", f"{_ONE}/stop", "stop_subsidy", "Stop a budget now; twice is once", stopped),
    Route("post", f"{_ONE}/resume", "resume_subsidy", "Take a stopped budget up again; twice is once", resumed),
    Route("post", f"{_ONE}/top-up", "top_up_subsidy", "Add money to a budget", topped_up, TopUpBody),
    Route("post", f"{_ONE}/extend", "extend_subsidy", "Let a budget run to another end", extended, ExtendBody),
)
