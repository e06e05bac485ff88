"""A validation report in words and tables: Markdown that reads on a terminal too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any


def told(report: Mapping[str, Any]) -> str:
    """Return the report as Markdown."""
    data, held, train = report["data"], report["held_out"], report["train"]
    parts = [
        f"# Scorecard {report['version']}",
        (
            f"{data['rows']} rows, {data['bad']} bad; {train['rows']} fitted, {held['rows']} held out "
            f"(seed {data['seed']}). Data SHA-256 {data['sha256']}."
        ),
        *(f"**Warning**: {_plain(text)}." for text in report["warnings"]),
        "## How well it holds",
        _holds(report),
        "## What stands behind it",
        _behind(report),
        "## Points",
        (
            f"{report['scale']['base_points']} points are {report['scale']['base_odds']} good to 1 bad; "
            f"{report['scale']['doubling_points']} more double that. Lent to from {report['cut_off']} points."
        ),
        _points(report["points"]),
        "## Expected and observed, held out",
        _table(
            ("tenth", "rows", "expected bad", "bad"),
            ((place, one["rows"], f"{one['expected_bad']:.1f}", one["bad"])
             for place, one in enumerate(held["deciles"], start=1)),
        ),
        *_fairness(report["fairness"]),
        *_left_out(report),
        "Made with " + ", ".join(f"{name} {number}" for name, number in report["libraries"].items()) + ".",
    ]  # fmt: skip
    return "\n\n".join(parts) + "\n"


def _holds(report: Mapping[str, Any]) -> str:
    names = (("AUC", "auc"), ("Gini", "gini"), ("KS", "ks"), ("Brier score", "brier"))
    parts = (report["train"], report["held_out"])
    rows: list[Sequence[Any]] = [(label, *(_figure(part[key]) for part in parts)) for label, key in names]
    rows.append(("Hosmer–Lemeshow p", *(_figure(part["hosmer_lemeshow"]["p"]) for part in parts)))
    rows.append(("approved", *(_share(part["approved"], part["rows"]) for part in parts)))
    rows.append(("bad among approved", *(_share(part["approved_bad"], part["approved"]) for part in parts)))
    rows.append(("PSI of the score", "", _figure(report["stability"]["score"])))
    return _table(("", "fitted", "held out"), rows)


def _behind(report: Mapping[str, Any]) -> str:
    drift = report["stability"]["attributes"]
    return _table(
        ("figure", "information value", "PSI", ""),
        ((name, _figure(value), _figure(drift.get(name)), report["not_scored"].get(name, ""))
         for name, value in sorted(report["information_value"].items(), key=lambda pair: -pair[1])),
    )  # fmt: skip


def _points(points: Sequence[Mapping[str, Any]]) -> str:
    ordered = sorted(points, key=lambda one: (one["name"], one.get("missing", False)))
    return _table(("figure", "values", "points"), ((one["name"], _span(one), f"{one['points']:+}") for one in ordered))


def _span(one: Mapping[str, Any]) -> str:
    if one.get("missing"):
        return "not known"
    low, high = one["from"], one["below"]
    if low is None:
        return "any" if high is None else f"below {high}"
    return f"from {low}" if high is None else f"{low} to below {high}"


def _fairness(fairness: Mapping[str, Any]) -> Iterable[str]:
    """Yield each group column's table; the score never saw one of them."""
    for name, parts in fairness.items():
        yield f"## Fairness by {_plain(name)} (held aside from the score)"
        rows = []
        for part, label in (("all", "all"), ("held_out", "held out")):
            for group, one in parts[part].items():
                note = "few rows" if one["small"] else "below four fifths" if one["below_four_fifths"] else ""
                rows.append((
                    label, group, one["rows"], f"{one['approval_rate']:.1%}", _figure(one["impact_ratio"]),
                    _figure(one["auc"]), f"{one['expected_bad_rate']:.1%}", f"{one['bad_rate']:.1%}", note,
                ))  # fmt: skip
        yield _table(("rows of", "group", "rows", "approved", "impact ratio", "AUC", "expected", "bad", ""), rows)


def _left_out(report: Mapping[str, Any]) -> Iterable[str]:
    if report["refused_as_inputs"]:
        yield "## Refused as inputs"
        yield "\n".join(f"- {_plain(name)}: {law}" for name, law in report["refused_as_inputs"].items())
    ignored = {name: one["as"] for name, one in report["columns"].items() if one["part"] == "ignore"}
    if ignored:
        yield "## Ignored"
        yield "\n".join(f"- {_plain(name)}: {_plain(why)}" for name, why in ignored.items())


def _table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return a Markdown table with columns of even width."""
    cells = [[_plain(str(cell)) for cell in row] for row in (head, *rows)]
    widths = [max(3, *(len(row[place]) for row in cells)) for place in range(len(head))]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
             for row in cells]  # fmt: skip
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"


def _share(part: int, of: int) -> str:
    return f"{part} ({part / of:.1%})" if of else "0"


def _plain(text: str) -> str:
    """Return foreign text without what a terminal or a Markdown reader would act on."""
    return "".join(" " if letter in "|<>`" or not letter.isprintable() else letter for letter in text[:120])
