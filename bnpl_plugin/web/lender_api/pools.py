"""The lender's capital pools: money in and out, borrowings within the law's ceilings, limits of concentration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from marshmallow import fields
from marshmallow.validate import OneOf

from bnpl_plugin.lifecycle import funding
from bnpl_plugin.lifecycle.funding import borrowings, limits, pools
from bnpl_plugin.lifecycle.funding.leverage import BorrowingKind
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.money import MAX_MINOR
from bnpl_plugin.money.amount import Money
from bnpl_plugin.web.api.schemas import Strict, country_code, currency_code, text, whole
from bnpl_plugin.web.lender_api.route import Route
from bnpl_plugin.web.lender_api.treasury_told import borrowing_told, limit_told, pool_in_full, pool_told

_INVALID: Final = "is not of the accepted form"


def day(**options: Any) -> fields.Date:
    """Return a field for a date."""
    messages: dict[str, Any] = {"required": "is missing", "null": "is null", "invalid": _INVALID}
    return fields.Date(format="iso", metadata={"accepted": "a date: 2027-01-31"}, error_messages=messages, **options)


def named(names: type[BorrowingKind | limits.LimitScope]) -> fields.String:
    """Return a field for one of a closed set of names."""
    accepted = ", ".join(names)
    return fields.String(required=True, validate=OneOf(list(names), error=_INVALID), metadata={"accepted": accepted})


class _Exchange(Strict):
    """A rate between two currencies, which must be said, with its day and source."""

    rate = fields.Decimal(
        load_default=None, allow_nan=False, metadata={"accepted": "a decimal number above 0, as text"},
        error_messages={"invalid": _INVALID, "special": _INVALID, "null": "is null"},
    )  # fmt: skip
    rate_on = day(load_default=None)
    rate_source = text(200, load_default="operator")
    into = currency_code(load_default=None)


class PutInBody(_Exchange):
    """Capital put in: ``into`` names the pool's currency where it is another."""

    amount_minor = whole(1, MAX_MINOR, required=True)
    currency = currency_code(required=True)
    country = country_code(load_default=str)


class WithdrawalBody(_Exchange):
    """Capital taken out: ``into`` names the currency that the owners are paid in where it is another."""

    amount_minor = whole(1, MAX_MINOR, required=True)


class BorrowingBody(Strict):
    """Money that a funder lends. ``no_ceiling``: the operator's reason where no law's ceiling is known."""

    funder_id = text(64, required=True)
    kind = named(BorrowingKind)
    principal_minor = whole(1, MAX_MINOR, required=True)
    nominal_rate_bps = whole(0, borrowings.MOST_RATE_BPS, required=True)
    due_on = day(required=True)
    no_ceiling = text(500, load_default=str)


class RepaymentBody(Strict):
    """Principal to repay; all interest up to today is paid with it."""

    principal_minor = whole(0, MAX_MINOR, required=True)


class ConcentrationBody(Strict):
    """A limit of concentration."""

    scope = named(limits.LimitScope)
    subject = text(120, required=True)
    ceiling_minor = whole(0, MAX_MINOR, required=True)


def listed(house: House, _asked: Mapping[str, Any]) -> dict[str, Any]:
    """Answer ``GET /pools``."""
    return {"data": [pool_told(pool) for pool in house.reads.pools()]}


def one(house: House, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Answer ``GET /pools/{pool_id}``."""
    return pool_in_full(house, pools.known(house, pool_id=asked["pool_id"]))


def _rate(house: House, asked: Mapping[str, Any]) -> dict[str, Any]:
    on = asked["rate_on"] or house.today("UTC")
    return {"rate": asked["rate"], "rate_on": on, "rate_source": asked["rate_source"]}


def add(house: House, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Answer ``POST /capital``."""
    source = Money(asked["amount_minor"], asked["currency"])
    into = asked["into"] or source.currency
    return pool_told(
        funding.add_capital(house, source=source, into=into, country=asked["country"], **_rate(house, asked))
    )


def withdraw(house: House, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Answer ``POST /pools/{pool_id}/withdrawals``."""
    return pool_told(
        funding.withdraw_capital(
            house, pool_id=asked["pool_id"], amount_minor=asked["amount_minor"], into=asked["into"] or "",
            **_rate(house, asked),
        )
    )  # fmt: skip


def borrow(house: House, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Answer ``POST /pools/{pool_id}/borrowings``."""
    return borrowing_told(
        house,
        borrowings.take(
            house, pool_id=asked["pool_id"], funder_id=asked["funder_id"], kind=asked["kind"],
            principal_minor=asked["principal_minor"], nominal_rate_bps=asked["nominal_rate_bps"],
            due_on=asked["due_on"], unbounded=asked["no_ceiling"],
        )
    )  # fmt: skip


def repay(house: House, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Answer ``POST /borrowings/{borrowing_id}/repayments``."""
    return borrowing_told(
        house, borrowings.repay(house, borrowing_id=asked["borrowing_id"], principal_minor=asked["principal_minor"])
    )


def set_limit(house: House, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Answer ``POST /pools/{pool_id}/limits``."""
    return limit_told(
        limits.set_limit(
            house, pool_id=asked["pool_id"], scope=asked["scope"], subject=asked["subject"],
            ceiling_minor=asked["ceiling_minor"],
        )
    )  # fmt: skip


def end_limit(house: House, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Answer ``POST /limits/{limit_id}/end``."""
    return limit_told(limits.end_limit(house, limit_id=asked["limit_id"]))


ROUTES: Final = (
    Route("get", "/pools", "pools", "Every capital pool: available, held, outstanding, free", listed),
    Route("get", "/pools/<pool_id>", "pool", "One pool with leverage, limits, borrowings and who shares in it", one),
    Route("post", "/capital", "add_capital", "Put capital into a pool, opening it if need be", add, PutInBody, 201),
    Route(
        "post", "/pools/<pool_id>/withdrawals", "withdraw_capital", "Pay capital back to the owners", withdraw,
        WithdrawalBody, 201,
    ),
    Route("post", "/pools/<pool_id>/borrowings", "borrow", "Borrow for a pool", borrow, BorrowingBody, 201),
    Route(
        "post", "/borrowings/<borrowing_id>/repayments", "repay", "Repay a borrowing, with its interest", repay,
        RepaymentBody, 201,
    ),
    Route(
        "post", "/pools/<pool_id>/limits", "set_limit", "Set a limit of concentration", set_limit,
        ConcentrationBody, 201,
    ),
    Route("post", "/limits/<limit_id>/end", "end_limit", "Let a limit bind no more", end_limit),
)  # fmt: skip
