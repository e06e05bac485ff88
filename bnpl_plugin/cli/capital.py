"""``flask bnpl capital …``: pools, borrowings, limits of concentration, funders, sales of loans."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal

import click
from flask.cli import AppGroup

from bnpl_plugin.cli import planning
from bnpl_plugin.cli.arguments import BpsType, MoneyType, RateType, shop_house
from bnpl_plugin.errors import BnplError
from bnpl_plugin.lifecycle import funding
from bnpl_plugin.lifecycle.funding import borrowings, funders, leverage, limits, loan_sales, pools
from bnpl_plugin.money.amount import Money
from bnpl_plugin.ports.records import CapitalPool, LoanSale

capital = AppGroup("capital", help="The lender's money.")
capital.add_command(planning.plan_command)
DAY = click.DateTime(["%Y-%m-%d"])


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except BnplError as error:
        raise click.ClickException(str(error)) from error


def _day(given: datetime | None) -> date:
    return (given or shop_house().clock.now().astimezone(UTC)).date()


def _of_pool(pool_id: str, amount: Money) -> int:
    """Return an amount in minor units of a pool's currency; refuse another currency."""
    pool = pools.known(shop_house(), pool_id=pool_id)
    if amount.currency != pool.currency:
        raise click.BadParameter(f"{pool_id} keeps {pool.currency}", param_hint="amount")
    return amount.minor


@capital.command("add")
@click.argument("amount", type=MoneyType())
@click.option("--as", "into", default=None, help="The pool's currency; default: the amount's own.")
@click.option(
    "--at", "rate", type=RateType(), default=None, help="Units of the pool's currency for one of the amount's."
)
@click.option("--on", "rate_on", type=DAY, default=None, help="The rate's day; default: today.")
@click.option("--source", "rate_source", default="operator", help="Who published the rate.")
@click.option("--country", default="", help="A pool of its own for a country, such as FR; default: for the currency.")
def capital_add(  # noqa: PLR0917  (click's own order)
    amount: Money, into: str | None, rate: Decimal | None, rate_on: datetime | None, rate_source: str, country: str
) -> None:
    """Put capital into a pool and book its opening entry (through the FX account between two currencies)."""
    if into in (None, amount.currency) and rate not in (None, 1):
        raise click.BadParameter("must be 1 within one currency", param_hint="--at")
    with _told():
        pool = funding.add_capital(
            shop_house(), source=amount, into=into or amount.currency, rate=rate, rate_on=_day(rate_on),
            rate_source=rate_source, country=country,
        )  # fmt: skip
    click.echo(f"{pool.pool_id}: available {Money(pool.available_minor, pool.currency)}")


@capital.command("withdraw")
@click.argument("pool_id")
@click.argument("amount", type=MoneyType())
@click.option("--as", "into", default="", help="The currency that the owners are paid in; default: the pool's.")
@click.option("--at", "rate", type=RateType(), default=None, help="Units of that currency for one of the pool's.")
@click.option("--on", "rate_on", type=DAY, default=None, help="The rate's day; default: today.")
@click.option("--source", "rate_source", default="operator", help="Who published the rate.")
def capital_withdraw(  # noqa: PLR0917  (click's own order)
    pool_id: str, amount: Money, into: str, rate: Decimal | None, rate_on: datetime | None, rate_source: str
) -> None:
    """Pay free capital back to the owners."""
    with _told():
        pool = funding.withdraw_capital(
            shop_house(), pool_id=pool_id, amount_minor=_of_pool(pool_id, amount), into=into, rate=rate,
            rate_on=_day(rate_on), rate_source=rate_source,
        )  # fmt: skip
    click.echo(f"{pool.pool_id}: available {Money(pool.available_minor, pool.currency)}")


@capital.command("show")
@click.option("--full", is_flag=True, help="With net assets, borrowings, limits and exchanges.")
def capital_show(full: bool) -> None:  # noqa: FBT001
    """Print every pool: available, held, outstanding, free."""
    for pool in shop_house().reads.pools():
        told = (
            f"{name} {Money(minor, pool.currency)}"
            for name, minor in (
                ("available", pool.available_minor),
                ("held", pool.held_minor),
                ("outstanding", pool.outstanding_minor),
                ("free", pool.free_minor),
            )
        )
        click.echo(f"{pool.pool_id}: {', '.join(told)}")
        if full:
            _show_in_full(pool)


