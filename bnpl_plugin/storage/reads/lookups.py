"""Single rows and short lists that use cases ask for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from bnpl_plugin.ports.records import (
    ApiKey,
    Attempt,
    CapitalPool,
    Checkout,
    CreditLine,
    Idempotency,
    Merchant,
    PaymentMethod,
    Person,
    PhoneCode,
    SaleItem,
)
from bnpl_plugin.ports.store import History
from bnpl_plugin.storage.rows import many, one, one_by, select_of, straight
from bnpl_plugin.storage.schema import capital, credit, flow, purchases, shoppers, shops
from bnpl_plugin.storage.schema.columns import POSTGRESQL
from bnpl_plugin.storage.schema.sales import selling

_OPEN_LOANS = ("active", "defaulted")
_CHECKOUTS_OF_ORDER = """SELECT row_to_json(c) FROM bnpl_checkout AS c
 WHERE c.merchant_id = %s AND c.order_ref = %s ORDER BY c.opened_at DESC, c.checkout_id DESC"""
_MERCHANT_BY_KEY = """SELECT row_to_json(m) FROM bnpl_merchant AS m JOIN bnpl_api_key AS k USING (merchant_id)
 WHERE k.key_hash = %s AND k.revoked_at IS NULL"""


def checkouts_of_order(connection: sa.Connection, *, merchant_id: str, order_ref: str) -> Sequence[Checkout]:
    """Return the checkouts ever opened for an order, newest first."""
    if connection.dialect.name == POSTGRESQL:
        return straight(connection, _CHECKOUTS_OF_ORDER, (merchant_id, order_ref), Checkout)
    c = purchases.checkout.c
    found = select_of(Checkout).where(c.merchant_id == merchant_id, c.order_ref == order_ref)
    return many(connection, found.order_by(c.opened_at.desc(), c.checkout_id.desc()), Checkout)


def merchant(connection: sa.Connection, merchant_id: str) -> Merchant | None:
    """Return a merchant by id."""
    return one_by(connection, Merchant, merchant_id=merchant_id)


def merchant_by_key(connection: sa.Connection, key_hash: str) -> Merchant | None:
    """Return the merchant to whom an API key belongs that is not revoked."""
    if connection.dialect.name == POSTGRESQL:
        return next(iter(straight(connection, _MERCHANT_BY_KEY, (key_hash,), Merchant)), None)
    key = shops.api_key.c
    owner = sa.select(key.merchant_id).where(key.key_hash == key_hash, key.revoked_at.is_(None)).scalar_subquery()
    return one(connection, select_of(Merchant).where(shops.merchant.c.merchant_id == owner), Merchant)


def api_keys(connection: sa.Connection, merchant_id: str) -> Sequence[ApiKey]:
    """Return a merchant's keys, oldest first."""
    key = shops.api_key.c
    return many(
        connection,
        select_of(ApiKey).where(key.merchant_id == merchant_id).order_by(key.created_at, key.key_hash),
        ApiKey,
    )


def person(connection: sa.Connection, shopper_id: str) -> Person | None:
    """Return a shopper's personal data, sealed."""
    return one_by(connection, Person, shopper_id=shopper_id)


def person_by_phone(connection: sa.Connection, phone_hash: str) -> Person | None:
    """Return the shopper with a phone."""
    return one_by(connection, Person, phone_hash=phone_hash)


def phone_code(connection: sa.Connection, purpose_ref: str) -> PhoneCode | None:
    """Return the newest code sent for a purpose."""
    newest_first = ("-created_at", "-phone_code_id")
    return one_by(connection, PhoneCode, purpose_ref=purpose_ref, order=newest_first)


def phone_codes_since(connection: sa.Connection, *, phone_hash: str, since: datetime) -> int:
    """Return how many codes went to a phone from an instant on."""
    c = shoppers.phone_code.c
    sent = sa.select(sa.func.count()).where(c.phone_hash == phone_hash, c.created_at >= since)
    return int(connection.execute(sent).scalar_one())


