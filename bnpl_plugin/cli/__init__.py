"""``flask bnpl …``: the operator's command line.

For: reading arguments, calling one use case, printing its answer. May import: everything but ``ext`` and ``testing``.
Must never: decide, or hold SQL. Add a file here: a command of more than a screen; its group is entered below.
"""

from __future__ import annotations

import json
import signal
import threading

import click
from flask import current_app
from flask.cli import AppGroup

from bnpl_plugin import settings as settings_module
from bnpl_plugin import storage, worker
from bnpl_plugin.cli import capital, lines, policies, reviews, subsidies
from bnpl_plugin.cli.arguments import shop_house
from bnpl_plugin.cli.flash_sale import sales
from bnpl_plugin.cli.rehearsals import crowd, simulate
from bnpl_plugin.cli.score import score
from bnpl_plugin.errors import BnplError, NotYours
from bnpl_plugin.lifecycle import merchants, workings
from bnpl_plugin.lifecycle import policies as policy_use

bnpl = AppGroup("bnpl", help="Pay-later: database, capital, merchants, worker, proofs.")
db = AppGroup("db", help="Our own tables.")
merchant = AppGroup("merchant", help="Shops that call us.")
lender = AppGroup("lender", help="The lender's own systems.")
for group in (db, capital.capital, lender, merchant):
    bnpl.add_command(group)
bnpl.add_command(policies.policy)
bnpl.add_command(simulate.simulate_command)
bnpl.add_command(crowd.crowd_command)
bnpl.add_command(lines.line)
bnpl.add_command(reviews.group)
bnpl.add_command(subsidies.group)
bnpl.add_command(sales.group)
bnpl.add_command(score)


@db.command("upgrade")
def upgrade() -> None:
    """Create our tables or bring them up to this release."""
    storage.upgrade(shop_house().store.engine)  # type: ignore[attr-defined]
    merchants.register_host(shop_house(), name=current_app.name)
    policy_use.seed(shop_house())
    click.echo("bnpl tables are up to date")


@merchant.command("add")
@click.argument("name")
@click.option("--mdr-bps", default=0, help="What the lender keeps, in hundredths of a percent.")
@click.option("--webhook-url", default=None)
@click.option("--webhook-secret", default=None, help="whsec_…; default: none, no webhooks.")
def merchant_add(name: str, mdr_bps: int, webhook_url: str | None, webhook_secret: str | None) -> None:
    """Make a shop known and print its first API key, which cannot be read again."""
    house = shop_house()
    try:
        shop = merchants.register(
            house, name=name, mdr_bps=mdr_bps, webhook_url=webhook_url, webhook_secret=webhook_secret
        )
    except BnplError as error:
        raise click.ClickException(str(error)) from error
    key = merchants.issue_key(house, merchant_id=shop.merchant_id, label="first")
    click.echo(json.dumps({"merchant_id": shop.merchant_id, "api_key": key}))


@lender.command("key")
@click.option("--label", default="first", help="What the key is for.")
def lender_key(label: str) -> None:
    """Print a new key for the lender's API, which cannot be read again."""
    click.echo(json.dumps({"api_key": merchants.issue_lender_key(shop_house(), label=label)}))


@bnpl.command("worker")
@click.option("--once", is_flag=True, help="Work until nothing is left, then stop.")
def run_worker(once: bool) -> None:  # noqa: FBT001
    """Run the background loop until it is told to stop."""
    if once:
        click.echo(f"{worker.run_until_idle(shop_house())} pieces of work")
        return
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    worker.run_forever(shop_house(), stop=stop)


@bnpl.command("verify")
def verify() -> None:
    """Prove P1–P10 on the live database; exits 1 and names every finding if one is broken."""
    findings = shop_house().verifier.findings()
    for finding in findings:
        click.echo(f"{finding.promise} {finding.subject}: {finding.text}")
    if any(country.uses_samples(day=shop_house().clock.now().date()) for country in shop_house().countries.values()):
        click.echo("note: legal values marked “sample, not law” are in use")
    click.echo(f"{len(findings)} findings" if findings else "P1 to P10 hold")
    if findings:
        raise SystemExit(1)


@bnpl.command("explain")
@click.argument("loan_id")
def explain(loan_id: str) -> None:
    """Print how a loan's schedule and APR were computed, line by line."""
    try:
        found = workings.workings_of(shop_house(), loan_id=loan_id)
    except NotYours:
        raise click.ClickException(f"there is no loan {loan_id}") from None
    click.echo("\n\n".join(working.to_text() for working in found.workings))


@bnpl.command("settings")
def show_settings() -> None:
    """Print every setting: key, default, what is accepted, meaning."""
    for row in settings_module.describe():
        needed = "required" if row.required else f"default {row.default!r}"
        click.echo(f"{row.key}  ({needed}; {row.accepted})\n    {row.meaning}")
