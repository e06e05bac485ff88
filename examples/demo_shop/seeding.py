"""What the demo needs before its first visitor: tables, catalogue, capital, a flash sale, the other shop's key."""

from __future__ import annotations

import json
import os
import secrets
from base64 import b64encode
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bnpl_plugin import storage
from bnpl_plugin.lifecycle import funding, merchants
from bnpl_plugin.lifecycle.flash_sale import selling
from bnpl_plugin.lifecycle.flash_sale.terms import ItemTerms, SaleTerms
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.lifecycle.subsidies import budgets
from bnpl_plugin.lifecycle.subsidies.terms import SubsidyTerms
from bnpl_plugin.money.amount import Money
from examples.demo_shop.catalogue import seed_products
from examples.demo_shop.models import Product, Sale, Variant
from examples.demo_shop.pages import Shop

SALE_SKU = "B7M-128-DUSK"
SALE_UNITS = 12
SALE_PRICES = {"CN": 1_999_00, "FR": 299_00, "US": 299_00}
TOP_UP = 1_000_00  # what is asked of the pool when taxes and shipping make the allotment fall short
SALE_DAYS = 3

#: The maker's own offer: six instalments at 0 %, until its money is used up.
BUDGET, BUDGET_COUNTRY, BUDGET_DAYS = Money(20_000_00, "EUR"), "FR", 60

#: (source, pool, rate, who says so): invented rates.
CAPITAL = (
    ("50000000", "USD", "CNY", "7.10"),
    ("5000000", "EUR", "EUR", "1"),
    ("5000000", "USD", "USD", "1"),
)


def prepare(app: Flask, *, third_party_url: str) -> dict[str, str]:
    """Make the demo ready and return the third-party shop's credentials."""
    house: House = app.extensions["bnpl"]
    shop: Shop = app.extensions["shop"]
    storage.upgrade(house.store.engine)  # type: ignore[attr-defined]
    merchants.register_host(house, name="Hanami")
    with shop.sessions.begin() as session:
        if session.scalars(select(Product)).first() is None:
            seed_products(session)
    _add_capital(house)
    _open_budget(house)
    with shop.sessions() as session:
        for country, price_minor in SALE_PRICES.items():
            _open_sale(house, session, country=country, price_minor=price_minor)
    return _third_party(house, folder=Path(app.instance_path), url=third_party_url)


def _add_capital(house: House) -> None:
    for amount, currency, into, rate in CAPITAL:
        if house.store.pool(into) is None:
            funding.add_capital(
                house, source=Money.of(amount, currency), into=into, rate=Decimal(rate),
                rate_on=house.clock.now().date(), rate_source="sample rate of the demo",
            )  # fmt: skip


def _open_budget(house: House) -> None:
    """Open the maker's budget once; a later one is the operator's to open."""
    if house.reads.subsidies():
        return
    now = house.clock.now()
    budgets.open_budget(
        house, name="0 % over 6 months, paid by the maker", budget=BUDGET, country=BUDGET_COUNTRY,
        terms=SubsidyTerms(plan_codes=("instalments_6",), recipients=("treasury@hanami.example",)), starts_at=now,
        ends_at=now + timedelta(days=BUDGET_DAYS),
    )  # fmt: skip


def _open_sale(house: House, session: Session, *, country: str, price_minor: int) -> None:
    """Open a storefront's flash sale if none is running or ahead; the last one's unsold units go back to the shelf."""
    last = session.scalars(select(Sale).where(Sale.country == country).order_by(Sale.ends_at.desc())).first()
    now = house.clock.now()
    if last is not None and last.ends_at > now:
        return
    if last is not None:
        sku, sale_item_id = last.sku, last.sale_item_id
        session.rollback()  # SQLite lets nobody write who goes on from what was read before another's commit
        back = selling.return_unsold(house, sale_item_id=sale_item_id, merchant_id=house.host_merchant_id)
        session.execute(update(Variant).where(Variant.sku == sku).values(stock=Variant.stock + back))
    starts = now + timedelta(seconds=int(os.environ.get("DEMO_SALE_IN_SECONDS") or 120))
    ends = starts + timedelta(days=SALE_DAYS)
    taken = update(Variant).where(Variant.sku == SALE_SKU, Variant.stock >= SALE_UNITS)
    if session.execute(taken.values(stock=Variant.stock - SALE_UNITS)).rowcount:  # type: ignore[attr-defined]
        sale_item_id = house.ids.new("sit")
        session.add(
            Sale(sale_item_id=sale_item_id, sku=SALE_SKU, country=country, price_minor=price_minor, ends_at=ends)
        )
        session.commit()
        phone = ItemTerms(
            sku=SALE_SKU, name="Blossom 7 Mini", units=SALE_UNITS, price_minor=price_minor, sale_item_id=sale_item_id
        )
        terms = SaleTerms(
            name="Blossom 7 Mini", country=country, items=(phone,), starts_at=starts, ends_at=ends, top_up_minor=TOP_UP
        )
        selling.create(house, terms, merchant_id=house.host_merchant_id)


def sale_ids(app: Flask) -> dict[str, str]:
    """Return each storefront's newest flash sale: country → the package's id."""
    house: House = app.extensions["bnpl"]
    shop: Shop = app.extensions["shop"]
    with shop.sessions() as session:
        newest = {sale.country: sale.sale_item_id for sale in session.scalars(select(Sale).order_by(Sale.ends_at))}
    found = {country: house.store.sales.of_item(newest[country]) for country in SALE_PRICES if country in newest}
    return {country: known[0].sale_id for country, known in found.items() if known is not None}


def _third_party(house: House, *, folder: Path, url: str) -> dict[str, str]:
    """Register the other shop once; its key is shown once, so the demo keeps it in a file."""
    kept = folder / f"third_party_{url.rsplit(':', 1)[-1]}.secret"
    if kept.exists():
        found: dict[str, str] = json.loads(kept.read_text())
        return found
    secret = "whsec_" + b64encode(secrets.token_bytes(24)).decode()
    merchant = merchants.register(
        house, name="Atelier Sonore", mdr_bps=290, webhook_url=f"{url}/webhooks/bnpl", webhook_secret=secret
    )
    key = merchants.issue_key(house, merchant_id=merchant.merchant_id, label="demo")
    told = {"BNPL_API_KEY": key, "BNPL_WEBHOOK_SECRET": secret}
    kept.touch(mode=0o600)
    kept.write_text(json.dumps(told))
    return told
