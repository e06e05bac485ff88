"""``flask bnpl sale …``: sales are made, looked at, paused, resumed, added to, ended."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import click
from flask.cli import AppGroup

from bnpl_plugin.cli.arguments import BpsType, MoneyType, shop_house
from bnpl_plugin.cli.flash_sale.checking import draw
from bnpl_plugin.errors import BnplError, NotYours
from bnpl_plugin.lifecycle.flash_sale import allotment, drawing, gatekeeping, selling
from bnpl_plugin.lifecycle.flash_sale.terms import Fairness, ItemTerms, SaleSubsidy, SaleTerms
from bnpl_plugin.lifecycle.flash_sale.watching.board import Board, board_of
from bnpl_plugin.money.amount import Money
from bnpl_plugin.ports.store import SaleView

group = AppGroup("sale", help="Flash sales.")
group.add_command(draw)

BY = "command line"
_FAIRNESS = [str(kind) for kind in Fairness]


@dataclass(frozen=True, slots=True)
class TypedItem:
    """An item as typed; its price has its currency with it."""

    sku: str
    name: str
    units: int
    price: Money
    per_shopper: int
    line: int | None


class ItemType(click.ParamType[TypedItem]):
    """``PHONE-1,"Phone, black",1000,299.00EUR,1,500``: sku, name, units, price, units per shopper, places in line."""

    name = "item"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> TypedItem:
        """Return the item, or fail with what is accepted."""
        if isinstance(value, TypedItem):
            return value
        try:
            parts = [part.strip() for part in next(csv.reader([str(value)], skipinitialspace=True), [])]
        except csv.Error:  # a line break outside quotes
            parts = []
        numbers = [parts[at] for at in (2, 4, 5) if at < len(parts)]
        whole = all(number.isascii() and number.isdecimal() and len(number) < 20 for number in numbers)
        if not 4 <= len(parts) <= 6 or not whole:
            accepted = "sku,name,units,price[,units per shopper[,places in line]]: PHONE-1,Phone,1000,299.00EUR,1"
            self.fail(f"{value!r} is not an item; accepted: {accepted}", param, ctx)
        price = MoneyType().convert(parts[3], param, ctx)
        per_shopper = int(parts[4]) if len(parts) > 4 else 1
        return TypedItem(
            parts[0], parts[1], int(parts[2]), price, per_shopper, int(parts[5]) if len(parts) > 5 else None
        )


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except NotYours:
        raise click.ClickException("there is no such sale or item") from None
    except BnplError as error:
        raise click.ClickException(str(error)) from error


@group.command("create")
@click.argument("name")
@click.option("--item", "items", type=ItemType(), multiple=True, required=True, help=ItemType.__doc__)
@click.option("--country", default="FR", show_default=True, help="Whose law, currency and capital.")
@click.option("--starts", type=click.DateTime(), default=None, help="UTC; default: now.")
@click.option("--ends", type=click.DateTime(), required=True, help="UTC.")
@click.option("--fairness", type=click.Choice(_FAIRNESS), default=_FAIRNESS[0], show_default=True)
@click.option("--plan", "plans", multiple=True, help="A plan on offer; default: every plan.")
@click.option("--capital", type=MoneyType(), default=None, help="To set aside; default: the price of every unit.")
@click.option(
    "--top-up", type=MoneyType(), default=None, help="The least that is asked of the pool when it falls short."
)
@click.option("--subsidy", type=MoneyType(), default=None, help="A budget for cheaper credit in this sale alone.")
@click.option("--subsidy-rate", type=BpsType(), default=0, help="What the shopper then pays, in percent a year.")
@click.option("--hold-seconds", default=180, show_default=True, help="How long who is admitted has to come.")
@click.option("--ceiling-seconds", default=3600, show_default=True, help="The longest that a unit is kept.")
@click.option("--shards", default=1, show_default=True, help="Parts of the gate that decide independently.")
@click.option("--per-device", default=3, show_default=True, help="Shoppers who may get ready in one browser.")
@click.option("--merchant", "merchant_id", default=None, help="Whose goods; default: the host's own.")
@click.option("--id", "sale_id", default="", help="The id to give it; a sale that is there already stays as it is.")
def create(  # noqa: PLR0917  (click's own order)
    name: str, items: tuple[TypedItem, ...], country: str, starts: datetime | None, ends: datetime, fairness: str,
    plans: tuple[str, ...], capital: Money | None, top_up: Money | None, subsidy: Money | None, subsidy_rate: int,
    hold_seconds: int, ceiling_seconds: int, shards: int, per_device: int, merchant_id: str | None, sale_id: str,
) -> None:  # fmt: skip
    """Make a sale; print its id and its items'."""
    house = shop_house()
    with _told():
        currency = house.country(country).currency
        for amount in (capital, top_up, subsidy, *(item.price for item in items)):
            if amount is not None and amount.currency != currency:
                raise click.BadParameter(f"{amount} is not in {currency}, as sales in {country} are")
        terms = SaleTerms(
            name=name, country=country, fairness=Fairness(fairness), plan_codes=plans,
            items=tuple(
                ItemTerms(
                    sku=item.sku, name=item.name, units=item.units, price_minor=item.price.minor,
                    units_per_shopper=item.per_shopper, line_limit=item.line,
                )
                for item in items
            ),
            starts_at=starts.replace(tzinfo=UTC) if starts else house.clock.now(), ends_at=ends.replace(tzinfo=UTC),
            allotment_minor=capital.minor if capital else None, top_up_minor=top_up.minor if top_up else 0,
            hold_seconds=hold_seconds, ceiling_seconds=ceiling_seconds, shards=shards, per_device=per_device,
            subsidy=SaleSubsidy(budget_minor=subsidy.minor, nominal_rate=Decimal(subsidy_rate) / 10_000)
            if subsidy else None,
        )  # fmt: skip
        view = selling.create(
            house, terms, merchant_id=merchant_id or house.host_merchant_id, sale_id=sale_id, by=BY
        )  # fmt: skip
    click.echo(view.sale.sale_id)
    for item in view.items:
        click.echo(f"  {item.sale_item_id} {item.sku}")


