"""``flask bnpl line``: a shopper's credit line, by the opaque shopper id."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click
from flask.cli import AppGroup

from bnpl_plugin.cli.arguments import MoneyType, shop_house
from bnpl_plugin.errors import BnplError, NotYours
from bnpl_plugin.lifecycle import credit_line, limit_changes
from bnpl_plugin.lifecycle.line_words import LineReason
from bnpl_plugin.money.amount import Money
from bnpl_plugin.ports.records import CreditLine, LimitChange

line = AppGroup("line", help="A shopper's credit line.")

_REASON = click.option(
    "--reason", type=click.Choice([str(reason) for reason in LineReason]), required=True, help="Told to the shopper."
)
_BY = click.option("--by", default="operator", help="Who orders it; kept with the event.")


@contextmanager
def _told() -> Iterator[None]:
    """Tell an error of ours as a sentence."""
    try:
        yield
    except NotYours:
        raise click.ClickException("there is no such shopper, line or pending change") from None
    except BnplError as error:
        raise click.ClickException(str(error)) from error


@line.command("show")
@click.argument("shopper_id")
def show(shopper_id: str) -> None:
    """Print a shopper's lines and the changes of their limits."""
    house = shop_house()
    with _told():
        credit_line.of_shopper(house, shopper_id)
    for one in house.store.lines.of_shopper(shopper_id):
        click.echo(_line(one))
        for change in house.store.lines.changes(shopper_id=shopper_id, currency=one.currency):
            click.echo(f"  {_change(change)}")


@line.command("raise")
@click.argument("shopper_id")
@click.argument("limit", type=MoneyType())
@_REASON
@_BY
def offer_raise(shopper_id: str, limit: Money, reason: str, by: str) -> None:
    """Reassess the shopper and offer a higher limit; it counts only after the shopper's yes."""
    _change_limit(limit_changes.offer_raise_anew, shopper_id=shopper_id, limit=limit, reason=reason, by=by)


@line.command("lower")
@click.argument("shopper_id")
@click.argument("limit", type=MoneyType())
@_REASON
@_BY
def lower(shopper_id: str, limit: Money, reason: str, by: str) -> None:
    """Tell the shopper of a lower limit, which takes effect after ``BNPL_LIMIT_NOTICE_DAYS``."""
    _change_limit(limit_changes.lower, shopper_id=shopper_id, limit=limit, reason=reason, by=by)


def _change_limit(
    act: Callable[..., LimitChange], *, shopper_id: str, limit: Money, reason: str, by: str
) -> None:  # fmt: skip
    with _told():
        known = credit_line.of_shopper(shop_house(), shopper_id)
        if known.currency != limit.currency:
            raise click.BadParameter(f"the line is in {known.currency}", param_hint="LIMIT")
        click.echo(_change(act(shop_house(), shopper_id=shopper_id, to_minor=limit.minor, reason=reason, by=by)))


@line.command("withdraw")
@click.argument("shopper_id")
@_BY
def withdraw(shopper_id: str, by: str) -> None:
    """Take back an offered raise or a fall that has not taken effect."""
    with _told():
        click.echo(_change(limit_changes.withdraw(shop_house(), shopper_id=shopper_id, by=by)))


@line.command("freeze")
@click.argument("shopper_id")
@_REASON
@_BY
def freeze(shopper_id: str, reason: str, by: str) -> None:
    """Let nothing new be drawn, at once."""
    _move(credit_line.freeze, shopper_id=shopper_id, reason=reason, by=by)


@line.command("unfreeze")
@click.argument("shopper_id")
@_BY
def unfreeze(shopper_id: str, by: str) -> None:
    """Open a frozen line again."""
    _move(credit_line.unfreeze, shopper_id=shopper_id, by=by)


@line.command("close")
@click.argument("shopper_id")
@_REASON
@_BY
def close(shopper_id: str, reason: str, by: str) -> None:
    """End the line; what is owed stays as agreed, and only a new decision opens it again."""
    _move(credit_line.close, shopper_id=shopper_id, reason=reason, by=by)


def _move(act: Callable[..., CreditLine], **asked: Any) -> None:
    with _told():
        click.echo(_line(act(shop_house(), **asked)))


def _line(one: CreditLine) -> str:
    sums = (
        ("limit", one.limit_minor), ("drawn", one.drawn_minor), ("held", one.held_minor),
        ("available", one.available_minor),
    )  # fmt: skip
    told = ", ".join(f"{name} {Money(minor, one.currency)}" for name, minor in sums)
    return f"{one.currency} {one.state}{f' ({one.reason})' if one.reason else ''}: {told}"


def _change(change: LimitChange) -> str:
    day = change.effective_at or change.expires_at
    limits = f"{Money(change.from_minor, change.currency)} to {Money(change.to_minor, change.currency)}"
    when = f", {day.date().isoformat()}" if day else ""
    return f"{change.limit_change_id} {change.kind} {change.state}: {limits} ({change.reason}{when})"
