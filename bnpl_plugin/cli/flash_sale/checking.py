"""``flask bnpl sale draw``: a lottery recomputed from what was published, with no database and no secret of ours."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import IO, Any

import click

from bnpl_plugin.errors import BnplError
from bnpl_plugin.lifecycle.flash_sale import lottery


@dataclass(frozen=True, slots=True)
class Published:
    """What was published of an item's draw: its entries; of a sale's ``/draw`` page also order, seed and hash."""

    entries: tuple[str, ...]
    in_order: bool = False
    seed: str | None = None
    seed_hash: str | None = None


@click.command("draw")
@click.option("--item", "sale_item_id", required=True, help="The sale item's id.")
@click.option(
    "--entries", "file", type=click.File(encoding="utf-8"), required=True,
    help="Entry numbers, one a line; or what the sale's page /draw has published.",
)  # fmt: skip
@click.option("--seed", default=None, help="As published after the draw; default: the one in the file.")
@click.option("--hash", "seed_hash", default=None, help="The seed's hash as published before the draw.")
def draw(sale_item_id: str, file: IO[str], seed: str | None, seed_hash: str | None) -> None:
    """Print the entries in the order of their lots; exits 1 if seed, hash and published order do not fit together."""
    told = _read(file.read(), sale_item_id=sale_item_id)
    seed, seed_hash = seed or told.seed, seed_hash or told.seed_hash
    if seed is None:
        raise click.UsageError("the file has no seed: give it with --seed")
    try:
        order = lottery.draw(seed, sale_id=sale_item_id, entrants=told.entries)
        fits = seed_hash is None or lottery.keeps_its_word(seed, published=seed_hash)
        committed = lottery.commitment(seed)
    except BnplError as error:
        raise click.ClickException(str(error)) from error
    for place, number in enumerate(order, start=1):
        click.echo(f"{place} {number}")
    click.echo(f"the seed's hash is {committed}", err=True)
    if not fits:
        raise click.ClickException(f"published was another hash: {seed_hash}")
    if told.in_order and order != told.entries:
        raise click.ClickException("published was another order")
    if seed_hash is not None:
        click.echo("it is the published one", err=True)


def _read(text: str, *, sale_item_id: str) -> Published:
    if not text.lstrip().startswith("{"):
        lines = (line.strip() for line in text.splitlines())
        return Published(tuple(line for line in lines if line and not line.startswith("#")))
    try:
        page: dict[str, Any] = json.loads(text)
        entries = next(item["entries"] for item in page["items"] if item["sale_item_id"] == sale_item_id)
        return Published(tuple(map(str, entries)), True, page.get("seed"), page.get("seed_hash"))
    except (ValueError, KeyError, TypeError, StopIteration) as error:
        raise click.ClickException(f"the file does not say how {sale_item_id} was drawn") from error
