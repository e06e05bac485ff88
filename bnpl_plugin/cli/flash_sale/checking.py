"""``flask bnpl sale draw``: a lottery recomputed from what was published, with no database and no secret of ours."""

from __future__ import annotations

from typing import IO

import click

from bnpl_plugin.errors import BnplError
from bnpl_plugin.lifecycle.flash_sale import lottery


@click.command("draw")
@click.option("--seed", required=True, help="As published after the draw.")
@click.option("--item", "sale_item_id", required=True, help="The sale item's id.")
@click.option("--entries", type=click.File(encoding="utf-8"), required=True, help="Entry numbers, one a line.")
@click.option("--hash", "published", default=None, help="The seed's hash as published before the draw.")
def draw(seed: str, sale_item_id: str, entries: IO[str], published: str | None) -> None:
    """Print the entries in the order of their lots; exits 1 if the seed is not the one whose hash was published."""
    numbers = [line.strip() for line in entries]
    try:
        order = lottery.draw(
            seed, sale_id=sale_item_id, entrants=[number for number in numbers if number and not number.startswith("#")]
        )
        fits = published is None or lottery.keeps_its_word(seed, published=published)
        committed = lottery.commitment(seed)
    except BnplError as error:
        raise click.ClickException(str(error)) from error
    for place, number in enumerate(order, start=1):
        click.echo(f"{place} {number}")
    click.echo(f"the seed's hash is {committed}", err=True)
    if not fits:
        raise click.ClickException(f"published was another hash: {published}")
    if published is not None:
        click.echo("it is the published one", err=True)
