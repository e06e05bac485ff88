"""``flask bnpl subsidy …``: budgets with which a shop or the maker pays for cheaper credit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import click
from flask.cli import AppGroup

from bnpl_plugin.cli.arguments import BpsType, MoneyType, shop_house
from bnpl_plugin.errors import BnplError
from bnpl_plugin.lifecycle.subsidies import budgets
from bnpl_plugin.lifecycle.subsidies.terms import SubsidyTerms
from bnpl_plugin.money.amount import Money
from bnpl_plugin.ports.reads import SubsidyRow
from bnpl_plugin.ports.records import Subsidy

group = AppGroup("subsidy", help="Budgets that pay for cheaper credit.")


@group.command("add")
@click.argument("name")
@click.option("--budget", type=MoneyType(), required=True, help="The most it may pay: 50000EUR.")
@click.option("--country", required=True, help="Where it holds: FR.")
@click.option("--rate", type=BpsType(), default=0, help="What the shopper pays, in percent a year; default: 0.")
@click.option("--plan", "plans", multiple=True, help="A plan that it makes cheaper; default: every plan with interest.")
@click.option("--from", "starts_at", type=click.DateTime(), default=None, help="UTC; default: now.")
@click.option("--until", "ends_at", type=click.DateTime(), required=True, help="UTC.")
@click.option("--lowest", type=MoneyType(), default=None, help="The lowest price that it serves.")
@click.option("--highest", type=MoneyType(), default=None, help="The highest price that it serves.")
@click.option("--merchant", "merchant_id", default=None, help="Who pays; default: the host itself (the maker).")
@click.option("--for-merchant", "for_merchants", multiple=True, help="A shop that it serves; default: every shop.")
@click.option("--sale", "sale_ids", multiple=True, help="A flash sale that it serves alone; default: every cart.")
@click.option("--warn", "warn_bps", type=BpsType(), default=8_000, help="Warn at this percent used; default: 80.")
@click.option("--recipient", "recipients", multiple=True, help="Who is warned: a mail address or a phone number.")
def subsidy_add(  # noqa: PLR0917  (click's own order)
    name: str, budget: Money, country: str, rate: int, plans: tuple[str, ...], starts_at: datetime | None,
    ends_at: datetime, lowest: Money | None, highest: Money | None, merchant_id: str | None,
    for_merchants: tuple[str, ...], sale_ids: tuple[str, ...], warn_bps: int, recipients: tuple[str, ...],
) -> None:  # fmt: skip
    """Open a budget and print its id."""
    house = shop_house()
    for price in (lowest, highest):
        if price is not None and price.currency != budget.currency:
            raise click.BadParameter(f"is in {price.currency}, the budget in {budget.currency}")
    try:
        terms = SubsidyTerms(
            plan_codes=plans, nominal_rate=Decimal(rate) / 10_000, lowest_minor=lowest.minor if lowest else 0,
            highest_minor=highest.minor if highest else 0, for_merchants=for_merchants, recipients=recipients,
            sale_ids=sale_ids,
        )  # fmt: skip
        made = budgets.open_budget(
            house, name=name, budget=budget, country=country, terms=terms, warn_bps=warn_bps, merchant_id=merchant_id,
            starts_at=starts_at.replace(tzinfo=UTC) if starts_at else house.clock.now(),
            ends_at=ends_at.replace(tzinfo=UTC),
        )  # fmt: skip
    except BnplError as error:
        raise click.ClickException(str(error)) from error
    click.echo(made.subsidy_id)


@group.command("list")
def subsidy_list() -> None:
    """Print every budget: state, used, held, left."""
    for row in shop_house().reads.subsidies():
        click.echo(_line(row))


@group.command("show")
@click.argument("subsidy_id")
def subsidy_show(subsidy_id: str) -> None:
    """Print one budget with what it says and what it has paid."""
    row = shop_house().reads.subsidy(subsidy_id)
    if row is None:
        raise click.ClickException(f"there is no budget {subsidy_id}")
    one, terms = row.subsidy, SubsidyTerms.from_json(row.subsidy.terms)
    click.echo(_line(row))
    told = {
        "paid by": one.merchant_id,
        "shops": ", ".join(terms.for_merchants) or "all",
        "sales": ", ".join(terms.sale_ids) or "every cart",
        "plans": ", ".join(terms.plan_codes) or "every plan with interest",
        "shopper pays": f"{(terms.nominal_rate * 100).normalize():f} % a year",
        "prices": f"{_price(terms.lowest_minor, one)} to {_price(terms.highest_minor, one)}",
        "runs": f"{one.starts_at.isoformat()} to {one.ends_at.isoformat()}",
        "warns": f"at {Decimal(one.warn_bps) / 100:f} %, {', '.join(terms.recipients) or 'nobody'}",
        "warned": one.warned_at.isoformat() if one.warned_at else "not yet",
        "loans": f"{row.loans}, earned {Money(row.earned_minor, one.currency)}",
    }
    for name, value in told.items():
        click.echo(f"  {name}: {value}")


@group.command("stop")
@click.argument("subsidy_id")
def subsidy_stop(subsidy_id: str) -> None:
    """Stop a budget now; what is held or granted stays so."""
    _done(lambda: budgets.stop(shop_house(), subsidy_id=subsidy_id))


@group.command("resume")
@click.argument("subsidy_id")
def subsidy_resume(subsidy_id: str) -> None:
    """Take a stopped budget up again."""
    _done(lambda: budgets.resume(shop_house(), subsidy_id=subsidy_id))


@group.command("top-up")
@click.argument("subsidy_id")
@click.argument("amount", type=MoneyType())
def subsidy_top_up(subsidy_id: str, amount: Money) -> None:
    """Add money to a budget."""
    _done(lambda: budgets.top_up(shop_house(), subsidy_id=subsidy_id, by=amount))


@group.command("extend")
@click.argument("subsidy_id")
@click.argument("ends_at", type=click.DateTime())
def subsidy_extend(subsidy_id: str, ends_at: datetime) -> None:
    """Let a budget run to another end (UTC)."""
    _done(lambda: budgets.extend(shop_house(), subsidy_id=subsidy_id, ends_at=ends_at.replace(tzinfo=UTC)))


def _done(deed: Callable[[], Subsidy]) -> None:
    try:
        row = deed()
    except BnplError as error:
        raise click.ClickException(str(error)) from error
    found = shop_house().reads.subsidy(row.subsidy_id)
    assert found is not None
    click.echo(_line(found))


def _line(row: SubsidyRow) -> str:
    one = row.subsidy
    sums = (("budget", one.ceiling_minor), ("used", one.used_minor), ("held", row.held_minor), ("left", one.free_minor))
    told = ", ".join(f"{name} {Money(minor, one.currency)}" for name, minor in sums)
    return f"{one.subsidy_id} {one.name} [{one.country}, {one.state}]: {told}"


def _price(minor: int, row: Subsidy) -> str:
    return str(Money(minor, row.currency)) if minor else "any"
