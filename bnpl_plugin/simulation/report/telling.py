"""A simulation told: lines to read, and the same figures as JSON and CSV. Sums in files are minor units."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import asdict
from io import StringIO
from typing import Any

from bnpl_plugin.lifecycle.planning.telling import shown
from bnpl_plugin.simulation.counting import TOLD, Month
from bnpl_plugin.simulation.question import Question

_COUNTED = ("visits", *TOLD.values(), "borrowings", "loans_sold", "loans_bought_back", "remittances")
_HEADS = ("month", "visits", "approved", "loans", "paid", "missed", "defaulted")


def table(months: Sequence[Month]) -> list[str]:
    """Return a row for each month, then one for each month and currency."""
    rows: list[tuple[str, ...]] = [_HEADS, *(_counted(month) for month in months)]
    sums: list[tuple[str, ...]] = [("month", "lent", "outstanding", "late", "of it 91+", "earned", "capital used")]
    sums += [
        (f"{month.month:%Y-%m}", *_purse(purse))
        for month in months
        for purse in month.purses
        if purse.lent_minor or purse.outstanding_minor
    ]
    return [*_lined(rows), "", *_lined(sums)]


def as_json(question: Question, months: Sequence[Month]) -> str:
    """Return question and months as one JSON text."""
    asked = {**asdict(question), "capital": [str(amount) for amount in question.capital]}
    told = [
        {**asdict(month), "approval_bps": month.approval_bps, "purses": [_plain(purse) for purse in month.purses]}
        for month in months
    ]
    return json.dumps({"question": asked, "months": told}, default=str, indent=2) + "\n"


def as_csv(months: Sequence[Month]) -> str:
    """Return one line for each month and currency; counts are the month's, the same in all its lines."""
    text = StringIO()
    late = ("1-30", "31-60", "61-90", "91+")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow((
        "month", "currency", "lent_minor", "outstanding_minor", *(f"late_{name}_minor" for name in late),
        "defaulted_minor", "earned_minor", "capital_used_bps", *_COUNTED, "approval_bps", "peak_memory_kib",
    ))  # fmt: skip
    for month in months:
        for purse in month.purses:
            writer.writerow((
                f"{month.month:%Y-%m}", purse.currency, purse.lent_minor, purse.outstanding_minor,
                *(purse.late_minor.get(name, 0) for name in late), purse.defaulted_minor, purse.earned_minor,
                purse.used_bps, *(month.counts.get(name, 0) for name in _COUNTED), month.approval_bps,
                month.peak_memory_kib,
            ))  # fmt: skip
    return text.getvalue()


def _plain(purse: Any) -> dict[str, Any]:
    return {**asdict(purse), "used_bps": purse.used_bps}


def _counted(month: Month) -> tuple[str, ...]:
    counts = month.counts
    names = ("visits", "loans", "instalments_paid", "instalments_failed", "defaulted")
    visits, loans, paid, missed, defaulted = (f"{counts.get(name, 0):,}" for name in names)
    return f"{month.month:%Y-%m}", visits, f"{month.approval_bps / 100:.1f} %", loans, paid, missed, defaulted


def _purse(purse: Any) -> tuple[str, ...]:
    late = sum(purse.late_minor.values())
    sums = (purse.lent_minor, purse.outstanding_minor, late, purse.late_minor.get("91+", 0), purse.earned_minor)
    return (*(shown(minor, currency=purse.currency) for minor in sums), f"{purse.used_bps / 100:.2f} %")


def _lined(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
