"""One purchase or one loan with all that hangs on it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from bnpl_plugin.ports.records import (
    Agreement,
    Attempt,
    CapitalLimit,
    Checkout,
    CoLending,
    Decision,
    Disclosure,
    Hold,
    InstalmentRow,
    Loan,
    Merchant,
    PaymentMethod,
)
from bnpl_plugin.ports.store import LoanBook, PoolTerms, Purchase
from bnpl_plugin.ports.store.views import NO_TERMS
from bnpl_plugin.storage.rows import all_from_json, from_json, many, one, select_of
from bnpl_plugin.storage.schema import capital, credit, purchases, shoppers, shops
from bnpl_plugin.storage.schema.columns import POSTGRESQL

_PURCHASE = "SELECT bnpl_purchase(%s, %s, %s)"  # handed to the driver as it is: this is the hottest read


def purchase(
    connection: sa.Connection, checkout_id: str, *, locked: bool = False, whole: bool = True
) -> Purchase | None:
    """Return a purchase, read as of one moment.

    ``locked`` keeps others from its checkout until the transaction ends; without ``whole`` the disclosures are left
    out.
    """
    if connection.dialect.name == POSTGRESQL:
        return _in_one_trip(connection, checkout_id, locked=locked, whole=whole)
    return _portable(connection, checkout_id, whole=whole)


def _in_one_trip(connection: sa.Connection, checkout_id: str, *, locked: bool, whole: bool) -> Purchase | None:
    found: Any = connection.exec_driver_sql(_PURCHASE, (checkout_id, locked, whole)).scalar_one()
    if found is None:
        return None
    checkout, merchant = from_json(Checkout, found["checkout"]), from_json(Merchant, found["merchant"])
    if checkout is None or merchant is None:
        return None
    return Purchase(
        checkout=checkout,
        merchant=merchant,
        decision=from_json(Decision, found["decision"]),
        hold=from_json(Hold, found["hold"]),
        agreement=from_json(Agreement, found["agreement"]),
        loan=from_json(Loan, found["loan"]),
        attempts=all_from_json(Attempt, found["attempts"]),
        disclosures=all_from_json(Disclosure, found["disclosures"]),
        pool_id=found["pool_id"],
        terms=PoolTerms(
            found["terms_version"],
            all_from_json(CapitalLimit, found["limits"]),
            all_from_json(CoLending, found["co_lendings"]),
        )
        if found["terms_version"]
        else NO_TERMS,
    )


def _portable(connection: sa.Connection, checkout_id: str, *, whole: bool) -> Purchase | None:
    """Read a purchase by a few statements; SQLite's transaction already sees one moment and locks the whole file."""
    c = one(connection, select_of(Checkout).where(purchases.checkout.c.checkout_id == checkout_id), Checkout)
    if c is None:
        return None
    merchant = one(connection, select_of(Merchant).where(shops.merchant.c.merchant_id == c.merchant_id), Merchant)
    if merchant is None:
        return None
    mine = {
        record: select_of(record).where(sa.column("shopper_id") == (c.shopper_id or ""))
        for record in (Decision, Hold, Agreement, Loan, Disclosure)
    }
    pool_id, version = connection.execute(_lender_of(c)).first() or (None, 0)
    return Purchase(
        checkout=c,
        merchant=merchant,
        decision=one(connection, mine[Decision].where(credit.decision.c.decision_id == c.decision_id), Decision),
        hold=one(connection, mine[Hold].where(purchases.hold.c.hold_id == c.hold_id), Hold),
        agreement=one(
            connection, mine[Agreement].where(shoppers.agreement.c.agreement_id == c.agreement_id), Agreement
        ),
        loan=one(connection, mine[Loan].where(purchases.loan.c.loan_id == c.loan_id), Loan),
        attempts=_attempts(connection, purchases.attempt.c.checkout_id == checkout_id),
        disclosures=()
        if not whole
        else many(
            connection,
            mine[Disclosure]
            .where(shoppers.disclosure.c.checkout_id == checkout_id)
            .order_by(shoppers.disclosure.c.shown_at, shoppers.disclosure.c.disclosure_id),
            Disclosure,
        ),
        pool_id=pool_id,
        terms=terms_of(connection, pool_id, version=version) if pool_id and version else NO_TERMS,
    )


def _lender_of(checkout: Checkout) -> sa.Select[Any]:
    """Return the pool that lends to a checkout: its country's own, else its currency's."""
    pool = capital.capital_pool.c
    lends = (pool.currency == checkout.currency, pool.country.in_((checkout.country, "")))
    return sa.select(pool.pool_id, pool.terms_version).where(*lends).order_by(pool.country.desc()).limit(1)


def terms_of(connection: sa.Connection, pool_id: str, *, version: int) -> PoolTerms:
    """Return the active limits and co-lendings of a pool."""
    limit, share = capital.capital_limit.c, capital.co_lending.c
    limits = select_of(CapitalLimit).where(limit.pool_id == pool_id, limit.state == "active").order_by(limit.limit_id)
    shares = select_of(CoLending).where(share.pool_id == pool_id, share.state == "active").order_by(share.co_lending_id)
    return PoolTerms(version, many(connection, limits, CapitalLimit), many(connection, shares, CoLending))


def _attempts(connection: sa.Connection, where: sa.ColumnElement[bool]) -> tuple[Attempt, ...]:
    """Return attempts, newest first."""
    attempt = purchases.attempt.c
    newest_first = (attempt.created_at.desc(), attempt.attempt_id.desc())
    return many(connection, select_of(Attempt).where(where).order_by(*newest_first), Attempt)


def loan_book(connection: sa.Connection, loan_id: str) -> LoanBook | None:
    """Return a loan with its instalments, the attempts of its checkout, its card and its checkout."""
    loan = one(connection, select_of(Loan).where(purchases.loan.c.loan_id == loan_id), Loan)
    if loan is None:
        return None
    checkout = one(
        connection, select_of(Checkout).where(purchases.checkout.c.checkout_id == loan.checkout_id), Checkout
    )
    if checkout is None:
        return None
    card = shoppers.payment_method.c
    own_card = (card.shopper_id == loan.shopper_id, card.payment_method_id == loan.payment_method_id)
    instalment = purchases.instalment.c
    instalments = select_of(InstalmentRow).where(
        instalment.shopper_id == loan.shopper_id, instalment.loan_id == loan_id
    )
    return LoanBook(
        loan=loan,
        instalments=many(connection, instalments.order_by(instalment.number), InstalmentRow),
        attempts=_attempts(connection, purchases.attempt.c.checkout_id == loan.checkout_id),
        method=one(connection, select_of(PaymentMethod).where(*own_card), PaymentMethod),
        checkout=checkout,
    )
