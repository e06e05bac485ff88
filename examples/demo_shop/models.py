"""The shop's own tables, in its own metadata: products, stock, orders, and a phone's inbox for the demo."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, DateTime, Engine, ForeignKey, String, TypeDecorator, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship, sessionmaker

from bnpl_plugin.storage import install_sqlite_hooks


class Base(DeclarativeBase):
    """The shop's metadata; the package has its own."""


class Instant(TypeDecorator[datetime]):
    """An aware instant in UTC, also on SQLite, which keeps no zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Put the zone back."""
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


class Product(Base):
    """Something on sale. ``texts`` maps a language to its name and line of praise."""

    __tablename__ = "shop_product"

    slug: Mapped[str] = mapped_column(String(40), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    position: Mapped[int]
    ships_from: Mapped[str] = mapped_column(String(2), default="")  # "" is the storefront's own country
    texts: Mapped[dict[str, Any]] = mapped_column(JSON)
    variants: Mapped[list[Variant]] = relationship(
        back_populates="product", order_by="Variant.position", lazy="selectin"
    )


class Variant(Base):
    """One thing in the warehouse: its colour, its stock, its price in minor units of each currency."""

    __tablename__ = "shop_variant"
    __table_args__ = (CheckConstraint("stock >= 0", name="shop_variant_stock"),)

    sku: Mapped[str] = mapped_column(String(40), primary_key=True)
    slug: Mapped[str] = mapped_column(ForeignKey(Product.slug))
    position: Mapped[int]
    label: Mapped[dict[str, str]] = mapped_column(JSON)
    light: Mapped[str] = mapped_column(String(7))
    deep: Mapped[str] = mapped_column(String(7))
    stock: Mapped[int]
    prices: Mapped[dict[str, int]] = mapped_column(JSON)
    product: Mapped[Product] = relationship(back_populates="variants", lazy="joined")


class Sale(Base):
    """A flash sale of one storefront: which item of the package's counts its units, at which price."""

    __tablename__ = "shop_sale"

    sale_item_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    sku: Mapped[str] = mapped_column(ForeignKey(Variant.sku))
    country: Mapped[str] = mapped_column(String(2))
    price_minor: Mapped[int]
    ends_at: Mapped[datetime] = mapped_column(Instant)


class Purchase(Base):
    """An order of the shop's: ``draft`` until it is placed or refused."""

    __tablename__ = "shop_order"

    order_ref: Mapped[str] = mapped_column(String(20), primary_key=True)
    state: Mapped[str] = mapped_column(String(10))
    country: Mapped[str] = mapped_column(String(2))
    language: Mapped[str] = mapped_column(String(2))
    currency: Mapped[str] = mapped_column(String(3))
    total_minor: Mapped[int]
    recipient: Mapped[str] = mapped_column(String(120))
    address: Mapped[str] = mapped_column(String(240))
    sale_item_id: Mapped[str | None] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(String(40), default="")
    created_at: Mapped[datetime] = mapped_column(Instant)
    lines: Mapped[list[PurchaseLine]] = relationship(order_by="PurchaseLine.position", lazy="selectin")


class PurchaseLine(Base):
    """One typed line of an order."""

    __tablename__ = "shop_order_line"

    order_ref: Mapped[str] = mapped_column(ForeignKey(Purchase.order_ref), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(200))
    quantity: Mapped[int]
    unit_minor: Mapped[int]
    sku: Mapped[str] = mapped_column(String(40))


class InboxMessage(Base):
    """A text message as the demo's make-believe phone shows it."""

    __tablename__ = "shop_inbox"

    message_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    to_phone: Mapped[str] = mapped_column(String(30))
    text: Mapped[str] = mapped_column(String(1000))
    sent_at: Mapped[datetime] = mapped_column(Instant)


def open_database(url: str) -> tuple[Engine, sessionmaker[Session]]:
    """Return the shop's engine, its tables made, and the factory of its sessions."""
    engine = create_engine(url, connect_args={"timeout": 15} if url.startswith("sqlite") else {})
    install_sqlite_hooks(engine)  # the package would do it too, but only after create_all has connected
    Base.metadata.create_all(engine)
    return engine, sessionmaker(engine, expire_on_commit=False)
