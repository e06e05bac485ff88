"""The form of a new sale: what was typed is kept, and every fault told at its field."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask import Response, redirect, request, url_for
from marshmallow import ValidationError, fields, validate
from werkzeug.wrappers import Response as BaseResponse

from bnpl_plugin.errors import BnplError, InvalidInput
from bnpl_plugin.lifecycle.flash_sale import selling
from bnpl_plugin.lifecycle.flash_sale.terms import Fairness, ItemTerms, SaleSubsidy, SaleTerms
from bnpl_plugin.web import current, forms, wording
from bnpl_plugin.web.console.doors import page
from bnpl_plugin.web.frame import house_place, words_of
from bnpl_plugin.web.locale import Translator

_WHEN, _WHOLE = (wording.TYPED[kind] for kind in ("moment", "whole"))
_ROWS: Final = 5
_COLUMNS: Final = ("sku", "item", "units", "price", "per_shopper", "line")

#: Fields of a use case's fault → the form's own.
_NAMES: Final[Mapping[str, str]] = {
    "starts_at": "starts",
    "ends_at": "ends",
    "plan_codes": "plan",
    "allotment_minor": "capital",
    "top_up_minor": "top_up",
    "budget": "subsidy",
    "nominal_rate": "subsidy_rate",
    **dict.fromkeys(("sku", "units", "units_per_shopper", "price_minor", "line_limit"), "rows"),
    "items": "rows",
}


def _whole(usual: int) -> fields.Integer:
    return fields.Integer(load_default=usual, error_messages={"invalid": _WHOLE, "too_large": _WHOLE})


class SaleForm(forms.Form):
    """A new sale; its items stand in rows of their own."""

    name = fields.String(required=True, error_messages={"required": forms.REQUIRED})
    country = fields.String(required=True, error_messages={"required": forms.REQUIRED})
    starts = fields.NaiveDateTime(
        format="iso", load_default=None, error_messages={"invalid": _WHEN, "invalid_awareness": _WHEN}
    )
    ends = fields.NaiveDateTime(
        format="iso", required=True,
        error_messages={"required": _WHEN, "invalid": _WHEN, "invalid_awareness": _WHEN},
    )  # fmt: skip
    fairness = fields.String(
        load_default="first_come", validate=validate.OneOf([str(kind) for kind in Fairness], error=forms.REQUIRED)
    )
    capital = forms.Amount(load_default=None)
    top_up = forms.Amount(load_default=Decimal(0))
    subsidy = forms.Amount(load_default=None)
    subsidy_rate = forms.percent(most=99, load_default=Decimal(0))
    hold_seconds = _whole(180)
    ceiling_seconds = _whole(3600)
    shards = _whole(1)
    per_device = _whole(3)


def ask(
    *, notice: str = "", errors: Mapping[str, str] | None = None, typed: Mapping[str, Any] | None = None,
    status: int = 200,
) -> Response:  # fmt: skip
    """The form."""
    house, t = current.house(), words_of(house_place())
    countries = [
        {"code": code, "currency": law.currency, "tz": law.time_zone} for code, law in sorted(house.countries.items())
    ]
    usual = {
        "fairness": "first_come", "hold_seconds": "180", "ceiling_seconds": "3600", "shards": "1", "per_device": "3",
        "subsidy_rate": "0", "plans": [], "rows": [],
    }  # fmt: skip
    told = {**usual, **(typed or {})}
    blank = {**dict.fromkeys(_COLUMNS, ""), "per_shopper": "1"}
    rows = [*told["rows"], *[blank] * max(_ROWS - len(told["rows"]), 1)]
    return page(
        "sales/new", status=status, notice=notice, errors=dict(errors or {}), typed=told, rows=rows,
        countries=countries,
        plans=[
            {"code": plan.code, "name": wording.plan_title(t, plan.title, count=plan.count)}
            for plan in house.plans.values()
        ],
        action_url=url_for("bnpl.console.make_sale"),
    )  # fmt: skip


def make() -> BaseResponse:
    """Make a sale of the host's own goods."""
    house, t = current.house(), words_of(house_place())
    given = {name: value for name, value in request.form.items() if value.strip()}
    typed = {**request.form.to_dict(), "plans": request.form.getlist("plan"), "rows": _rows()}
    found = forms.read(SaleForm(), given, t=t)
    if found.errors:
        return ask(errors=found.errors, typed=typed, status=422)
    try:
        terms = _terms(found.data, t)
        view = selling.create(
            house, terms, merchant_id=house.host_merchant_id, by=current.operator() or "operator"
        )  # fmt: skip
    except ValidationError as error:
        return ask(errors={"rows": str(error.messages[0])}, typed=typed, status=422)
    except InvalidInput as error:
        field = str(error.details["field"])
        return ask(errors={_NAMES.get(field, field): wording.told(t, error)}, typed=typed, status=422)
    except BnplError as error:
        return ask(notice=wording.told(t, error), typed=typed, status=409)
    return redirect(url_for("bnpl.console.sale", sale_id=view.sale.sale_id), 303)


