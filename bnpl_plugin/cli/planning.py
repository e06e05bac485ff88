"""``flask bnpl capital plan``: what can be lent month by month, with what capital."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from bnpl_plugin.cli.arguments import BpsType, MoneyType, MonthType, NamedFigures, RateType, shop_house
from bnpl_plugin.errors import BnplError
from bnpl_plugin.lifecycle.planning import (
    CapitalPlan,
    Ceiling,
    Exchange,
    FlashSale,
    Funding,
    MixShare,
    PlanInputs,
    plan_capital,
    told,
)
from bnpl_plugin.lifecycle.planning.actual import progress, with_pools
from bnpl_plugin.lifecycle.planning.chart import svg
from bnpl_plugin.lifecycle.planning.examples import EXAMPLES, Example
from bnpl_plugin.lifecycle.planning.inputs import EVEN_YEAR, even_mix
from bnpl_plugin.lifecycle.planning.telling import told_progress
from bnpl_plugin.money.amount import Money
from bnpl_plugin.ports.jurisdiction import Country, Value
from bnpl_plugin.ports.plan import Plan

_LAW_NAMES = {Funding.NON_STANDARD: "funding_non_standard", Funding.STANDARDISED: "funding_standardised"}
_MIX, _LEVERAGE = "pay_in_3=60,instalments_12=40", "non_standard=1,standardised=4"
_SEASON, _FLASH = "6=150,11=200", "2027-06-18=50"


@click.command("plan")
@click.option("--target", type=MoneyType(), help="What is to be lent in all the months, such as 2000000000CNY.")
@click.option("--from", "first", type=MonthType(), help="The first month, such as 2027-01.")
@click.option("--to", "last", type=MonthType(), help="The last month.")
@click.option("--mix", type=NamedFigures(accepted=_MIX), help=f"{_MIX}, in percent; default: all plans alike.")
@click.option("--equity", type=MoneyType(), help="The owners' money; default: the shop's net assets in the currency.")
@click.option("--at", "rate", type=RateType(), help="Units of the target's currency for one of the equity's.")
@click.option("--on", "rate_on", type=click.DateTime(["%Y-%m-%d"]), help="The rate's day; default: today.")
@click.option("--source", "rate_source", default="operator", help="Who published the rate.")
@click.option("--country", "country_code", help="Whose law caps borrowing; default: one with the target's currency.")
@click.option("--leverage", type=NamedFigures(accepted=_LEVERAGE), help=f"{_LEVERAGE}: instead of the law's values.")
@click.option("--sold", "sold_bps", type=BpsType(), default="0", help="Percent of every loan that funders buy.")
@click.option("--loss", "loss_bps", type=BpsType(), default="0", help="Percent of principal that is never paid.")
@click.option("--early", "early_bps", type=BpsType(), default="0", help="Percent paid ahead at each month's end.")
@click.option("--season", type=NamedFigures(accepted=_SEASON), help=f"Weights of months, others 100: {_SEASON}")
@click.option("--flash", type=NamedFigures(accepted=_FLASH), help=f"Sale days in percent of a month: {_FLASH}")
@click.option("--example", type=click.Choice(sorted(EXAMPLES)), help="A worked question; other options go first.")
@click.option("--chart", "chart_path", type=click.Path(dir_okay=False, path_type=Path), help="Draw it: FILE.svg")
@click.option("--actual", is_flag=True, help="Also say what was really lent, and what the pools could.")
@with_appcontext
def plan_command(**asked: Any) -> None:
    """Say month by month what can be lent with what capital, borrowings and sales of loans, and where it breaks."""
    if asked["example"]:
        asked = _filled(asked, example=EXAMPLES[asked["example"]])
    for name, option in (("target", "--target"), ("first", "--from"), ("last", "--to")):
        if asked[name] is None:
            raise click.UsageError(f"{option} is missing (or take --example {' or '.join(sorted(EXAMPLES))})")
    try:
        inputs = _inputs(asked)
        answer = plan_capital(inputs)
        present = plan_capital(with_pools(shop_house(), inputs)) if asked["actual"] else None
    except BnplError as error:
        raise click.ClickException(str(error)) from error
    click.echo(told(answer))
    if present is not None:
        rows = progress(present, lent=shop_house().reads.lent_by_month())
        click.echo("\n" + "\n".join(told_progress(present, rows)))
    if asked["chart_path"]:
        _draw(answer, path=asked["chart_path"])


def _draw(answer: CapitalPlan, *, path: Path) -> None:
    if path.suffix != ".svg":
        raise click.BadParameter(f"is {path.name!r}; accepted: a name that ends in .svg", param_hint="--chart")
    try:
        path.write_text(svg(answer), encoding="utf-8")
    except BnplError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{path} cannot be written: {error.strerror}") from error
    click.echo(f"\nDrawn: {path}")


def _filled(asked: Mapping[str, Any], *, example: Example) -> dict[str, Any]:
    """Return what was asked, and what an example says where nothing was."""
    exchange = example.exchange
    own: dict[str, Any] = {"target": example.target, "first": example.first, "last": example.last}
    own["mix"] = {code: Decimal(bps) / 100 for code, bps in example.mix.items()}
    own["equity"] = example.equity
    filled = {**asked, **{name: value for name, value in own.items() if asked[name] is None}}
    if asked["equity"] is asked["rate"] is None and filled["target"].currency == example.target.currency:
        filled |= {"rate": exchange.rate, "rate_on": exchange.on, "rate_source": exchange.source}
    return filled


def _inputs(asked: Mapping[str, Any]) -> PlanInputs:
    """Return the planner's question, filled from the shop where nothing was said."""
    target: Money = asked["target"]
    equity: Money = asked["equity"] or _own(target.currency)
    if asked["rate"] is None and equity.currency != target.currency:
        raise click.UsageError(
            f"the equity is in {equity.currency} and the pool in {target.currency}: give the rate with --at"
        )
    plans = shop_house().plans
    return PlanInputs(
        target=target,
        first=asked["first"],
        last=asked["last"],
        equity=equity,
        mix=_mix(asked["mix"], plans=plans) if asked["mix"] else even_mix([*plans.values()], currency=target.currency),
        exchange=_exchange(asked),
        ceilings=_ceilings(asked, currency=target.currency),
        seasonality=_seasonality(asked["season"] or {}),
        flash_sales=_flash_sales(asked["flash"] or {}),
        loss_bps=asked["loss_bps"],
        early_bps=asked["early_bps"],
        sold_bps=asked["sold_bps"],
    )