def _show_in_full(pool: CapitalPool) -> None:
    house, treasury = shop_house(), shop_house().store.treasury
    for one in leverage.of_pool(house, pool):
        most = one.ceiling_minor
        told = "no ceiling known" if most is None else f"ceiling {Money(most, pool.currency)}"
        click.echo(
            f"  {one.kind}: owed {Money(one.used_minor, pool.currency)}, {told}, "
            f"net assets {Money(one.net_assets_minor, pool.currency)}"
        )
    for row in treasury.borrowings(pool.pool_id):
        interest = Money(borrowings.up_to_today(house, row).interest_minor, row.currency)
        owed = Money(row.outstanding_minor, row.currency)
        click.echo(f"  {row.borrowing_id} {row.state}: {owed} due {row.due_on}, interest {interest}")
    for limit in treasury.limits(pool.pool_id):
        used, ceiling = Money(limit.used_minor, pool.currency), Money(limit.ceiling_minor, pool.currency)
        click.echo(f"  {limit.limit_id} {limit.state}: {limit.scope} {limit.subject}: {used} of {ceiling}")
    for share in treasury.co_lendings(pool.pool_id):
        click.echo(f"  {share.co_lending_id} {share.state}: {share.funder_id} takes {share.share_bps} bps")
    for code, minor in treasury.fx_position(pool.pool_id).items():
        click.echo(f"  exchanged {Money(minor, code)}")


@capital.command("borrow")
@click.argument("pool_id")
@click.argument("funder_id")
@click.argument("amount", type=MoneyType())
@click.option("--kind", type=click.Choice([str(kind) for kind in leverage.BorrowingKind]), required=True)
@click.option("--rate", "rate_bps", type=BpsType(), required=True, help="Interest a year in percent.")
@click.option("--due", type=DAY, required=True)
@click.option("--no-ceiling", default="", help="Why to borrow where no law's ceiling is known; lifts none that is.")
def capital_borrow(  # noqa: PLR0917  (click's own order)
    pool_id: str, funder_id: str, amount: Money, kind: str, rate_bps: int, due: datetime, no_ceiling: str
) -> None:
    """Borrow for a pool, within the law's ceilings on leverage."""
    with _told():
        row = borrowings.take(
            shop_house(), pool_id=pool_id, funder_id=funder_id, kind=kind, principal_minor=_of_pool(pool_id, amount),
            nominal_rate_bps=rate_bps, due_on=due.date(), unbounded=no_ceiling,
        )  # fmt: skip
    click.echo(row.borrowing_id)


@capital.command("repay")
@click.argument("borrowing_id")
@click.argument("amount", type=MoneyType())
def capital_repay(borrowing_id: str, amount: Money) -> None:
    """Repay principal of a borrowing and all its interest up to today."""
    with _told():
        known = shop_house().store.treasury.borrowing(borrowing_id)
        if known is not None and known.currency != amount.currency:
            raise click.BadParameter(f"{borrowing_id} is in {known.currency}", param_hint="amount")
        row = borrowings.repay(shop_house(), borrowing_id=borrowing_id, principal_minor=amount.minor)
    click.echo(f"{row.borrowing_id} {row.state}: outstanding {Money(row.outstanding_minor, row.currency)}")


@capital.command("limit")
@click.argument("pool_id")
@click.argument("scope", type=click.Choice([str(scope) for scope in limits.LimitScope]))
@click.argument("subject")
@click.argument("ceiling", type=MoneyType())
def capital_limit(pool_id: str, scope: str, subject: str, ceiling: Money) -> None:
    """Set how much of a pool may be held and lent for one sale, merchant, plan or cohort (rating)."""
    with _told():
        row = limits.set_limit(
            shop_house(), pool_id=pool_id, scope=scope, subject=subject, ceiling_minor=_of_pool(pool_id, ceiling)
        )
    click.echo(f"{row.limit_id}: {Money(row.used_minor, ceiling.currency)} of {ceiling} used")


@capital.command("unlimit")
@click.argument("limit_id")
def capital_unlimit(limit_id: str) -> None:
    """Let a limit bind no more."""
    with _told():
        limits.end_limit(shop_house(), limit_id=limit_id)
    click.echo("ended")


@capital.command("funder")
@click.argument("name")
@click.option("--servicing", "servicing_bps", type=BpsType(), default="0", help="Percent of its interest that is ours.")
def capital_funder(name: str, servicing_bps: int) -> None:
    """Make a funder known and print its id."""
    with _told():
        click.echo(funders.register(shop_house(), name=name, servicing_bps=servicing_bps).funder_id)


@capital.command("funders")
def capital_funders() -> None:
    """Print every funder: what it owns of our loans and what we owe it (below zero: it owes us)."""
    accounts = shop_house().store.treasury.funder_accounts()
    for funder in shop_house().store.treasury.funders():
        click.echo(f"{funder.funder_id}: {funder.name}")
        for one in (account for account in accounts if account.funder_id == funder.funder_id):
            owned, owed = Money(one.owned_minor, one.currency), Money(one.owed_minor, one.currency)
            click.echo(f"  owns {owned}, is owed {owed}")


