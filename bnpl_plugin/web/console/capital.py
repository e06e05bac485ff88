"""The lender's money: each pool with what it owes, what bounds it and who shares in it; and what a treasurer does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any, Final

from flask import Response, redirect, request, url_for
from marshmallow import fields
from werkzeug.wrappers import Response as BaseResponse

from bnpl_plugin.errors import BnplError, NotYours
from bnpl_plugin.lifecycle import funding
from bnpl_plugin.lifecycle.funding import borrowings, funders, leverage, limits, loan_sales, pools
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.money.amount import Money
from bnpl_plugin.ports.records import CapitalPool
from bnpl_plugin.web import current, forms, wording
from bnpl_plugin.web.console.doors import done_once, page
from bnpl_plugin.web.figures import View
from bnpl_plugin.web.frame import house_place, words_of

_SUM, _PRICE, _DAY = (wording.TYPED[kind] for kind in ("sum", "price", "day"))


def _amount() -> forms.Amount:
    return forms.Amount(required=True, error_messages={"required": forms.REQUIRED, "invalid": _SUM})


def _day() -> fields.Date:
    return fields.Date(required=True, format="iso", error_messages={"required": _DAY, "invalid": _DAY})


def _text() -> fields.String:
    return fields.String(required=True, error_messages={"required": forms.REQUIRED})


class AddForm(forms.Form):
    """Capital put in; exchanged when the pool keeps another currency."""

    amount, currency, source = _amount(), _text(), _text()
    into, country = fields.String(load_default=""), fields.String(load_default="")
    rate = fields.Decimal(load_default=None, allow_nan=False, error_messages={"invalid": _SUM, "special": _SUM})


class AmountForm(forms.Form):
    """A sum of a pool's money."""

    amount = _amount()


class BorrowForm(AmountForm):
    """Money that a funder lends."""

    funder_id, kind, rate, due_on = _text(), _text(), forms.percent(required=True), _day()
    no_ceiling = fields.String(load_default="")


class LimitForm(AmountForm):
    """A limit of concentration."""

    scope, subject = _text(), _text()


class ShareForm(forms.Form):
    """A share of each new loan."""

    funder_id, share, until = _text(), forms.percent(required=True), _day()
    plan = fields.String(load_default="")


class SaleForm(AmountForm):
    """Loans to sell or buy back."""

    funder_id, price = _text(), forms.percent(most=200, error=_PRICE, required=True)


class FunderForm(forms.Form):
    """A funder."""

    name, servicing = _text(), forms.percent(required=True)


class RemitForm(forms.Form):
    """A settlement of an account."""

    currency, bank_ref = _text(), _text()


class NothingForm(forms.Form):
    """A button without fields."""


Told = Mapping[str, Any]


def _bps(percent: Decimal) -> int:
    return int(percent * 100)


def _minor(house: House, pool_id: str, told: Told) -> int:
    return forms.minor(told["amount"], code=pools.known(house, pool_id=pool_id).currency)


def _add(house: House, _of: str, told: Told) -> None:
    code = told["currency"].strip().upper()
    source = Money.of(str(told["amount"]), code)
    funding.add_capital(
        house, source=source, into=told["into"].strip().upper() or code, rate=told["rate"],
        rate_on=house.today("UTC"), rate_source=told["source"], country=told["country"].strip().upper(),
    )  # fmt: skip


def _withdraw(house: House, of: str, told: Told) -> None:
    minor = _minor(house, of, told)
    funding.withdraw_capital(
        house, pool_id=of, amount_minor=minor, rate_on=house.today("UTC"), rate_source=current.operator() or ""
    )


def _borrow(house: House, of: str, told: Told) -> None:
    borrowings.take(
        house, pool_id=of, funder_id=told["funder_id"], kind=told["kind"], principal_minor=_minor(house, of, told),
        nominal_rate_bps=_bps(told["rate"]), due_on=told["due_on"], unbounded=told["no_ceiling"],
    )  # fmt: skip


def _repay(house: House, of: str, told: Told) -> None:
    row = house.store.treasury.borrowing(of)
    if row is None:
        raise NotYours
    minor = forms.minor(told["amount"], code=row.currency)
    borrowings.repay(house, borrowing_id=of, principal_minor=minor)


def _limit(house: House, of: str, told: Told) -> None:
    limits.set_limit(
        house, pool_id=of, scope=told["scope"], subject=told["subject"], ceiling_minor=_minor(house, of, told)
    )


def _share(house: House, of: str, told: Told) -> None:
    funders.share_loans(
        house, funder_id=told["funder_id"], pool_id=of, share_bps=_bps(told["share"]),
        plan_codes=[told["plan"]] if told["plan"] else [], starts_at=house.clock.now(),
        ends_at=datetime.combine(told["until"], time(), UTC),
    )  # fmt: skip


def _sale(deed: Callable[..., Any]) -> Callable[[House, str, Told], None]:
    def done(house: House, of: str, told: Told) -> None:
        deed(
            house, pool_id=of, funder_id=told["funder_id"], price_bps=_bps(told["price"]),
            value_on=house.today("UTC"), target_minor=_minor(house, of, told),
        )  # fmt: skip

    return done


def _funder(house: House, _of: str, told: Told) -> None:
    funders.register(house, name=told["name"], servicing_bps=_bps(told["servicing"]))


def _remit(house: House, of: str, told: Told) -> None:
    funders.remit(house, funder_id=of, currency=told["currency"], bank_ref=told["bank_ref"])


