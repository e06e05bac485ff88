"""Who refinances the lender: funders and their accounts, shares of new loans, loans sold and bought back."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Any, Final

from marshmallow import fields
from marshmallow.validate import Length

from bnpl_plugin.errors import NotYours
from bnpl_plugin.lifecycle.funding import funders, loan_sales
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.money import MAX_MINOR
from bnpl_plugin.web.api.schemas import Strict, currency_code, instant, text, whole
from bnpl_plugin.web.lender_api.pools import day
from bnpl_plugin.web.lender_api.route import Route
from bnpl_plugin.web.lender_api.treasury_told import funder_told, sale_told, sharing_told


def _texts(most: int, *, called: str) -> fields.List[Any]:
    return fields.List(
        text(64), load_default=list, validate=Length(max=most, error="are too many"),
        metadata={"accepted": f"at most {most} {called}"},
    )  # fmt: skip


class FunderBody(Strict):
    """A funder."""

    name = text(120, required=True)
    servicing_bps = whole(0, 10_000, load_default=0)


class RemittanceBody(Strict):
    """A settlement of an account; without ``amount_minor`` all of it. Below 0: the funder has paid us."""

    currency = currency_code(required=True)
    amount_minor = whole(-MAX_MINOR, MAX_MINOR, load_default=None)
    bank_ref = text(120, required=True)


class SharingBody(Strict):
    """A share of each new loan of some plans, of all when none is named."""

    funder_id = text(64, required=True)
    share_bps = whole(1, 9_999, required=True)
    plan_codes = _texts(50, called="plan codes")
    starts_at = instant(required=True)
    ends_at = instant(required=True)


class SaleBody(Strict):
    """Loans to sell or to buy back: these, or the oldest up to a sum of principal."""

    funder_id = text(64, required=True)
    price_bps = whole(0, loan_sales.MOST_PRICE_BPS, required=True)
    target_minor = whole(0, MAX_MINOR, load_default=0)
    loan_ids = _texts(loan_sales.MOST_LOANS, called="loan ids")
    value_on = day(load_default=None)


def listed(house: House, _asked: Mapping[str, Any]) -> dict[str, Any]:
    """Answer ``GET /funders``."""
    found = house.store.treasury.funder_accounts()
    accounts = {funder_id: list(some) for funder_id, some in groupby(found, key=lambda one: one.funder_id)}
    return {"data": [funder_told(one, accounts.get(one.funder_id, [])) for one in house.store.treasury.funders()]}


def register(house: House, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Answer ``POST /funders``."""
    return funder_told(funders.register(house, name=asked["name"], servicing_bps=asked["servicing_bps"]), [])


def remit(house: House, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Answer ``POST /funders/{funder_id}/remittances``."""
    made = funders.remit(
        house, funder_id=asked["funder_id"], currency=asked["currency"], amount_minor=asked["amount_minor"],
        bank_ref=asked["bank_ref"],
    )  # fmt: skip
    return {
        "funder_id": made.funder_id,
        "currency": made.currency,
        "number": made.number,
        "amount_minor": made.amount_minor,
        "bank_ref": made.bank_ref,
    }


def share(house: House, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Answer ``POST /pools/{pool_id}/co-lendings``."""
    names = ("pool_id", "funder_id", "share_bps", "plan_codes", "starts_at", "ends_at")
    return sharing_told(funders.share_loans(house, **{name: asked[name] for name in names}))


def end_sharing(house: House, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Answer ``POST /co-lendings/{co_lending_id}/end``."""
    funders.end_sharing(house, co_lending_id=asked["co_lending_id"])
    row = house.store.treasury.co_lending(asked["co_lending_id"])
    assert row is not None
    return sharing_told(row)


def _asked_for(house: House, asked: Mapping[str, Any]) -> dict[str, Any]:
    names = ("pool_id", "funder_id", "price_bps", "target_minor", "loan_ids")
    value_on = asked["value_on"] or house.today("UTC")
    return {**{name: asked[name] for name in names}, "value_on": value_on, "loan_sale_id": asked["made_id"]}


def sell(house: House, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Answer ``POST /pools/{pool_id}/loan-sales``."""
    return sale_told(loan_sales.sell(house, **_asked_for(house, asked)))


def buy_back(house: House, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Answer ``POST /pools/{pool_id}/buy-backs``."""
    return sale_told(loan_sales.buy_back(house, **_asked_for(house, asked)))


def sale(house: House, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Answer ``GET /loan-sales/{loan_sale_id}``."""
    found = house.store.treasury.loan_sale(asked["loan_sale_id"])
    if found is None:
        raise NotYours
    return sale_told(found)


ROUTES: Final = (
    Route("get", "/funders", "funders", "Every funder: what it owns and is owed", listed),
    Route("post", "/funders", "register_funder", "Make a funder known", register, FunderBody, 201),
    Route(
        "post", "/funders/<funder_id>/remittances", "remit", "Settle the account with a funder", remit, RemittanceBody,
        201,
    ),
    Route(
        "post", "/pools/<pool_id>/co-lendings", "share_loans", "Let a funder share in each new loan", share,
        SharingBody, 201,
    ),
    Route("post", "/co-lendings/<co_lending_id>/end", "end_sharing", "Share no more new loans", end_sharing),
    Route(
        "post", "/pools/<pool_id>/loan-sales", "sell_loans", "Sell loans to a funder", sell, SaleBody, 201, makes="lsa"
    ),
    Route(
        "post", "/pools/<pool_id>/buy-backs", "buy_loans_back", "Buy loans back", buy_back, SaleBody, 201, makes="lsa"
    ),
    Route("get", "/loan-sales/<loan_sale_id>", "loan_sale", "How far a sale or buy-back has got", sale),
)  # fmt: skip