@capital.command("share")
@click.argument("pool_id")
@click.argument("funder_id")
@click.option("--share", "share_bps", type=BpsType(), required=True, help="Percent of each new loan's principal.")
@click.option("--plan", "plan_codes", multiple=True, help="Only loans of this plan; may be given again.")
@click.option("--from", "starts", type=DAY, default=None, help="UTC; default: now.")
@click.option("--to", "ends", type=DAY, required=True, help="UTC, the day after the last.")
def capital_share(  # noqa: PLR0917  (click's own order)
    pool_id: str, funder_id: str, share_bps: int, plan_codes: tuple[str, ...], starts: datetime | None, ends: datetime
) -> None:
    """Let a funder take a share of each new loan of a pool."""
    begin = starts.replace(tzinfo=UTC) if starts else shop_house().clock.now()
    with _told():
        row = funders.share_loans(
            shop_house(), funder_id=funder_id, pool_id=pool_id, share_bps=share_bps, plan_codes=plan_codes,
            starts_at=begin, ends_at=ends.replace(tzinfo=UTC),
        )  # fmt: skip
    click.echo(row.co_lending_id)


@capital.command("unshare")
@click.argument("co_lending_id")
def capital_unshare(co_lending_id: str) -> None:
    """Share no more new loans."""
    with _told():
        funders.end_sharing(shop_house(), co_lending_id=co_lending_id)
    click.echo("ended")


@capital.command("sell")
@click.argument("pool_id")
@click.argument("funder_id")
@click.option("--amount", type=MoneyType(), default=None, help="The most principal, the oldest loans first.")
@click.option("--loan", "loan_ids", multiple=True, help="This loan; may be given again.")
@click.option("--price", "price_bps", type=BpsType(most=200), default="100", help="Percent of the principal.")
@click.option("--on", "value_on", type=DAY, default=None, help="Default: today.")
def capital_sell(  # noqa: PLR0917  (click's own order)
    pool_id: str, funder_id: str, amount: Money | None, loan_ids: tuple[str, ...], price_bps: int,
    value_on: datetime | None,
) -> None:  # fmt: skip
    """Sell loans to a funder; what is sold is free to be lent again."""
    with _told():
        sale = loan_sales.sell(
            shop_house(), pool_id=pool_id, funder_id=funder_id, price_bps=price_bps, value_on=_day(value_on),
            target_minor=_of_pool(pool_id, amount) if amount else 0, loan_ids=loan_ids,
        )  # fmt: skip
    _tell_sale(sale)


@capital.command("buy-back")
@click.argument("pool_id")
@click.argument("funder_id")
@click.option("--amount", type=MoneyType(), default=None, help="The most principal, the oldest loans first.")
@click.option("--loan", "loan_ids", multiple=True, help="This loan; may be given again.")
@click.option("--price", "price_bps", type=BpsType(most=200), default="100", help="Percent of the principal.")
@click.option("--on", "value_on", type=DAY, default=None, help="Default: today.")
def capital_buy_back(  # noqa: PLR0917  (click's own order)
    pool_id: str, funder_id: str, amount: Money | None, loan_ids: tuple[str, ...], price_bps: int,
    value_on: datetime | None,
) -> None:  # fmt: skip
    """Buy a funder's part of loans back, as far as capital is free."""
    with _told():
        sale = loan_sales.buy_back(
            shop_house(), pool_id=pool_id, funder_id=funder_id, price_bps=price_bps, value_on=_day(value_on),
            target_minor=_of_pool(pool_id, amount) if amount else 0, loan_ids=loan_ids,
        )  # fmt: skip
    _tell_sale(sale)


def _tell_sale(sale: LoanSale) -> None:
    fault = f", ended by {sale.selection['fault']}" if sale.selection.get("fault") else ""
    principal, price = Money(sale.principal_minor, sale.currency), Money(sale.price_minor, sale.currency)
    click.echo(f"{sale.loan_sale_id} {sale.state}: {sale.loans} loans, principal {principal}, price {price}{fault}")


@capital.command("remit")
@click.argument("funder_id")
@click.argument("currency")
@click.option("--amount", type=MoneyType(), default=None, help="A part; default: all that is owed, either way.")
@click.option("--received", is_flag=True, help="The amount was paid by the funder to us.")
@click.option("--bank-ref", required=True, help="How the bank calls the payment.")
def capital_remit(
    funder_id: str, currency: str, amount: Money | None, received: bool, bank_ref: str  # noqa: FBT001
) -> None:  # fmt: skip
    """Book that the account with a funder was settled."""
    if amount is not None and amount.currency != currency:
        raise click.BadParameter(f"must be in {currency}", param_hint="--amount")
    minor = None if amount is None else -amount.minor if received else amount.minor
    with _told():
        made = funders.remit(
            shop_house(), funder_id=funder_id, currency=currency, amount_minor=minor, bank_ref=bank_ref
        )
    click.echo(f"remittance {made.number}: {Money(made.amount_minor, made.currency)}")
