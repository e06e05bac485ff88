"""What the package asks of the shop: the order as it stands, place it, or hear that it must not be delivered."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session, sessionmaker

from bnpl_plugin.errors import InvalidInput, OrderRefused
from bnpl_plugin.ports.platform import LineKind, Order, OrderLine
from bnpl_plugin.ports.records import SaleItem
from examples.demo_shop.models import Purchase, PurchaseLine, Sale, Variant
from examples.demo_shop.storefronts import STOREFRONTS, Storefront, order_lines, total_minor

_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


class Orders:
    """The shop's orders, each call in a fresh session of the shop's own."""

    def __init__(self, sessions: sessionmaker[Session]) -> None:
        self._sessions = sessions

    # the callbacks given to Bnpl(...) --------------------------------------------------------------------------------
    def order(self, order_ref: str) -> Order | None:
        """Return an order as it stands now."""
        found = self.find(order_ref)
        return financed(found) if found else None

    def confirm_order(self, order_ref: str, session: Session) -> None:
        """Place an order and take its stock, in the transaction that books the loan. A second call does nothing."""
        found = session.get(Purchase, order_ref, with_for_update=True)
        if found is None or found.state == "refused":
            raise OrderRefused(reason="host_failed")
        if found.state == "placed":
            return
        if found.sale_item_id is None:  # a flash sale's units were handed over when it was made
            for line in sorted(_goods(found), key=lambda line: line.sku):
                _take(session, line)
        found.state = "placed"

    def order_refused(self, order_ref: str, reason: str) -> None:
        """Take note that an order must not be delivered; what a placed one had taken goes back to the shelf."""
        with self._sessions.begin() as session:
            found = session.get(Purchase, order_ref, with_for_update=True)
            if found is None or found.state == "refused":
                return
            if found.state == "placed" and found.sale_item_id is None:
                for line in _goods(found):
                    _put_back(session, line)
            found.state, found.reason = "refused", reason[:40]

    # the shop's own --------------------------------------------------------------------------------------------------
    def find(self, order_ref: str) -> Purchase | None:
        """Return an order."""
        with self._sessions() as session:
            return session.get(Purchase, order_ref)

    def draft(
        self, lines: Sequence[OrderLine], *, shop: Storefront, language: str, recipient: str, address: str,
        now: datetime, sale_item_id: str | None = None,
    ) -> str:  # fmt: skip
        """Write an order that waits for its payment and return its reference."""
        order = _drafted(
            lines, shop=shop, language=language, recipient=recipient, address=address, now=now,
            sale_item_id=sale_item_id,
        )  # fmt: skip
        with self._sessions.begin() as session:
            session.add(order)
        return order.order_ref

    def crowded(self, item: SaleItem, count: int, *, now: datetime) -> Sequence[Order]:
        """Write one order each for so many make-believe shoppers of a flash sale (``flask bnpl crowd``).

        Raises ``InvalidInput``: a sale made on the console, of something that this shop does not have.
        """
        with self._sessions() as session:
            sale = session.get(Sale, item.sale_item_id)
            if sale is None:
                raise InvalidInput(
                    field="sale_id", fault="is a sale of something that the shop does not have",
                    accepted="a sale of the shop's own",
                )  # fmt: skip
            shop, variant = STOREFRONTS[sale.country], session.get_one(Variant, sale.sku)
        lines = order_lines([(variant, 1)], shop=shop, sale_minor=sale.price_minor)
        written = [
            _drafted(
                lines, shop=shop, language=shop.language, recipient="Crowd", address="Nowhere 1", now=now,
                sale_item_id=sale.sale_item_id,
            )
            for _ in range(count)
        ]  # fmt: skip
        with self._sessions.begin() as session:  # begins with a write: SQLite lets no reader become a writer
            session.add_all(written)
        return [financed(order) for order in written]


def _drafted(
    lines: Sequence[OrderLine], *, shop: Storefront, language: str, recipient: str, address: str, now: datetime,
    sale_item_id: str | None,
) -> Purchase:  # fmt: skip
    order = Purchase(
        order_ref="HAN-" + "".join(secrets.choice(_ALPHABET) for _ in range(7)), state="draft", country=shop.country,
        language=language, currency=shop.currency, total_minor=total_minor(lines), recipient=recipient,
        address=address, sale_item_id=sale_item_id, created_at=now,
    )  # fmt: skip
    order.lines = [
        PurchaseLine(
            position=place, kind=str(line.kind), name=line.name, quantity=line.quantity, unit_minor=line.unit_minor,
            sku=line.sku,
        )
        for place, line in enumerate(lines)
    ]  # fmt: skip
    return order


def financed(order: Purchase) -> Order:
    """Return an order as the package wants it."""
    lines = tuple(OrderLine(LineKind(x.kind), x.name, x.quantity, x.unit_minor, x.sku) for x in order.lines)
    units = sum(line.quantity for line in _goods(order)) if order.sale_item_id else 0
    return Order(
        order_ref=order.order_ref, currency=order.currency, total_minor=order.total_minor, lines=lines,
        ship_to=order.country, sale_item_id=order.sale_item_id, units=units,
    )  # fmt: skip


def _goods(order: Purchase) -> list[PurchaseLine]:
    return [line for line in order.lines if line.kind == LineKind.GOODS]


def _take(session: Session, line: PurchaseLine) -> None:
    left = update(Variant).where(Variant.sku == line.sku, Variant.stock >= line.quantity)
    taken: Any = session.execute(left.values(stock=Variant.stock - line.quantity))
    if taken.rowcount != 1:
        raise OrderRefused(reason="out_of_stock")


def _put_back(session: Session, line: PurchaseLine) -> None:
    session.execute(update(Variant).where(Variant.sku == line.sku).values(stock=Variant.stock + line.quantity))
