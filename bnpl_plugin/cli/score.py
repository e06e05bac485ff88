"""``flask bnpl score``: a points scorecard trained on a CSV, with its validation report; a policy tried on rows."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup, with_appcontext

from bnpl_plugin.cli.arguments import shop_house
from bnpl_plugin.errors import BnplError, InvalidInput
from bnpl_plugin.lifecycle import policies
from bnpl_plugin.lifecycle.scoring import figures
from bnpl_plugin.lifecycle.scoring.book import TARGET, training_rows
from bnpl_plugin.lifecycle.scoring.chart import calibration
from bnpl_plugin.lifecycle.scoring.columns import Told, read_columns, with_options
from bnpl_plugin.lifecycle.scoring.fitting import Scale, fit, scores_of
from bnpl_plugin.lifecycle.scoring.policy import canonical, document, reported
from bnpl_plugin.lifecycle.scoring.sample import read_sample
from bnpl_plugin.lifecycle.scoring.telling import told
from bnpl_plugin.lifecycle.scoring.validation import validate
from bnpl_plugin.ports.policy import Policy, read_policy

score = AppGroup("score", help="Scorecards from data.")

_FILE = click.Path(dir_okay=False, path_type=Path)
_COLUMNS = click.option("--columns", "columns_path", type=_FILE, help="What each column is (TOML).")
_TARGET = click.option("--target", help="The column that says how the loan ended.")
_BAD = click.option("--bad", help="The target's text for a loan that went bad.")
_GROUP = click.option("--group", "groups", multiple=True, help="A column held aside for the report on fairness.")
_MAP = click.option("--map", "maps", multiple=True, help="COLUMN=FIGURE: the allow-listed figure that a column is.")
_IGNORE = click.option("--ignore", "ignored", multiple=True, help="A column that is left out.")


@score.command("train")
@click.argument("data", type=_FILE)
@_COLUMNS
@_TARGET
@_BAD
@_GROUP
@_MAP
@_IGNORE
@click.option("--version", "name", help="The policy's name; default: made of its content.")
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), default=1, show_default=True)
@click.option("--held-out", type=click.IntRange(10, 50), default=30, show_default=True, help="Percent of the rows.")
@click.option("--approve", type=click.IntRange(1, 99), default=70, show_default=True, help="Percent that is lent to.")
@click.option("--base-points", type=int, default=600, show_default=True)
@click.option("--base-odds", type=int, default=50, show_default=True, help="Goods to one bad at the base points.")
@click.option("--doubling-points", type=int, default=20, show_default=True, help="Points that double the odds.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder for the policy and its report.")
@click.option("--add", is_flag=True, help="Store the policy as a draft.")
@with_appcontext
def train(**asked: Any) -> None:
    """Fit a points scorecard on a CSV and say how well it holds on rows that it never saw."""
    try:
        sample = read_sample(asked["data"], _told(asked))
        scale = Scale(asked["base_points"], asked["base_odds"], asked["doubling_points"])
        fitted = fit(sample, scale=scale, seed=asked["seed"], held_out_percent=asked["held_out"])
        about = {"trained_on_sha256": sample.sha256, "rows": str(sample.rows), "seed": str(asked["seed"])}
        policy = document(
            fitted, sample, base=_base(), approve_percent=asked["approve"], version=asked["name"], about=about
        )
        report = validate(fitted, sample, policy=policy)
        policy = reported(policy, told(report))
        files = _files(policy, report) if asked["out"] else {}
        if asked["add"]:
            policies.add(shop_house(), policy.body)
    except BnplError as error:
        raise click.ClickException(str(error)) from error
    click.echo(told(report))
    if asked["out"]:
        _write(asked["out"], files)
    if asked["add"]:
        click.echo(f"Stored as a draft: {policy.version}")


@score.command("apply")
@click.argument("policy_path", metavar="POLICY", type=_FILE)
@click.argument("data", type=_FILE)
@_COLUMNS
@_TARGET
@_BAD
@_MAP
@_IGNORE
@click.option("--out", type=_FILE, help="CSV of each row's score and rating.")
@with_appcontext
def apply(**asked: Any) -> None:
    """Score a CSV's rows by a policy's document, and rank them against the target where there is one."""
    try:
        policy = _read_policy(asked["policy_path"])
        sample = read_sample(asked["data"], _told(asked), needs_target=False)
        scores = scores_of(policy.scorecard, sample)
    except BnplError as error:
        raise click.ClickException(str(error)) from error
    ratings = [next(rating for lowest, rating in policy.ratings if value >= lowest) for value in scores]
    for rating, count in sorted(Counter(ratings).items()):
        click.echo(f"{rating}: {count} of {sample.rows}")
    found = figures.ranking(scores, sample.bad) if sample.bad else None
    if found:
        click.echo(f"AUC {found[0]:.4f}, Gini {2 * found[0] - 1:.4f}, KS {found[1]:.4f}")
    if asked["out"]:
        _write(asked["out"].parent, {asked["out"].name: _scored(scores, ratings)})


@score.command("export")
@click.argument("path", metavar="FILE", type=_FILE)
@click.option("--after", "after_days", type=int, default=180, show_default=True, help="Days that a loan has had.")
@click.option("--late", "late_days", type=int, default=30, show_default=True, help="Days past due that are bad.")
@with_appcontext
def export(path: Path, after_days: int, late_days: int) -> None:
    """Write our own book as a training set: allow-listed figures and "good" or "bad", no person in it."""
    part = path.with_name(path.name + ".part")
    kinds: Counter[str] = Counter()
    try:
        with part.open("w", encoding="utf-8", newline="") as written:
            lines = csv.writer(written)
            rows = training_rows(shop_house(), after_days=after_days, late_days=late_days)
            lines.writerow(next(rows))
            for row in rows:  # numbers and two words of ours: nothing that a spreadsheet would take for a formula
                lines.writerow(row)
                kinds[row[-1]] += 1
        part.replace(path)
    except BnplError as error:
        raise click.ClickException(str(error)) from error
    except OSError as fault:
        raise click.ClickException(f"{path} cannot be written: {fault.strerror}") from fault
    finally:
        part.unlink(missing_ok=True)
    click.echo(f"{kinds.total()} loans, {kinds['bad']} bad: {path}")
    click.echo(f"Train with: flask bnpl score train {path.name} --target {TARGET}")


def _told(asked: dict[str, Any]) -> Told:
    path = asked["columns_path"]
    said = read_columns(_text(path, field="columns")) if path else Told({})
    maps = {}
    for pair in asked["maps"]:
        column, mark, figure = pair.rpartition("=")
        if not mark or not column or not figure:
            raise InvalidInput(field="map", fault=f"is {pair[:60]!r}", accepted="COLUMN=FIGURE")
        maps[column] = figure
    return with_options(
        said, target=asked["target"], bad=asked["bad"], groups=asked.get("groups", ()), maps=maps,
        ignored=asked["ignored"],
    )  # fmt: skip


def _base() -> Policy:
    """Return the policy whose rules, caps and prices a trained one takes over: the one that decides now."""
    return shop_house().policies.roles(fresh=True).champion


def _files(policy: Policy, report: dict[str, Any]) -> dict[str, str]:
    drawn = calibration(report)
    return ({} if drawn is None else {"calibration.svg": drawn}) | {
        "policy.json": canonical(policy),
        "report.json": json.dumps(report, ensure_ascii=False, indent=1) + "\n",
        "report.md": told(report),
    }


def _write(folder: Path, files: dict[str, str]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8", newline="")
    except OSError as fault:
        raise click.ClickException(f"{folder} cannot be written: {fault.strerror}") from fault
    click.echo(f"Written: {', '.join(str(folder / name) for name in files)}")


def _read_policy(path: Path) -> Policy:
    try:
        return read_policy(json.loads(_text(path, field="policy")))
    except (ValueError, RecursionError):
        raise InvalidInput(field="policy", fault="is no JSON", accepted="a policy's document") from None


def _text(path: Path, *, field: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise InvalidInput(field=field, fault="cannot be read", accepted="a file in UTF-8") from None


def _scored(scores: Sequence[int], ratings: Sequence[str]) -> str:
    written = io.StringIO(newline="")
    lines = csv.writer(written)
    lines.writerow(("row", "score", "rating"))
    lines.writerows((row, *pair) for row, pair in enumerate(zip(scores, ratings, strict=True), start=1))
    return written.getvalue()
