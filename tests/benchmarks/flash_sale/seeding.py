"""A crowd that is ready for a sale: one shopper walks through the use cases, the others are that one's rows, copied.

Each copy is a person of their own, with a decision, a credit line, an approved checkout and a reserved hold. A copy's
ids keep the random end of the first one's and get the copy's number where the time stood.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
from flask import Flask

from bnpl_plugin.environment import SystemClock
from bnpl_plugin.lifecycle.flash_sale import claiming, readiness, selling
from bnpl_plugin.lifecycle.flash_sale.terms import ItemTerms, SaleTerms
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.ports.gate import Wish
from bnpl_plugin.testing import Walker, make_app
from bnpl_plugin.web.sale import tickets
from examples.demo_shop.sample_law import SAMPLE_LAW
from tests.benchmarks.flash_sale.serving import settings
from tests.benchmarks.purchases import MARK, ORDER_REF, Rows, copy_rows, mark_ids, marked_rows, plain_url, purchase_rows

PRICE_MINOR = 29_900
_CHUNK = 10_000


@dataclass(frozen=True, slots=True)
class Crowd:
    """The ready shoppers of one sale."""

    sale_id: str
    item_id: str
    units: int
    wishes: Sequence[Wish]
    checkout_ids: Sequence[str]
    tickets: Sequence[str]


def make_shop(folder: Path, *, url: str, gate_url: str, capital: Mapping[str, int] | None = None) -> Flask:
    """Return a shop on a fresh database, on the machine's clock; ``capital`` as ``make_app`` takes it."""
    folder.mkdir(parents=True, exist_ok=True)
    told = {"SECRET_KEY": "for benchmarks", **settings(folder, url=url, gate_url=gate_url)}
    return make_app(
        folder, law=SAMPLE_LAW, database_url=url, config=told, pages=False, clock=SystemClock(), capital=capital
    )  # fmt: skip


def make_crowds(app: Flask, *, wanted: Mapping[str, tuple[int, int]], **terms: Any) -> dict[str, Crowd]:
    """Open a sale for each name, with so many units and so many ready shoppers; ``terms`` as ``SaleTerms`` has them."""
    house: House = app.extensions["bnpl"]
    firsts: dict[str, tuple[str, Rows]] = {}
    seen: dict[str, set[str]] = {}
    for number, (name, (units, _)) in enumerate(wanted.items()):
        checkout_id = _ready_first(app, name=name, units=units, phone=f"+336123456{number:02d}", **terms)
        found = {
            table: tuple(row for row in rows if row not in seen.get(table, set()))
            for table, rows in _rows(house).items()
        }
        for table, rows in found.items():
            seen.setdefault(table, set()).update(rows)
        firsts[name] = checkout_id, found
    crowds = {}
    for name, (checkout_id, own) in firsts.items():
        units, shoppers = wanted[name]
        _copy(house, own, count=shoppers)
        crowds[name] = _crowd(house, checkout_id, name=name, units=units, count=shoppers)
    _analyse(house)
    return crowds


def _ready_first(app: Flask, *, name: str, units: int, phone: str, **more: Any) -> str:
    house: House = app.extensions["bnpl"]
    now = house.clock.now()
    item = ItemTerms(sku="phone", name="Phone", units=units, price_minor=PRICE_MINOR, sale_item_id=f"sit_{name}")
    ends_at = now + timedelta(hours=2)
    terms = SaleTerms(name=name, country="FR", items=(item,), starts_at=now, ends_at=ends_at, **more)
    selling.create(house, terms, merchant_id="host", sale_id=f"sale_{name}")
    walker = Walker(house, phone=phone)
    order = app.extensions["shop"].add(
        sale_item_id=item.sale_item_id, units=1, total_minor=PRICE_MINOR, order_ref=f"{ORDER_REF}-{name}"
    )
    checkout = walker.open(order)
    walker.choose(checkout)
    walker.identify(checkout)
    walker.decide(checkout)
    readiness.reserve(house, checkout_id=checkout.checkout_id)
    return checkout.checkout_id


def _crowd(house: House, checkout_id: str, *, name: str, units: int, count: int) -> Crowd:
    purchase = house.purchase(checkout_id)
    first = claiming.entrance(house, purchase).wish
    claim_id, shopper_id, checkout_id = (mark_ids(one) for one in (first.claim_id, first.shopper_id, checkout_id))
    wishes, checkout_ids = [], []
    for number in range(1, count + 1):
        text = f"{number:010d}"
        own = (claim_id.replace(MARK, text), first.sale_id, first.item_id, shopper_id.replace(MARK, text))
        wishes.append(Wish(*own, first.units, first.principal_minor))
        checkout_ids.append(checkout_id.replace(MARK, text))
    signed = [
        tickets.sign(house, tickets.Ticket(wish, own)) for wish, own in zip(wishes, checkout_ids, strict=True)
    ]  # fmt: skip
    return Crowd(f"sale_{name}", f"sit_{name}", units, wishes, checkout_ids, signed)


# both databases ------------------------------------------------------------------------------------------------------
def _engine(house: House) -> Any:
    return house.store.engine  # type: ignore[attr-defined]


def on_postgres(house: House) -> bool:
    """Whether the house's database is PostgreSQL."""
    return bool(_engine(house).dialect.name == "postgresql")


def _address(house: House) -> str:
    return plain_url(_engine(house).url.render_as_string(hide_password=False))


def _rows(house: House) -> Rows:
    if on_postgres(house):
        with psycopg.connect(_address(house), autocommit=True) as connection:
            return purchase_rows(connection)
    with closing(_engine(house).raw_connection()) as connection:
        return _sqlite_rows(connection)


def _sqlite_rows(connection: Any) -> Rows:
    """Return a purchase's rows as ``purchase_rows`` does; a table's name is followed by its columns' names."""
    cursor, found = connection.cursor(), {}
    names = [name for (name,) in cursor.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    for table in names:
        cursor.execute(f"SELECT * FROM {table}")
        columns = [column[0] for column in cursor.description]
        rows = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
        found[table] = rows
    return marked_rows(found)


def _copy(house: House, rows: Rows, *, count: int) -> None:
    spans = [(first, min(_CHUNK, count + 1 - first)) for first in range(1, count + 1, _CHUNK)]
    if on_postgres(house):
        with psycopg.connect(_address(house), autocommit=True) as connection:
            connection.execute("SET synchronous_commit = off")
            for first, many in spans:
                copy_rows(connection, rows, first=first, count=many)
        return
    with closing(_engine(house).raw_connection()) as connection:
        cursor = connection.cursor()
        cursor.execute("BEGIN IMMEDIATE")
        for statement, values in _sqlite_statements(rows, count=count):
            cursor.execute(statement, values)
        cursor.execute("COMMIT")


def _sqlite_statements(rows: Rows, *, count: int) -> Iterator[tuple[str, list[Any]]]:
    for table, texts in rows.items():
        for text in texts:
            row = json.loads(text)
            told = ", ".join(
                f"replace(?, '{MARK}', printf('%010d', i))" if isinstance(value, str) and MARK in value else "?"
                for value in row.values()
            )
            numbers = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})"
            yield f"{numbers} INSERT INTO {table} ({', '.join(row)}) SELECT {told} FROM n", list(row.values())


def _analyse(house: House) -> None:
    if on_postgres(house):
        with psycopg.connect(_address(house), autocommit=True) as connection:
            connection.execute("VACUUM (ANALYZE)")
            connection.execute("CHECKPOINT")
