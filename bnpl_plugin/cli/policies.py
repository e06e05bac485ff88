"""``flask bnpl policy …``: the lender's appetite, its trials and its drift."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, TextIO

import click
from flask.cli import AppGroup

from bnpl_plugin.cli.arguments import BpsType, shop_house
from bnpl_plugin.errors import BnplError
from bnpl_plugin.lifecycle import policies

policy = AppGroup("policy", help="Credit policies: versions, champion and challenger, replay, drift.")
EARLIEST = 1970
DAY = click.DateTime(["%Y-%m-%d"])


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except BnplError as error:
        raise click.ClickException(str(error)) from error


@policy.command("add")
@click.argument("file", type=click.File(encoding="utf-8"))
def add(file: TextIO) -> None:
    """Read a policy's JSON document strictly and store it as a draft."""
    try:
        body: Any = json.load(file)
    except ValueError as error:
        raise click.ClickException(f"this is no JSON: {error}") from error
    with _told():
        click.echo(f"{policies.add(shop_house(), body).version}: stored as a draft")


@policy.command("list")
def listed() -> None:
    """Print every version, the newest first."""
    for row in shop_house().store.policies():
        share = f" {row.share_bps / 100:.2f} %" if row.state == "challenger" else ""
        click.echo(f"{row.version}  {row.state}{share}  {row.created_at:%Y-%m-%d}  {row.sha256[:12]}")


@policy.command("show")
@click.argument("version")
def show(version: str) -> None:
    """Print a version's document."""
    with _told():
        body = shop_house().policies.version(version).body
    click.echo(json.dumps(body, indent=2, ensure_ascii=False))


@policy.command("champion")
@click.argument("version")
def champion(version: str) -> None:
    """Have a version decide from now on."""
    with _told():
        policies.make_champion(shop_house(), version=version)
    click.echo(f"{version} decides")


@policy.command("challenger")
@click.argument("version")
@click.option("--share", type=BpsType(), required=True, help="Percent of shoppers, up to 50.")
def challenger(version: str, share: int) -> None:
    """Have a version decide for a share of the shoppers."""
    with _told():
        policies.make_challenger(shop_house(), version=version, share_bps=share)
    click.echo(f"{version} decides for {share // 100}.{share % 100:02d} % of the shoppers")


@policy.command("withdraw")
@click.argument("version")
def withdraw(version: str) -> None:
    """Withdraw a version: what it decided and is not yet signed is decided again."""
    with _told():
        policies.withdraw(shop_house(), version=version)
    click.echo(f"{version} is withdrawn")


@policy.command("replay")
@click.option("--version", default=None, help="The policy to replay on; default: each decision's own.")
@click.option("--decision", "decision_id", default=None, help="One decision, with its figures.")
@click.option("--since", type=DAY, default=None, help="Decisions from this day on (UTC).")
def replay(version: str | None, decision_id: str | None, since: datetime | None) -> None:
    """Decide recorded decisions again from their own inputs and print what would be otherwise."""
    house, start = shop_house(), since.replace(tzinfo=UTC) if since else None
    with _told():
        if decision_id is None:
            click.echo(json.dumps(policies.swaps(house, version=version, since=start).to_json(), indent=2))
            return
        found = False
        for one in policies.replayed(house, version=version, decision_id=decision_id):
            found = True
            now = one.judgement
            click.echo(f"{decision_id} on {now.policy_version}: {'the same' if one.same else 'otherwise'}")
            click.echo(f"  recorded {one.decision.outcome} {one.decision.rating} {one.decision.limit_minor}")
            click.echo(f"  replayed {now.outcome} {now.rating} {now.limit_minor} {json.dumps(now.reasons)}")
        if not found:
            raise click.ClickException("there is no such decision of a policy")


@policy.command("report")
@click.option("--from", "start", type=DAY, default=None, help="First day of the span; default: 30 days ago.")
@click.option("--base-days", type=click.IntRange(1, 3_660), default=90, help="Days before it to compare with.")
def report(start: datetime | None, base_days: int) -> None:
    """Print approvals, ratings and arrears by arm, and the population stability index against a base."""
    house = shop_house()
    now = house.clock.now()
    first = start.replace(tzinfo=UTC) if start else now - timedelta(days=30)
    if first.year < EARLIEST:
        raise click.ClickException(f"--from is before the year {EARLIEST}")
    base = (first - timedelta(days=base_days), first)
    end = now + timedelta(seconds=1)
    click.echo(json.dumps(policies.report(house, base=base, present=(first, end)), indent=2))
