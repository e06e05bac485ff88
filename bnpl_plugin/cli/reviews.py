"""``flask bnpl reviews``: what waits for a person, and a person's answer."""

from __future__ import annotations

import json

import click
from flask.cli import AppGroup

from bnpl_plugin.cli.arguments import MoneyType, shop_house
from bnpl_plugin.errors import BnplError
from bnpl_plugin.lifecycle import resolution, reviews
from bnpl_plugin.money.amount import Money

group = AppGroup("reviews", help="Decisions in a person's hands.")


@group.command("list")
@click.option("--closed", is_flag=True, help="Those that were answered.")
def list_command(closed: bool) -> None:  # noqa: FBT001
    """Print the queue, the one due first first."""
    house, cursor = shop_house(), None
    while True:
        page = house.reads.reviews(state="closed" if closed else "open", cursor=cursor)
        for review in page.rows:
            told = resolution.told(house, review)
            late = " OVERDUE" if told["overdue"] else ""
            asked = Money(told["principal_minor"], told["currency"])
            click.echo(
                f"{review.review_id} {review.kind} {review.outcome or ''}{late} due {told['due_at']} {asked}"
                f" {','.join(told['reasons'])} {review.operator or '-'}"
            )
        cursor = page.next_cursor
        if cursor is None:
            return


@group.command("show")
@click.argument("review_id")
def show_command(review_id: str) -> None:
    """Print one review with the shopper's own view and what was decided on."""
    house = shop_house()
    review = house.store.review(review_id)
    if review is None:
        raise click.ClickException(f"there is no review {review_id}")
    decision = resolution.case_of(house, review).decision
    told = {**resolution.told(house, review), "statement": reviews.statement_of(house, review), "note": review.note}
    click.echo(json.dumps({**told, "inputs": dict(decision.inputs)}, ensure_ascii=False, indent=2))


@group.command("resolve")
@click.argument("review_id")
@click.argument("outcome", type=click.Choice([str(outcome) for outcome in resolution.Outcome]))
@click.option("--operator", required=True, help="Who answers.")
@click.option("--note", required=True, help="Why, for the file.")
@click.option("--limit", type=MoneyType(), default=None, help="The credit line that an approval opens: 4300EUR.")
def resolve_command(review_id: str, outcome: str, operator: str, note: str, limit: Money | None) -> None:
    """Answer a review."""
    house = shop_house()
    review = house.store.review(review_id)
    if review is not None and limit is not None:
        currency = resolution.case_of(house, review).decision.currency
        if limit.currency != currency:
            raise click.BadParameter(f"is in {limit.currency}; accepted: {currency}", param_hint="--limit")
    try:
        answered = resolution.resolve(
            house, review_id=review_id, operator=operator, outcome=outcome, note=note,
            limit_minor=limit.minor if limit else None,
        )  # fmt: skip
    except BnplError as error:
        raise click.ClickException(str(error)) from error
    waits = "; a second operator must say the same" if answered.state == "open" else ""
    click.echo(f"{review_id}: {answered.outcome or 'proposed'}{waits}")
