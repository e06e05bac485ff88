"""The three storefronts, and what a cart costs in each, landed: goods, discount, shipping, duty, tax.

Rates of duty and of the United States' sales tax are samples for the demo, not customs advice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from types import MappingProxyType

from bnpl_plugin.ports.platform import LineKind, OrderLine
from examples.demo_shop.models import Variant
from examples.demo_shop.words import say


@dataclass(frozen=True, slots=True)
class Storefront:
    """A country's shop window. ``free_from_minor``: goods from this sum on travel free."""

    country: str
    currency: str
    language: str
    shipping_minor: int
    free_from_minor: int
    sales_tax_bps: int = 0  # added to the price; elsewhere the price already holds its tax
    import_tax_bps: int = 0
    far_shipping_minor: int = 0


STOREFRONTS = MappingProxyType({
    "CN": Storefront("CN", "CNY", "zh", 12_00, 199_00),
    "FR": Storefront("FR", "EUR", "fr", 4_90, 100_00, import_tax_bps=2_000, far_shipping_minor=19_50),
    "US": Storefront("US", "USD", "en", 6_95, 99_00, sales_tax_bps=887),
})  # fmt: skip

DUTY_BPS = MappingProxyType({"phone": 0, "speaker": 450, "buds": 200})
BUNDLE_BPS = 1_000  # off the buds, bought together with a phone


def sold_in(variant: Variant, *, shop: Storefront) -> bool:
    """Whether a storefront sells a thing: what ships from China goes to China and to France."""
    return variant.product.ships_from in {"", shop.country} or shop.import_tax_bps > 0


def share(minor: int, *, bps: int) -> int:
    """Return hundredths of a percent of a sum, rounded half up to the minor unit."""
    return (minor * bps + 5_000) // 10_000


def order_lines(
    goods: Iterable[tuple[Variant, int]], *, shop: Storefront, sale_minor: int = 0
) -> tuple[OrderLine, ...]:
    """Return a cart's typed lines in the storefront's currency; ``sale_minor`` is a flash sale's price."""
    chosen = list(goods)
    near = [(v, n) for v, n in chosen if v.product.ships_from in {"", shop.country}]
    far = [(v, n) for v, n in chosen if v.product.ships_from not in {"", shop.country}]
    lines = [_goods(v, n, shop=shop, sale_minor=sale_minor) for v, n in chosen]
    lines += _near_costs(near, shop=shop, sale_minor=sale_minor)
    lines += _far_costs(far, shop=shop)
    return tuple(lines)


def total_minor(lines: Iterable[OrderLine]) -> int:
    """Return the landed total."""
    return sum(line.total_minor for line in lines)


def _goods(variant: Variant, quantity: int, *, shop: Storefront, sale_minor: int) -> OrderLine:
    name = f"{variant.product.texts[shop.language]['name']} · {variant.label[shop.language]}"
    return OrderLine(LineKind.GOODS, name, quantity, sale_minor or variant.prices[shop.currency], variant.sku)


def _near_costs(goods: list[tuple[Variant, int]], *, shop: Storefront, sale_minor: int) -> list[OrderLine]:
    if not goods:
        return []
    worth = sum((sale_minor or v.prices[shop.currency]) * n for v, n in goods)
    lines = []
    buds = sum(v.prices[shop.currency] * n for v, n in goods if v.product.kind == "buds")
    off = share(buds, bps=BUNDLE_BPS) if any(v.product.kind == "phone" for v, _ in goods) else 0
    if off:
        lines.append(OrderLine(LineKind.DISCOUNT, say(shop.language, "bundle"), 1, -off))
    shipping = 0 if worth >= shop.free_from_minor else shop.shipping_minor
    lines.append(OrderLine(LineKind.SHIPPING, say(shop.language, "shipping"), 1, shipping))
    if shop.sales_tax_bps:
        tax = share(worth - off, bps=shop.sales_tax_bps)
        lines.append(OrderLine(LineKind.TAX, say(shop.language, "sales_tax"), 1, tax))
    return lines


def _far_costs(goods: list[tuple[Variant, int]], *, shop: Storefront) -> list[OrderLine]:
    if not goods:
        return []
    worth = sum(v.prices[shop.currency] * n for v, n in goods)
    duty = sum(share(v.prices[shop.currency] * n, bps=DUTY_BPS.get(v.product.kind, 0)) for v, n in goods)
    base = worth + shop.far_shipping_minor + duty
    return [
        OrderLine(LineKind.SHIPPING, say(shop.language, "far_shipping"), 1, shop.far_shipping_minor),
        OrderLine(LineKind.DUTY, say(shop.language, "duty"), 1, duty),
        OrderLine(LineKind.TAX, say(shop.language, "import_tax"), 1, share(base, bps=shop.import_tax_bps)),
    ]