def _rows() -> list[dict[str, str]]:
    """Return the rows in which something stands beside the usual number per shopper."""
    columns = [request.form.getlist(name) for name in _COLUMNS]
    rows = [dict(zip(_COLUMNS, (text.strip() for text in row), strict=True)) for row in zip(*columns, strict=False)]
    return [row for row in rows if any(row[name] for name in ("sku", "item", "units", "price"))]


def _terms(told: Mapping[str, Any], t: Translator) -> SaleTerms:
    """Return the terms. Raises ``InvalidInput``, ``ValidationError`` (translated; an item's row cannot be read)."""
    house = current.house()
    law = house.country(told["country"])
    zone = ZoneInfo(law.time_zone)
    subsidy = forms.minor(told["subsidy"], code=law.currency) if told["subsidy"] is not None else None
    return SaleTerms(
        name=told["name"],
        country=told["country"],
        items=tuple(_item(row, currency=law.currency, t=t) for row in _rows()),
        starts_at=_instant("starts_at", told["starts"], zone) if told["starts"] else house.clock.now(),
        ends_at=_instant("ends_at", told["ends"], zone),
        fairness=Fairness(told["fairness"]),
        plan_codes=tuple(request.form.getlist("plan")),
        allotment_minor=None if told["capital"] is None else forms.minor(told["capital"], code=law.currency),
        top_up_minor=forms.minor(told["top_up"], code=law.currency),
        hold_seconds=told["hold_seconds"],
        ceiling_seconds=told["ceiling_seconds"],
        shards=told["shards"],
        per_device=told["per_device"],
        subsidy=SaleSubsidy(budget_minor=subsidy, nominal_rate=told["subsidy_rate"] / 100)
        if subsidy is not None
        else None,
    )


def _item(row: Mapping[str, str], *, currency: str, t: Translator) -> ItemTerms:
    numbers = {name: row[name] or usual for name, usual in (("units", ""), ("per_shopper", "1"), ("line", "0"))}
    if not all(text.isascii() and text.isdecimal() and len(text) < 10 for text in numbers.values()):
        raise ValidationError(t.gettext(wording.TYPED["items"]))
    try:
        price = forms.Amount().deserialize(row["price"])
    except ValidationError as error:
        raise ValidationError(t.gettext(str(error.messages[0]))) from error
    return ItemTerms(
        sku=row["sku"], name=row["item"], units=int(numbers["units"]), price_minor=forms.minor(price, code=currency),
        units_per_shopper=int(numbers["per_shopper"]), line_limit=int(row["line"]) if row["line"] else None,
    )  # fmt: skip


def _instant(field: str, local: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant of a time of day where the sale is; of one that comes twice, the first.

    Raises ``InvalidInput``: no such year, or the hour that is left out when the clocks go forward.
    """
    if not 1970 <= local.year < 9000:
        raise InvalidInput(field=field, fault="cannot be", accepted="a day and a time to come")
    instant = local.replace(tzinfo=zone).astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) != local:
        accepted = "a time that the clocks show: they go forward over this one"
        raise InvalidInput(field=field, fault=f"is {local.isoformat(' ', 'minutes')}", accepted=accepted)
    return instant
