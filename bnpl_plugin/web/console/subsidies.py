"""Budgets that pay for cheaper credit: how far each is used, a new one, and what is done with one."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from flask import Response, redirect, request, url_for
from marshmallow import ValidationError, fields
from werkzeug.wrappers import Response as BaseResponse

from bnpl_plugin.errors import BnplError, InvalidInput, NotYours
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.lifecycle.subsidies import budgets
from bnpl_plugin.lifecycle.subsidies.terms import SubsidyTerms
from bnpl_plugin.money.amount import Money
from bnpl_plugin.ports.reads import SubsidyRow
from bnpl_plugin.ports.records import Subsidy
from bnpl_plugin.web import current, forms, wording
from bnpl_plugin.web.console.doors import done_once, page
from bnpl_plugin.web.figures import View, percent_of
from bnpl_plugin.web.frame import house_place, words_of
from bnpl_plugin.web.locale import Translator

_SUM, _DAY = (wording.TYPED[kind] for kind in ("sum", "day"))

#: Fields of a use case's fault → the form's own.
_NAMES: Final[Mapping[str, str]] = {
    "nominal_rate": "rate",
    "plan_codes": "plan",
    "lowest_minor": "lowest",
    "highest_minor": "highest",
    "warn_bps": "warn",
    "ends_at": "until",
}


class BudgetForm(forms.Form):
    """A new budget."""

    name = fields.String(required=True, error_messages={"required": forms.REQUIRED})
    country = fields.String(required=True, error_messages={"required": forms.REQUIRED})
    budget = forms.Amount(required=True, error_messages={"required": forms.REQUIRED})
    rate = forms.percent(required=True)
    lowest = forms.Amount(load_default=Decimal(0))
    highest = forms.Amount(load_default=Decimal(0))
    since = fields.Date(load_default=None, format="iso", error_messages={"invalid": _DAY})
    until = fields.Date(required=True, format="iso", error_messages={"required": _DAY, "invalid": _DAY})
    warn = forms.percent(required=True)
    merchant_id = fields.String(load_default=None)
    for_merchants = fields.String(load_default="")
    recipients = fields.String(load_default="")


def index(
    *, notice: str = "", errors: Mapping[str, str] | None = None, typed: Mapping[str, Any] | None = None,
    status: int = 200,
) -> Response:  # fmt: skip
    """Every budget, the newest first, and the form for a new one."""
    house, t = current.house(), words_of(house_place())
    today = house.clock.now().astimezone(UTC).date()
    usual = {"rate": "0", "warn": "80", "until": (today + timedelta(days=30)).isoformat(), "plans": []}
    priced = [plan for plan in house.plans.values() if plan.rates]
    return page(
        "subsidies", status=status, once=house.ids.new("once"), notice=notice,
        errors=dict(errors or {}), typed={**usual, **(typed or {})},
        budgets=[_line(t, row) for row in house.reads.subsidies()],
        countries=[{"code": code, "currency": law.currency} for code, law in sorted(house.countries.items())],
        plans=[{"code": p.code, "name": wording.plan_title(t, p.title, count=p.count)} for p in priced],
        host_merchant_id=house.host_merchant_id, action_url=url_for("bnpl.console.open_subsidy"),
    )  # fmt: skip


def open_budget() -> BaseResponse:
    """Open a budget."""
    house, t = current.house(), words_of(house_place())
    found, typed = forms.read(BudgetForm(), request.form, t=t), _typed()
    if found.errors:
        return index(errors=found.errors, typed=typed, status=422)
    told = found.data
    try:
        law = house.country(told["country"])
        terms = SubsidyTerms(
            plan_codes=tuple(request.form.getlist("plan")),
            nominal_rate=told["rate"] / 100,
            lowest_minor=forms.minor(told["lowest"], code=law.currency),
            highest_minor=forms.minor(told["highest"], code=law.currency),
            for_merchants=_words(told["for_merchants"]),
            recipients=_words(told["recipients"]),
        )
        opened: dict[str, Any] = {
            "name": told["name"], "country": told["country"], "terms": terms, "warn_bps": int(told["warn"] * 100),
            "budget": Money(forms.minor(told["budget"], code=law.currency), law.currency),
            "starts_at": _start_of(told["since"]) if told["since"] else house.clock.now(),
            "ends_at": _end_of(told["until"]), "merchant_id": told["merchant_id"],
        }  # fmt: skip
        done_once("open", of="", work=lambda marking: budgets.open_budget(marking, **opened))
    except InvalidInput as error:
        field = str(error.details["field"])
        return index(errors={_NAMES.get(field, field): wording.told(t, error)}, typed=typed, status=422)
    except BnplError as error:
        return index(notice=wording.told(t, error), typed=typed, status=422)
    return redirect(url_for("bnpl.console.subsidies"), 303)


def act(subsidy_id: str, deed: str) -> BaseResponse:
    """Stop, resume, top up or extend a budget."""
    t = words_of(house_place())
    if deed not in _DEEDS:
        raise NotYours
    try:
        row = budgets.find(current.house(), subsidy_id)
        done_once(deed, of=subsidy_id, work=lambda house: _DEEDS[deed](house, row))
    except (ValueError, ValidationError):
        return index(notice=t.gettext(_DAY if deed == "extend" else _SUM), status=422)
    except NotYours:
        raise
    except BnplError as error:
        return index(notice=wording.told(t, error), status=409)
    return redirect(url_for("bnpl.console.subsidies"), 303)


def _stop(house: House, row: Subsidy) -> None:
    budgets.stop(house, subsidy_id=row.subsidy_id)


def _resume(house: House, row: Subsidy) -> None:
    budgets.resume(house, subsidy_id=row.subsidy_id)


def _top_up(house: House, row: Subsidy) -> None:
    by = forms.Amount().deserialize(request.form.get("by", ""))
    budgets.top_up(house, subsidy_id=row.subsidy_id, by=Money(forms.minor(by, code=row.currency), row.currency))


def _extend(house: House, row: Subsidy) -> None:
    ends_at = _end_of(date.fromisoformat(request.form.get("until", "")))
    budgets.extend(house, subsidy_id=row.subsidy_id, ends_at=ends_at)


_DEEDS: Final[Mapping[str, Callable[[House, Subsidy], None]]] = {
    "stop": _stop,
    "resume": _resume,
    "top-up": _top_up,
    "extend": _extend,
}


def _line(t: Translator, row: SubsidyRow) -> View:
    found, terms = row.subsidy, SubsidyTerms.from_json(row.subsidy.terms)
    plans = current.house().plans
    titles = [wording.plan_title(t, plans[c].title, count=plans[c].count) for c in terms.plan_codes if c in plans]
    return {
        "subsidy_id": found.subsidy_id,
        "name": found.name,
        "state": found.state,
        "country": found.country,
        "currency": found.currency,
        "payer": found.merchant_id,
        "rate_percent": percent_of(terms.nominal_rate),
        "plans": titles,
        "shops": list(terms.for_merchants),
        "sales": list(terms.sale_ids),
        "lowest_minor": terms.lowest_minor,
        "highest_minor": terms.highest_minor,
        "ceiling_minor": found.ceiling_minor,
        "granted_minor": row.granted_minor,
        "held_minor": row.held_minor,
        "free_minor": found.free_minor,
        "earned_minor": row.earned_minor,
        "loans": row.loans,
        "warn_percent": Decimal(found.warn_bps) / 100,
        "warned_at": found.warned_at,
        "recipients": list(terms.recipients),
        "starts_at": found.starts_at,
        "ends_at": found.ends_at,
        "stop_url": _url(found, deed="stop") if found.state == "active" else "",
        "resume_url": _url(found, deed="resume") if found.state == "stopped" else "",
        "top_up_url": _url(found, deed="top-up"),
        "extend_url": _url(found, deed="extend"),
    }


def _url(row: Subsidy, *, deed: str) -> str:
    return url_for("bnpl.console.act_on_subsidy", subsidy_id=row.subsidy_id, deed=deed)


def _typed() -> dict[str, Any]:
    return {**request.form.to_dict(), "plans": request.form.getlist("plan")}


def _words(text: str) -> tuple[str, ...]:
    return tuple(word for word in re.split(r"[\s,;]+", text) if word)


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _end_of(day: date) -> datetime:
    """The instant at which a last day is over."""
    if day >= date.max:
        raise InvalidInput(field="ends_at", fault=f"is {day}", accepted="an earlier day")
    return datetime.combine(day + timedelta(days=1), time(), UTC)