@group.command("list")
@click.option("--merchant", "merchant_id", default=None, help="One shop's; default: every shop's.")
def listed(merchant_id: str | None) -> None:
    """Print every sale: state, times, units."""
    for view in shop_house().store.sales.all(merchant_id=merchant_id):
        click.echo(_line(view))


@group.command("show")
@click.argument("sale_id")
def show(sale_id: str) -> None:
    """Print a sale's figures as of now."""
    _show(sale_id)


@group.command("pause")
@click.argument("sale_id")
def pause(sale_id: str) -> None:
    """Let nobody new in; who is on the way goes on."""
    with _told():
        selling.pause(shop_house(), sale_id=sale_id, by=BY)
    _show(sale_id)


@group.command("resume")
@click.argument("sale_id")
def resume(sale_id: str) -> None:
    """Go on after a pause, the line first."""
    with _told():
        selling.resume(shop_house(), sale_id=sale_id, by=BY)
    _show(sale_id)


@group.command("end")
@click.argument("sale_id")
@click.confirmation_option(prompt="Nobody is let in any more, for good. End it?")
def end(sale_id: str) -> None:
    """Let nobody in any more; who was let in may finish."""
    with _told():
        selling.end(shop_house(), sale_id=sale_id, by=BY)
    _show(sale_id)


@group.command("add-units")
@click.argument("sale_id")
@click.argument("sale_item_id")
@click.argument("units", type=int)
def add_units(sale_id: str, sale_item_id: str, units: int) -> None:
    """Take more units of an item over; the line is served first."""
    with _told():
        selling.add_units(shop_house(), sale_id=sale_id, sale_item_id=sale_item_id, units=units, by=BY)
    _show(sale_id)