def line(connection: sa.Connection, *, shopper_id: str, currency: str) -> CreditLine | None:
    """Return a shopper's line in a currency."""
    return one_by(connection, CreditLine, shopper_id=shopper_id, currency=currency)


def history(connection: sa.Connection, *, shopper_id: str, currency: str, now: datetime) -> History:
    """Return what the book says of a shopper.

    An instalment is in arrears once refused, or once its due day is over and nobody has asked for it. One that is being
    collected is not: a first instalment is authorised but not yet captured for a moment after every purchase.
    """
    loan, part, decision, own = purchases.loan.c, purchases.instalment.c, credit.decision.c, credit.credit_line.c

    def number(*where: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
        return sa.select(sa.func.count()).where(*where).scalar_subquery()

    day_over = now - timedelta(days=1)
    unpaid = sa.or_(part.state == "overdue", sa.and_(part.state == "scheduled", part.due_at < day_over))
    of_live_loan = sa.exists().where(
        loan.shopper_id == part.shopper_id, loan.loan_id == part.loan_id, loan.state.in_(_OPEN_LOANS)
    )
    counts = connection.execute(
        sa.select(
            number(loan.shopper_id == shopper_id, loan.state.in_(_OPEN_LOANS)),
            number(part.shopper_id == shopper_id, unpaid, of_live_loan),
            number(decision.shopper_id == shopper_id, decision.decided_at > now - timedelta(days=1)),
            number(loan.shopper_id == shopper_id, loan.state == "settled"),
            number(own.shopper_id == shopper_id, own.currency != currency, own.state != "closed"),
        )
    ).one()
    return History(*counts[:4], other_currency_open=counts[4] > 0)


def pool(connection: sa.Connection, currency: str, *, country: str) -> CapitalPool | None:
    """Return the pool that lends in a currency and country: the country's own, else the currency's."""
    c = capital.capital_pool.c
    lends = select_of(CapitalPool).where(c.currency == currency, c.country.in_((country, "")))
    return one(connection, lends.order_by(c.country.desc()), CapitalPool)


def sale_item(connection: sa.Connection, sale_item_id: str) -> SaleItem | None:
    """Return a sale item."""
    return one(connection, select_of(SaleItem).where(selling.sale_item.c.sale_item_id == sale_item_id), SaleItem)


def method(connection: sa.Connection, *, shopper_id: str, payment_method_id: str) -> PaymentMethod | None:
    """Return one of a shopper's cards."""
    c = shoppers.payment_method.c
    own = select_of(PaymentMethod).where(c.shopper_id == shopper_id, c.payment_method_id == payment_method_id)
    return one(connection, own, PaymentMethod)


def methods(connection: sa.Connection, shopper_id: str) -> Sequence[PaymentMethod]:
    """Return a shopper's cards, newest first."""
    c = shoppers.payment_method.c
    own = select_of(PaymentMethod).where(c.shopper_id == shopper_id)
    return many(connection, own.order_by(c.created_at.desc(), c.payment_method_id.desc()), PaymentMethod)


def attempt(connection: sa.Connection, attempt_id: str) -> Attempt | None:
    """Return an attempt by id."""
    return one_by(connection, Attempt, attempt_id=attempt_id)


def attempt_by_ref(connection: sa.Connection, *, provider: str, provider_ref: str) -> Attempt | None:
    """Return the newest attempt with a provider's reference."""
    c = purchases.attempt.c
    found = select_of(Attempt).where(c.provider == provider, c.provider_ref == provider_ref)
    return one(connection, found.order_by(c.created_at.desc(), c.attempt_id.desc()), Attempt)


def idempotency(connection: sa.Connection, *, owner: str, idempotency_key: str) -> Idempotency | None:
    """Return what is recorded under a caller's key."""
    c = flow.idempotency.c
    return one(
        connection, select_of(Idempotency).where(c.owner == owner, c.idempotency_key == idempotency_key), Idempotency
    )