DEEDS: Final[Mapping[str, tuple[type[forms.Form], Callable[[House, str, Told], None]]]] = {
    "add": (AddForm, _add),
    "withdraw": (AmountForm, _withdraw),
    "borrow": (BorrowForm, _borrow),
    "repay": (AmountForm, _repay),
    "limit": (LimitForm, _limit),
    "unlimit": (NothingForm, lambda house, of, _told: _ended(limits.end_limit(house, limit_id=of))),
    "share": (ShareForm, _share),
    "unshare": (NothingForm, lambda house, of, _told: funders.end_sharing(house, co_lending_id=of)),
    "sell": (SaleForm, _sale(loan_sales.sell)),
    "buy-back": (SaleForm, _sale(loan_sales.buy_back)),
    "funder": (FunderForm, _funder),
    "remit": (RemitForm, _remit),
}


def _ended(_row: object) -> None:
    """Take no notice of what a use case answers."""


def act(deed: str) -> BaseResponse:
    """Do one thing, once for each form that was shown, however often it is sent."""
    if deed not in DEEDS:
        raise NotYours
    schema, work = DEEDS[deed]
    t, of = words_of(house_place()), request.form.get("of", "")[:64]
    found = forms.read(schema(), request.form, t=t)
    mine = f"{deed}-{of}" if of else deed
    if found.errors:
        return index(open_form=mine, errors=found.errors, typed=found.typed, status=422)

    try:
        done_once(deed, of=of, work=lambda marking: work(marking, of, found.data))
    except NotYours:
        raise
    except BnplError as error:
        return index(notice=wording.told(t, error), open_form=mine, typed=found.typed, status=422)
    return redirect(url_for("bnpl.console.capital"), 303)


def index(
    *, notice: str = "", open_form: str = "", errors: Mapping[str, str] | None = None,
    typed: Mapping[str, str] | None = None, status: int = 200,
) -> Response:  # fmt: skip
    """Every pool and funder; ``open_form`` is the form that was sent and could not be done, with what was typed."""
    house = current.house()
    names = {one.funder_id: one.name for one in house.store.treasury.funders()}
    return page(
        "capital", status=status, notice=notice, open_form=open_form, errors=dict(errors or {}),
        typed=dict(typed or {}), pools=[_pool(pool, names) for pool in house.reads.pools()],
        funders=_funders(names), lenders=list(names.items()), sales=_sales(names), plans=sorted(house.plans),
        once=house.ids.new("once"), plan_url=url_for("bnpl.console.plan"),
        urls={deed: url_for("bnpl.console.capital_act", deed=deed) for deed in DEEDS},
    )  # fmt: skip


def _pool(pool: CapitalPool, names: Mapping[str, str]) -> View:
    house = current.house()
    treasury, kinds = house.store.treasury, leverage.of_pool(house, pool)
    return {
        "pool_id": pool.pool_id,
        "country": pool.country,
        "currency": pool.currency,
        "capital_minor": pool.available_minor,
        "outstanding_minor": pool.outstanding_minor,
        "held_minor": pool.held_minor,
        "free_minor": pool.free_minor,
        "net_assets_minor": kinds[0].net_assets_minor,
        "largest_minor": leverage.largest_borrower_minor(house, pool),
        "leverage": [
            {"kind": str(x.kind), "used_minor": x.used_minor, "ceiling_minor": x.ceiling_minor,
             "room_minor": x.room_minor, "source": x.source}
            for x in kinds
        ],
        "exchanges": [{"currency": c, "minor": m} for c, m in treasury.fx_position(pool.pool_id).items() if m],
        "limits": [
            {"limit_id": x.limit_id, "scope": x.scope, "subject": x.subject, "active": x.state == "active",
             "used_minor": x.used_minor, "ceiling_minor": x.ceiling_minor,
             "used_percent": Decimal(x.used_minor * 10_000 // max(x.ceiling_minor, 1)) / 100}
            for x in treasury.limits(pool.pool_id)
            if x.state == "active" or x.used_minor
        ],
        "borrowings": [
            {"borrowing_id": x.borrowing_id, "funder": names.get(x.funder_id, x.funder_id), "kind": x.kind,
             "outstanding_minor": x.outstanding_minor, "rate_percent": Decimal(x.nominal_rate_bps) / 100,
             "interest_minor": borrowings.up_to_today(house, x).interest_minor,
             "due_on": x.due_on}
            for x in treasury.borrowings(pool.pool_id)
            if x.state == "open"
        ],
        "sharings": [
            {"co_lending_id": x.co_lending_id, "funder": names.get(x.funder_id, x.funder_id), "ends_at": x.ends_at,
             "share_percent": Decimal(x.share_bps) / 100, "plans": list(x.plan_codes["codes"])}
            for x in treasury.co_lendings(pool.pool_id)
            if x.state == "active"
        ],
    }  # fmt: skip


def _funders(names: Mapping[str, str]) -> list[View]:
    accounts = current.house().store.treasury.funder_accounts()
    return [
        {
            "funder_id": funder_id,
            "name": name,
            "accounts": [
                {"currency": x.currency, "owed_minor": x.owed_minor, "owned_minor": x.owned_minor}
                for x in accounts
                if x.funder_id == funder_id
            ],
        }
        for funder_id, name in names.items()
    ]


def _sales(names: Mapping[str, str]) -> list[View]:
    return [
        {
            "loan_sale_id": x.loan_sale_id, "selling": x.direction == "sell", "done": x.state == "done",
            "funder": names.get(x.funder_id, x.funder_id), "loans": x.loans, "principal_minor": x.principal_minor,
            "price_minor": x.price_minor, "currency": x.currency, "value_on": x.value_on,
            "fault": str(x.selection.get("fault", "")),
        }
        for x in current.house().store.treasury.loan_sales()
    ]  # fmt: skip