@group.command("add-capital")
@click.argument("sale_id")
@click.argument("amount", type=MoneyType())
def add_capital(sale_id: str, amount: Money) -> None:
    """Set more of the pool's capital aside for a sale."""
    house = shop_house()
    with _told():
        sale = selling.of_merchant(house, sale_id=sale_id, merchant_id=None).sale
        if amount.currency != sale.currency:
            raise click.BadParameter(f"the sale is in {sale.currency}")
        allotment.add(house, sale_id=sale_id, minor=amount.minor, by=BY)
    _show(sale_id)


@group.command("rebuild")
@click.argument("sale_id")
def rebuild(sale_id: str) -> None:
    """Teach the gate a sale anew, from the holds and loans of the database."""
    with _told():
        gatekeeping.rebuild(shop_house(), sale_id)
    _show(sale_id)


@group.command("entries")
@click.argument("sale_id")
@click.option("--item", "sale_item_id", default=None, help="One item's; default: every item's, each under its id.")
def entries(sale_id: str, sale_item_id: str | None) -> None:
    """Print a lottery's entry numbers, one a line, since the draw in its order: what ``draw`` reads."""
    house = shop_house()
    with _told():
        view = selling.of_merchant(house, sale_id=sale_id, merchant_id=None)
        items = [item for item in view.items if sale_item_id in (None, item.sale_item_id)]
        if not items:
            raise NotYours
        if view.sale.fairness != "lottery":
            raise click.ClickException("nothing is drawn in this sale: first come, first served")
        for item in items:
            if sale_item_id is None:
                click.echo(f"# {item.sale_item_id} {item.sku}")
            drawn = house.store.sales.drawn(item.sale_item_id)
            found = drawn.entries["entries"] if drawn else [one.entry_id for one in drawing.entries(house, item)]
            for number in found:
                click.echo(number)


def _show(sale_id: str) -> None:
    with _told():
        board = board_of(shop_house(), sale_id=sale_id)
        view = selling.of_merchant(shop_house(), sale_id=sale_id, merchant_id=None)
    click.echo(_line(view))
    for name, value in _figures(board).items():
        click.echo(f"  {name}: {value}")
    for one in board.items:
        waiting = "?" if one.waiting is None else one.waiting
        click.echo(
            f"  {one.item.sale_item_id} {one.item.sku}: {one.free_units} free, {one.held_units} held, "
            f"{one.sold_units} sold, {one.item.returned_units} returned of {one.item.total_units}; {waiting} waiting"
        )


def _figures(board: Board) -> dict[str, object]:
    sale, counts = board.sale, board.counts
    aside, left = Money(sale.ceiling_minor, sale.currency), Money(board.left_minor, sale.currency)
    told: dict[str, object] = {
        "now": f"{board.phase}, gate {board.gate}",
        "fairness": sale.fairness,
        "plans": ", ".join(sale.plan_codes["codes"]) or "every plan",
        "capital set aside": f"{aside}, left {left}",
        "shoppers": f"{counts.ready} ready, {counts.held} held, {counts.sold} paid, {counts.ended} left without buying",
    }
    if sale.seed_hash:
        told["seed's hash"] = sale.seed_hash
    if sale.seed:
        told["seed"] = sale.seed
    return told


def _line(view: SaleView) -> str:
    sale = view.sale
    sums = [sum(getattr(item, f"{name}_units") for item in view.items) for name in ("free", "held", "sold", "total")]
    return (
        f"{sale.sale_id} {sale.name} [{sale.country}, {sale.state}] {sale.starts_at.isoformat(timespec='seconds')} to "
        f"{sale.ends_at.isoformat(timespec='seconds')}: {sums[0]} free, {sums[1]} held, {sums[2]} sold of {sums[3]}"
    )
