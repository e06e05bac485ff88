"""The shop's orders, in its own database; an order moves forward only, whoever brings the news first."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from examples.third_party_shop.catalogue import PRODUCTS, SHIPPING_FREE_FROM_MINOR, SHIPPING_MINOR

metadata = sa.MetaData()
orders = sa.Table(
    "orders",
    metadata,
    sa.Column("order_ref", sa.String(40), primary_key=True),
    sa.Column("link", sa.String(40), unique=True, nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("total_minor", sa.Integer, nullable=False),
    sa.Column("lines", sa.JSON, nullable=False),
    sa.Column("checkout_id", sa.String(64)),
    sa.Column("checkout_url", sa.Text),
    sa.Column("loan_id", sa.String(64)),
    sa.Column("news", sa.String(20)),  # who brought the last news: webhook or question
    sa.Column("created_at", sa.DateTime, nullable=False),
)
seen = sa.Table("webhooks_seen", metadata, sa.Column("webhook_id", sa.String(80), primary_key=True))
#: The shop's flash sales: decided and written here before the lender is asked, so that a second click asks the same.
sales = sa.Table(
    "flash_sales",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("starts_at", sa.String(40), nullable=False),
    sa.Column("sale_id", sa.String(64)),
    sa.Column("sale_item_id", sa.String(64)),
)
sale_orders = sa.Table(
    "flash_sale_orders",
    metadata,
    sa.Column("order_ref", sa.String(40), primary_key=True),
    sa.Column("sale_item_id", sa.String(64), nullable=False),
)

#: State of the lender's checkout → state of the order; every other state is still waiting.
STATES: Mapping[str, str] = {
    "confirmed": "confirmed",
    "declined": "refused",
    "refused": "refused",
    "cancelled": "cancelled",
    "expired": "cancelled",
    "reversed": "returned",
}
#: Order state → the states it may still go to.
_FORWARD: Mapping[str, tuple[str, ...]] = {
    "waiting": ("confirmed", "refused", "cancelled", "returned"),
    "cancelled": ("confirmed",),
    "confirmed": ("returned",),
}


@dataclass(frozen=True, slots=True)
class Order:
    """One order as stored."""

    order_ref: str
    link: str
    state: str
    total_minor: int
    lines: list[dict[str, Any]]
    checkout_id: str | None
    checkout_url: str | None
    loan_id: str | None
    news: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class FlashSale:
    """One flash sale as stored; without a ``sale_id`` the lender has not answered yet."""

    number: int
    starts_at: str
    sale_id: str | None
    sale_item_id: str | None


def cart_lines(cart: Mapping[str, int]) -> list[dict[str, Any]]:
    """Return the typed lines of a cart, shipping included, as the API wants them."""
    lines: list[dict[str, Any]] = [
        {
            "kind": "goods",
            "name": PRODUCTS[slug].name,
            "quantity": quantity,
            "unit_minor": PRODUCTS[slug].price_minor,
            "sku": slug,
        }
        for slug, quantity in cart.items()
    ]
    if lines and total_of(lines) < SHIPPING_FREE_FROM_MINOR:
        lines.append({"kind": "shipping", "name": "Livraison", "quantity": 1, "unit_minor": SHIPPING_MINOR})
    return lines


def total_of(lines: list[dict[str, Any]]) -> int:
    """Return the sum of lines in cents."""
    return sum(line["quantity"] * line["unit_minor"] for line in lines)


class OrderBook:
    """The shop's own tables."""

    def __init__(self, database_url: str) -> None:
        self._engine = sa.create_engine(database_url, connect_args={"timeout": 15})
        metadata.create_all(self._engine)

    def place(self, lines: list[dict[str, Any]], *, sale_item_id: str | None = None) -> Order:
        """Write a new waiting order of these lines; ``sale_item_id``: of one unit of a flash sale."""
        order = Order(
            order_ref=f"AS-{secrets.token_hex(5).upper()}",
            link=secrets.token_urlsafe(18),
            state="waiting",
            total_minor=total_of(lines),
            lines=lines,
            checkout_id=None,
            checkout_url=None,
            loan_id=None,
            news=None,
            created_at=datetime.now(UTC).replace(tzinfo=None),
        )
        with self._engine.begin() as connection:
            connection.execute(
                orders.insert().values(**{name: getattr(order, name) for name in Order.__dataclass_fields__})
            )
            if sale_item_id is not None:
                connection.execute(sale_orders.insert().values(order_ref=order.order_ref, sale_item_id=sale_item_id))
        return order

    def opened(self, order_ref: str, *, checkout_id: str, checkout_url: str) -> None:
        """Note where the lender's checkout of an order is."""
        with self._engine.begin() as connection:
            found = orders.update().where(orders.c.order_ref == order_ref)
            connection.execute(found.values(checkout_id=checkout_id, checkout_url=checkout_url))

    def of_link(self, link: str) -> Order | None:
        """Return the order behind a shopper's secret link."""
        return self._one(orders.c.link == link)

    def of_ref(self, order_ref: str) -> Order | None:
        """Return an order by its number."""
        return self._one(orders.c.order_ref == order_ref)

    def learn(self, order_ref: str, *, state: str, loan_id: str | None, news: str, webhook_id: str = "") -> bool:
        """Move an order forward; news that is old or already known changes nothing. Returns whether it moved.

        A webhook's id is kept in the same commit, so that the same webhook never counts twice.
        """
        with self._engine.begin() as connection:
            if webhook_id:
                known = connection.execute(sa.select(seen).where(seen.c.webhook_id == webhook_id)).first()
                if known is not None:
                    return False
                connection.execute(seen.insert().values(webhook_id=webhook_id))
            sources = [old for old, later in _FORWARD.items() if state in later]
            found = orders.update().where(orders.c.order_ref == order_ref, orders.c.state.in_(sources))
            change = {"state": state, "news": news, **({"loan_id": loan_id} if loan_id else {})}
            return connection.execute(found.values(**change)).rowcount == 1

    # flash sales -----------------------------------------------------------------------------------------------------
    def sale_item_of(self, order_ref: str) -> str | None:
        """Return the item of the lender's that an order is one unit of."""
        with self._engine.connect() as connection:
            found = sa.select(sale_orders.c.sale_item_id).where(sale_orders.c.order_ref == order_ref)
            return connection.execute(found).scalar_one_or_none()

    def newest_sale(self) -> FlashSale | None:
        """Return the newest flash sale."""
        with self._engine.connect() as connection:
            row = connection.execute(sa.select(sales).order_by(sales.c.number.desc())).mappings().first()
        return FlashSale(**row) if row else None

    def decide_sale(self, number: int, *, starts_at: datetime) -> FlashSale:
        """Write down that a sale is to be, or return the one of that number that was decided a moment before."""
        with contextlib.suppress(sa.exc.IntegrityError), self._engine.begin() as connection:
            connection.execute(sales.insert().values(number=number, starts_at=starts_at.isoformat()))
        with self._engine.connect() as connection:
            row = connection.execute(sa.select(sales).where(sales.c.number == number)).mappings().one()
        return FlashSale(**row)

    def sale_made(self, number: int, *, sale_id: str, sale_item_id: str) -> None:
        """Note the lender's ids of a sale."""
        with self._engine.begin() as connection:
            found = sales.update().where(sales.c.number == number)
            connection.execute(found.values(sale_id=sale_id, sale_item_id=sale_item_id))

    def _one(self, condition: sa.ColumnElement[bool]) -> Order | None:
        with self._engine.connect() as connection:
            row = connection.execute(sa.select(orders).where(condition)).mappings().first()
        return Order(**row) if row else None
