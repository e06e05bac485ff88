"""``flask bnpl simulate``: months of business lived through on a movable clock, from a seed, proved at the end."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

import click
from flask.cli import with_appcontext

from bnpl_plugin.cli.arguments import BpsType, MoneyType, shop_house
from bnpl_plugin.errors import BnplError, ConfigurationError
from bnpl_plugin.money.amount import Money
from bnpl_plugin.simulation import Life, Question, furnishing
from bnpl_plugin.simulation.counting import peak_memory_kib
from bnpl_plugin.simulation.report import telling
from bnpl_plugin.simulation.report.chart import charts

_CAPITAL = ("310000000CNY", "20000000EUR", "20000000USD")


@click.command("simulate")
@click.option("--shoppers", type=int, default=1_000, show_default=True, help="People who look at an offer.")
@click.option("--days", type=int, default=90, show_default=True, help="How long the business is watched.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed lives the same life.")
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), help="The first day; default: today.")
@click.option("--capital", type=MoneyType(), multiple=True, help=f"A pool's money; default: {', '.join(_CAPITAL)}.")
@click.option("--buying", "buying_bps", type=BpsType(), default="5", show_default=True, help="Percent who want to buy.")
@click.option("--sales", type=int, default=0, show_default=True, help="Flash sales, spread over the days.")
@click.option("--database", "database_url", default="", help="A fresh database; default: SQLite in the folder.")
@click.option(
    "--out", "folder", type=click.Path(file_okay=False, path_type=Path), default="simulation", show_default=True,
    help="A folder for the files: figures, charts, database.",
)  # fmt: skip
@with_appcontext
def simulate_command(**asked: Any) -> None:
    """Live through months of business by the real use cases and the worker, then prove the book and draw the figures.

    Nothing of the shop's own database is touched. Exits 1 when a promise is found broken.
    """
    try:
        life = _life(asked)
    except BnplError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Selling in {', '.join(life.countries)}; files in {asked['folder']}")
    began, whole = perf_counter(), True
    try:
        with click.progressbar(length=asked["days"], label="Days", show_pos=True) as bar:
            life.live(told=lambda day: _tick(life, bar, day=day))
    except KeyboardInterrupt:
        whole = False
        click.echo(f"\nInterrupted on day {life.day + 1}; what was done is proved all the same.")
    seconds = perf_counter() - began
    findings = life.house.verifier.findings()
    _tell(life, seconds=seconds, folder=asked["folder"])
    for finding in findings[:50]:
        click.echo(f"{finding.promise} {finding.subject}: {finding.text}")
    click.echo(f"{len(findings)} findings" if findings else "P1 to P10 hold")
    furnishing.close(life.house)
    if findings or not whole:
        raise SystemExit(1)


def _life(asked: dict[str, Any]) -> Life:
    first: datetime = asked["first"] or shop_house().clock.now().astimezone(UTC)
    question = Question(
        shoppers=asked["shoppers"],
        days=asked["days"],
        seed=asked["seed"],
        first=first.date(),
        capital=asked["capital"] or tuple(Money.of(text[:-3], text[-3:]) for text in _CAPITAL),
        buying_bps=asked["buying_bps"],
        sales=asked["sales"],
    )
    return Life(shop_house(), question=question, folder=asked["folder"], database_url=asked["database_url"])


def _tick(life: Life, bar: Any, *, day: int) -> None:
    """Move the bar by a day; where nobody watches one (a log), a line a month."""
    bar.update(1)
    if not sys.stdout.isatty() and life.months and life.months[-1].last_day == day:
        counts = life.months[-1].counts
        click.echo(
            f"day {day}: {counts.get('visits', 0):,} visits, {counts.get('loans', 0):,} loans,"
            f" {counts.get('instalments_paid', 0):,} instalments paid; {peak_memory_kib() // 1024:,} MiB"
        )


def _tell(life: Life, *, seconds: float, folder: Path) -> None:
    """Print the months and the pace; write the figures and, where they can be drawn, the charts."""
    months = life.months
    click.echo("\n".join(telling.table(months)))
    done = {
        name: sum(month.counts.get(name, 0) for month in months) for name in ("visits", "loans", "instalments_paid")
    }
    click.echo(
        f"{done['visits']:,} visits, {done['loans']:,} loans, {done['instalments_paid']:,} instalments paid in"
        f" {seconds:,.0f} s: {done['visits'] / max(seconds, 0.001):,.0f} visits/s; peak memory"
        f" {peak_memory_kib() // 1024:,} MiB"
    )
    (folder / "figures.json").write_text(telling.as_json(life.question, months), encoding="utf-8")
    (folder / "figures.csv").write_text(telling.as_csv(months), encoding="utf-8")
    if not months:
        return
    try:
        for name, drawing in charts(months).items():
            (folder / name).write_text(drawing, encoding="utf-8")
    except ConfigurationError as fault:
        click.echo(f"not drawn: {fault}")
