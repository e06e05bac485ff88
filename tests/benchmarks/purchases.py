"""Purchases by the thousand: one walked through the lifecycle, then copied by SQL with ids of their own.

Every row is the row that the lifecycle wrote, so that a copied book is as consistent as the original (a test lets the
verifier judge it; only an agreement's hash is still that of the original's text). A copy's ids keep their random end
and get the copy's number where the time stood.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from flask import Flask

from bnpl_plugin.lifecycle import disclosure, holds, payment, signature
from bnpl_plugin.lifecycle.confirm import confirm
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.ports.provider import Outcome, OutcomeKind, Stage
from bnpl_plugin.testing import Walker, make_app
from examples.demo_shop.sample_law import SAMPLE_LAW

Rows = Mapping[str, tuple[str, ...]]
"""A purchase's rows by table, each as JSON text with ``MARK`` where a copy puts its number."""

MARK = "@@@@@@@@@@"
ORDER_REF = "order-template"
CAPITAL = {"EUR": 2_000_000_000}
_CHUNK = 20_000
_ID = re.compile(r"_[0-9a-z]{10}([0-9a-z]{16})\b")
_SHARED = (
    "bnpl_merchant", "bnpl_capital_pool", "bnpl_policy_version", "bnpl_alembic_version", "bnpl_api_key", "bnpl_sale",
    "bnpl_sale_item", "bnpl_sale_change", "bnpl_gate_sale", "bnpl_gate_item", "bnpl_gate_change",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Template:
    """One purchase of pay_in_3 at three moments of its life, and what it finances in minor units."""

    approved: Rows
    authorised: Rows
    confirmed: Rows
    principal_minor: int


def plain_url(url: str) -> str:
    """Return the address as psycopg reads it."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


def open_app(folder: Path, *, url: str) -> Flask:
    """Return a shop with sample law on a fresh PostgreSQL database, without pages."""
    folder.mkdir(parents=True, exist_ok=True)
    return make_app(folder, law=SAMPLE_LAW, database_url=url, capital=CAPITAL, pages=False)


def make_template(app: Flask, *, url: str) -> Template:
    """Walk one purchase from the cart to the loan and keep its rows on the way."""
    house: House = app.extensions["bnpl"]
    order = app.extensions["shop"].add(order_ref=ORDER_REF)
    walker = Walker(house)
    with psycopg.connect(plain_url(url), autocommit=True) as connection:
        checkout = walker.open(order)
        walker.choose(checkout)
        walker.identify(checkout)
        walker.decide(checkout)
        approved = purchase_rows(connection)
        checkout_id = checkout.checkout_id
        holds.take(house, checkout_id=checkout_id)
        disclosure.present(house, checkout_id=checkout_id, language="en")
        signature.sign(house, checkout_id=checkout_id, typed_name=walker.full_name, accepted=True)
        attempt = payment.begin(house, checkout_id=checkout_id, return_url="http://localhost/return")
        paid = Outcome(
            OutcomeKind.SUCCEEDED, provider_ref=attempt.provider_ref, stage=Stage.AUTHORISED,
            method_ref="method", method_label="card",
        )  # fmt: skip
        payment.record(house, attempt=attempt, outcome=paid)
        authorised = purchase_rows(connection)
        assert confirm(house, checkout_id=checkout_id).made_here
        return Template(approved, authorised, purchase_rows(connection), principal_minor=order.total_minor)


def add_approved(connection: psycopg.Connection[Any], template: Template, *, first: int, count: int) -> list[str]:
    """Add approved checkouts, numbered from ``first``, and return their ids."""
    copy_rows(connection, template.approved, first=first, count=count)
    return [_checkout_id(template, number) for number in range(first, first + count)]


def authorise(connection: psycopg.Connection[Any], template: Template, *, first: int, count: int) -> None:
    """Take held checkouts to ``authorised``: what was shown, signed and paid in between is added as it was."""
    before = {(table, _name(row)) for table, rows in template.approved.items() for row in rows}
    taken = ("bnpl_checkout", "bnpl_hold", "bnpl_credit_line")
    added = {
        table: tuple(row for row in rows if (table, _name(row)) not in before and '"checkout.held"' not in row)
        for table, rows in template.authorised.items()
        if table not in taken
    }
    copy_rows(connection, added, first=first, count=count)
    new = json.loads(template.authorised["bnpl_checkout"][0])
    names = ("checkout_id", "agreement_id", "attempt_id")
    ids = [[new[name].replace(MARK, f"{number:010d}") for name in names] for number in range(first, first + count)]
    connection.execute(
        "UPDATE bnpl_checkout AS c SET state = 'authorised', agreement_id = n.agreement_id, attempt_id = n.attempt_id"
        " FROM (SELECT unnest(%s::text[]) AS checkout_id, unnest(%s::text[]) AS agreement_id,"
        " unnest(%s::text[]) AS attempt_id) AS n WHERE c.checkout_id = n.checkout_id AND c.state = 'held'",
        [list(column) for column in zip(*ids, strict=True)],
    )


def add_loans(connection: psycopg.Connection[Any], template: Template, *, first: int, count: int) -> None:
    """Add booked loans with all their rows to the book and to the pool, then ANALYZE."""
    for start in range(first, first + count, _CHUNK):
        copy_rows(connection, template.confirmed, first=start, count=min(_CHUNK, first + count - start))
    connection.execute(
        "UPDATE bnpl_capital_pool SET outstanding_minor = outstanding_minor + %s WHERE currency = 'EUR'",
        [count * template.principal_minor],
    )
    connection.execute("ANALYZE")


def _checkout_id(template: Template, number: int) -> str:
    found: str = json.loads(template.approved["bnpl_checkout"][0])["checkout_id"]
    return found.replace(MARK, f"{number:010d}")


def _name(row: str) -> str:
    """Return what tells a purchase's rows of one table apart: an event's or job's id, else nothing."""
    data = json.loads(row)
    return str(data.get("event_id") or data.get("job_id") or "")


def purchase_rows(connection: psycopg.Connection[Any]) -> Rows:
    """Return the rows of all purchases, marked."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    tables = connection.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND starts_with(tablename, 'bnpl_') ORDER BY 1"
    )
    for (table,) in tables.fetchall():
        found[table] = [row for (row,) in connection.execute(f"SELECT to_jsonb(t) FROM {table} AS t").fetchall()]
    return marked_rows(found)


def marked_rows(found: Mapping[str, Iterable[Mapping[str, Any]]]) -> Rows:
    """Return those of all tables' rows that are a purchase's, not a pool's, a sale's or the house's, marked."""
    kept = {
        table: tuple(_marked(row) for row in rows if _of_purchase(row))
        for table, rows in found.items()
        if table not in _SHARED and table.startswith("bnpl_")
    }
    return {table: rows for table, rows in kept.items() if rows}


def _of_purchase(row: Mapping[str, Any]) -> bool:
    if "stream" in row:
        return not row["stream"].startswith(("pool_", "sale_"))
    return row.get("shopper_id") != ""


def _marked(row: Mapping[str, Any]) -> str:
    """Return a row's JSON text with the mark in its ids, its order reference and what hangs on its phone number."""
    data = dict(row)
    for name in ("phone_hash", "idempotency_key", "provider_ref", "phone_code_id"):
        if data.get(name):
            data[name] = MARK + str(data[name])[10:]
    text = json.dumps(data, ensure_ascii=False).replace(ORDER_REF, f"order-{MARK}")
    return mark_ids(text)


def mark_ids(text: str) -> str:
    """Return a text with the mark in its ids."""
    return _ID.sub(rf"_{MARK}\1", text)


def copy_rows(connection: psycopg.Connection[Any], rows: Rows, *, first: int, count: int) -> None:
    """Add copies of marked rows, numbered from ``first``."""
    for table in _headers_first(rows):
        connection.execute(
            f"INSERT INTO {table} SELECT r.* FROM generate_series(%s::int, %s::int) AS i, unnest(%s::text[]) AS d,"
            f" jsonb_populate_record(NULL::{table}, replace(d, '{MARK}', lpad(i::text, 10, '0'))::jsonb) AS r",
            [first, first + count - 1, list(rows[table])],
        )


def _headers_first(rows: Rows) -> Iterable[str]:
    """Return the tables in the order in which they may be filled: an entry's header before its postings."""
    return sorted((table for table in rows if rows[table]), key=lambda table: (table == "bnpl_posting", table))
