"""``flask bnpl crowd``: a make-believe crowd at a sale that really runs, never where money is real."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from time import monotonic
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext

from bnpl_plugin.cli.arguments import BpsType, shop_house
from bnpl_plugin.errors import BnplError
from bnpl_plugin.lifecycle.flash_sale import selling
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.ports.store import SaleView
from bnpl_plugin.simulation.crowd import Crowd, Ready, Terms
from bnpl_plugin.simulation.crowd.outcome import Outcome, table
from bnpl_plugin.simulation.crowd.rush import Plan, arrivals
from bnpl_plugin.simulation.crowd.winning import Winners

#: Where a host may put the function that writes its real orders for a crowd (``simulation.crowd.readying.OrderMaker``).
ORDERS = "bnpl_crowd_orders"

_RUSH = "bnpl_plugin.simulation.crowd.rush"
_LOOK = 0.1  # seconds between two looks at the answers
_GRACE = 60.0  # seconds that winners may take after the last answer

Answers = queue.SimpleQueue[tuple[int, str, float] | None]


@click.command("crowd")
@click.argument("sale_id")
@click.option("--shoppers", type=int, default=2_000, show_default=True, help="How many come.")
@click.option("--seconds", type=click.FloatRange(0, 3600), default=20, show_default=True, help="Over how long.")
@click.option("--at-start", is_flag=True, help="Come at the start, not a moment earlier; default: as soon as ready.")
@click.option(
    "--buy", "buying_bps", type=BpsType(), default="80", show_default=True, help="Percent of winners who buy."
)
@click.option("--patience", type=click.FloatRange(0, 3600), default=20, show_default=True, help="Seconds in line.")
@click.option("--url", default="", help="The shop's address; default: BNPL_PUBLIC_URL.")
@click.option("--seed", type=int, default=1, show_default=True, help="Who comes, when, and what they do.")
@with_appcontext
def crowd_command(**asked: Any) -> None:
    """Send a make-believe crowd to a sale: ready before it, at the gate over HTTP at its start, winners to the till.

    Only with the sandbox's test bank, and where messages reach nobody. Exits 1 when a promise is found broken.
    """
    house = shop_house()
    _refuse_where_real(house)
    url = (asked["url"] or house.settings.public_url).rstrip("/")
    if not url.startswith(("http://", "https://")):
        raise click.UsageError("where is the shop? give --url http://127.0.0.1:8000")
    try:
        view = selling.of_merchant(house, sale_id=asked["sale_id"], merchant_id=None)
        terms = Terms(asked["shoppers"], seed=asked["seed"], orders=current_app.extensions.get(ORDERS))
        ready = _made_ready(Crowd(house, view, terms))
    except BnplError as error:
        raise click.ClickException(str(error)) from error
    outcome, winners = _lived(house, view, ready, asked=asked, url=url)
    _told(house, view, outcome, winners=winners)


def _refuse_where_real(house: House) -> None:
    if house.settings.provider != "sandbox":
        raise click.ClickException(
            "a make-believe crowd pays at the sandbox's test bank only: BNPL_PROVIDER is another"
        )
    if house.settings.notify_urls:
        raise click.ClickException("BNPL_NOTIFY_URLS would carry its messages to real phones: unset it for the crowd")


def _made_ready(crowd: Crowd) -> list[Ready]:
    ready: list[Ready] = []
    began = monotonic()
    with click.progressbar(length=crowd.terms.shoppers, label="Getting ready", show_pos=True) as bar:
        for batch in crowd.ready():
            ready.extend(batch)
            bar.update(len(batch))
    pace = len(ready) / max(monotonic() - began, 0.001)
    refused = "".join(f"; {count:,} {code}" for code, count in sorted(crowd.refused.items()))
    click.echo(f"{len(ready):,} shoppers are ready ({pace:,.0f} a second){refused}")
    if not ready:
        raise click.ClickException("nobody is ready")
    return ready


def _lived(
    house: House, view: SaleView, ready: list[Ready], *, asked: dict[str, Any], url: str
) -> tuple[Outcome, Winners]:
    """Run the rush in a process of its own and follow the winners; Ctrl-C ends both, and what was heard is kept."""
    luck = Random(f"{asked['seed']}/rush")  # noqa: S311 - luck, not secrecy
    left = (view.sale.starts_at - house.clock.now()).total_seconds()
    opens = monotonic() + left
    plan = Plan(
        url=f"{url}{house.settings.url_prefix}/sale/claim",
        tickets=[one.ticket for one in ready],
        arrivals=arrivals(len(ready), seconds=asked["seconds"], luck=luck),
        starts=max(opens, monotonic() + 1) if asked["at_start"] else monotonic() + 1,
        opens=opens,
        patience=asked["patience"],
    )
    outcome = Outcome(len(ready))
    winners = Winners(house, ready, buying=asked["buying_bps"] // 100, luck=luck)
    try:
        with _rushing(plan) as answers:
            _wait_for(plan.starts)
            outcome.began = monotonic()
            _follow(outcome, winners, answers=answers)
    except KeyboardInterrupt:
        click.echo("\nInterrupted; what was heard by then:")
    return outcome, winners


@contextmanager
def _rushing(plan: Plan) -> Iterator[Answers]:
    """Start the process; its answers come in a queue, None after the last."""
    command = [sys.executable, "-m", _RUSH]
    answers: Answers = queue.SimpleQueue()
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:  # noqa: S603 - ours
        assert child.stdin is not None
        child.stdin.write(f"{plan.to_json()}\n")
        child.stdin.flush()

        def read() -> None:
            assert child.stdout is not None
            for line in child.stdout:
                number, state, took = json.loads(line)
                answers.put((number, state, took))
            answers.put(None)

        threading.Thread(target=read, daemon=True).start()
        try:
            yield answers
        finally:
            child.terminate()


def _wait_for(starts: float) -> None:
    while (left := starts - monotonic()) > 0:
        if sys.stdout.isatty():
            click.echo(f"\rThe crowd is at the door; {left:,.0f} s left ", nl=False)
        time.sleep(min(1.0, left))
    click.echo("\rThe doors are open.                              ")


def _follow(outcome: Outcome, winners: Winners, *, answers: Answers) -> None:
    """Take the answers and let the winners go on until there is nobody left who does something."""
    running = True
    bar: Any
    with click.progressbar(
        length=outcome.shoppers, label="At the gate", show_pos=True, item_show_func=lambda _: outcome.line()
    ) as bar:
        while running or (winners.busy and monotonic() < outcome.ended + _GRACE):
            before = outcome.asked
            for answer in _heard(answers) if running else ():
                if answer is None:
                    running, outcome.ended = False, monotonic()
                    break
                number, state, took = answer
                outcome.hear(number, state=state, millis=took)
                if state == "held":
                    winners.won(number, now=monotonic())
            bar.update(outcome.asked - before)
            bar.render_progress()
            winners.work(now=monotonic())
            if not running:
                time.sleep(_LOOK)


def _heard(answers: Answers) -> Iterator[tuple[int, str, float] | None]:
    """Yield what has been heard by now, waiting a moment for the first."""
    until = monotonic() + _LOOK
    while (left := until - monotonic()) > 0:
        try:
            yield answers.get(timeout=left)
        except queue.Empty:
            return


def _told(house: House, view: SaleView, outcome: Outcome, *, winners: Winners) -> None:
    click.echo("\n".join(table(outcome, winners=winners.counts)))
    for code, count in sorted(winners.refused.items()):
        click.echo(f"  winners refused: {count:,} {code}")
    now = selling.of_merchant(house, sale_id=view.sale.sale_id, merchant_id=None)
    units: Counter[str] = Counter()
    for item in now.items:
        units.update(
            units=item.total_units, sold=item.sold_units, held=item.held_units, free=item.free_units,
            returned=item.returned_units,
        )  # fmt: skip
    click.echo("  " + ", ".join(f"{units[name]:,} {name}" for name in ("units", "sold", "held", "free", "returned")))
    findings = house.verifier.findings()
    for finding in findings[:20]:
        click.echo(f"{finding.promise} {finding.subject}: {finding.text}")
    click.echo(f"verify: {len(findings)} findings" if findings else "verify: P1 to P10 hold")
    if findings or outcome.contradicted:
        raise SystemExit(1)