def _exchange(asked: Mapping[str, Any]) -> Exchange | None:
    if asked["rate"] is None:
        return None
    return Exchange(asked["rate"], _day(asked["rate_on"]), asked["rate_source"])


def _own(currency: str) -> Money:
    """Return the net assets of the shop's pools: what is borrowed for them is no base to borrow on once more."""
    pools = [one.pool_id for one in shop_house().reads.pools() if one.currency == currency]
    if not pools:
        raise click.UsageError(f"the shop has no pool in {currency}: give the owners' money with --equity")
    return Money(sum(map(shop_house().store.treasury.net_assets_minor, pools)), currency)


def _mix(shares: Mapping[str, Decimal], *, plans: Mapping[str, Plan]) -> tuple[MixShare, ...]:
    for code in shares:
        if code not in plans:
            raise click.BadParameter(f"no plan is called {code!r}; there are: {', '.join(plans)}", param_hint="--mix")
    return tuple(MixShare(plans[code], _whole(share * 100, option="--mix")) for code, share in shares.items())


def _ceilings(asked: Mapping[str, Any], *, currency: str) -> tuple[Ceiling, ...]:
    """Return the operator's ceilings, else those of the law that caps borrowing in a currency."""
    if asked["leverage"] is not None:
        unknown = set(asked["leverage"]) - set(Funding)
        if unknown:
            accepted = ", ".join(Funding)
            raise click.BadParameter(f"{', '.join(sorted(unknown))}; accepted: {accepted}", param_hint="--leverage")
        first: date = asked["first"]
        return tuple(
            Ceiling(Funding(kind), Value(times, "times net assets", first, "operator", "S"))
            for kind, times in asked["leverage"].items()
        )
    law = _law(asked["country_code"], currency=currency)
    if law is None:
        return ()
    return tuple(Ceiling(kind, value) for kind, name in _LAW_NAMES.items() for value in law.values.get(name, ()))


def _law(code: str | None, *, currency: str) -> Country | None:
    countries = shop_house().countries
    if code is None:
        capped = (law for law in countries.values() if set(_LAW_NAMES.values()) & set(law.values))
        return next((law for law in capped if law.currency == currency), None)
    if code not in countries:
        raise click.BadParameter(f"is {code!r}; accepted: {', '.join(sorted(countries))}", param_hint="--country")
    return countries[code]


def _seasonality(weights: Mapping[str, Decimal]) -> tuple[int, ...]:
    found = list(EVEN_YEAR)
    for month, weight in weights.items():
        if month not in map(str, range(1, 13)):
            told_fault = f"{month!r} is not a month; accepted: 1 to 12, as in {_SEASON}"
            raise click.BadParameter(told_fault, param_hint="--season")
        found[int(month) - 1] = _whole(weight, option="--season")
    return tuple(found)


def _flash_sales(days: Mapping[str, Decimal]) -> tuple[FlashSale, ...]:
    found = []
    for day, percent in days.items():
        try:
            on = datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC).date()
        except ValueError:
            raise click.BadParameter(f"{day!r} is not a day; accepted: {_FLASH}", param_hint="--flash") from None
        found.append(FlashSale(on, _whole(percent, option="--flash")))
    return tuple(found)


def _whole(figure: Decimal, *, option: str) -> int:
    if figure != int(figure):
        raise click.BadParameter("has too many decimals", param_hint=option)
    return int(figure)


def _day(given: datetime | date | None) -> date:
    day = given or shop_house().clock.now().astimezone(UTC)
    return day.date() if isinstance(day, datetime) else day
