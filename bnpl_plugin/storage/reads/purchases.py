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
    Sale,
    SaleItem,
)
from bnpl_plugin.ports.store import LoanBook, PoolTerms, Purchase
from bnpl_plugin.ports.store.views import NO_TERMS
from bnpl_plugin.storage.reads.lending import policies
from bnpl_plugin.storage.rows import all_from_json, from_json, many, many_by, one_by, select_of
from bnpl_plugin.storage.schema import capital
from bnpl_plugin.storage.schema.columns import POSTGRESQL

_PURCHASE = "SELECT bnpl_purchase(%s, %s, %s)"  # handed to the driver as it is: this is the hottest read

_POOL = capital.capital_pool.c
#: The pool that lends to a checkout: its country's own, else its currency's.
_LENDER = (
    sa.select(_POOL.pool_id, _POOL.terms_version)
    .where(_POOL.currency == sa.bindparam("currency"), _POOL.country.in_((sa.bindparam("country"), "")))
    .order_by(_POOL.country.desc())
    .limit(1)
)


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
        sale=from_json(Sale, found["sale"]),
        policy_state=found["policy_state"],
    )


def _portable(connection: sa.Connection, checkout_id: str, *, whole: bool) -> Purchase | None:
    """Read a purchase by a few statements; SQLite's transaction already sees one moment and locks the whole file."""
    c = one_by(connection, Checkout, checkout_id=checkout_id)
    merchant = None if c is None else one_by(connection, Merchant, merchant_id=c.merchant_id)
    if c is None or merchant is None:
        return None
    mine = c.shopper_id or ""
    lender = connection.execute(_LENDER, {"currency": c.currency, "country": c.country}).first()
    pool_id, version = lender or (None, 0)
    decision = one_by(connection, Decision, shopper_id=mine, decision_id=c.decision_id) if c.decision_id else None
    item = one_by(connection, SaleItem, sale_item_id=c.sale_item_id) if c.sale_item_id else None
    return Purchase(
        checkout=c,
        merchant=merchant,
        decision=decision,
        hold=one_by(connection, Hold, shopper_id=mine, hold_id=c.hold_id) if c.hold_id else None,
        agreement=one_by(connection, Agreement, shopper_id=mine, agreement_id=c.agreement_id)
        if c.agreement_id
        else None,
        loan=one_by(connection, Loan, shopper_id=mine, loan_id=c.loan_id) if c.loan_id else None,
        attempts=_attempts(connection, checkout_id),
        disclosures=many_by(
            connection, Disclosure, shopper_id=mine, checkout_id=checkout_id, order=("shown_at", "disclosure_id")
        )
        if whole
        else (),
        pool_id=pool_id,
        terms=terms_of(connection, pool_id, version=version) if pool_id and version else NO_TERMS,
        sale=one_by(connection, Sale, sale_id=item.sale_id) if item else None,
        policy_state=policies.state(connection, decision.policy_version) if decision else None,
    )


def terms_of(connection: sa.Connection, pool_id: str, *, version: int) -> PoolTerms:
    """Return the active limits and co-lendings of a pool."""
    limit, share = capital.capital_limit.c, capital.co_lending.c
    limits = select_of(CapitalLimit).where(limit.pool_id == pool_id, limit.state == "active").order_by(limit.limit_id)
    shares = select_of(CoLending).where(share.pool_id == pool_id, share.state == "active").order_by(share.co_lending_id)
    return PoolTerms(version, many(connection, limits, CapitalLimit), many(connection, shares, CoLending))


def _attempts(connection: sa.Connection, checkout_id: str) -> tuple[Attempt, ...]:
    """Return a checkout's attempts, newest first."""
    return many_by(connection, Attempt, checkout_id=checkout_id, order=("-created_at", "-attempt_id"))


def loan_book(connection: sa.Connection, loan_id: str) -> LoanBook | None:
    """Return a loan with its instalments, the attempts of its checkout, its card and its checkout."""
    loan = one_by(connection, Loan, loan_id=loan_id)
    checkout = None if loan is None else one_by(connection, Checkout, checkout_id=loan.checkout_id)
    if loan is None or checkout is None:
        return None
    mine = loan.shopper_id
    return LoanBook(
        loan=loan,
        instalments=many_by(connection, InstalmentRow, shopper_id=mine, loan_id=loan_id, order=("number",)),
        attempts=_attempts(connection, loan.checkout_id),
        method=one_by(connection, PaymentMethod, shopper_id=mine, payment_method_id=loan.payment_method_id),
        checkout=checkout,
    )
