"""The target beside what was lent and what the capital could lend: a table, and bars as long as the sums."""

from __future__ import annotations

from flask import Response, request, url_for

from bnpl_plugin.errors import BnplError
from bnpl_plugin.lifecycle.planning.actual import Progress, Target, plan_of, progress
from bnpl_plugin.web import current, wording
from bnpl_plugin.web.console.doors import page
from bnpl_plugin.web.figures import View
from bnpl_plugin.web.frame import house_place, words_of


def plan() -> Response:
    """Show the target of ``BNPL_LENDING_TARGET``, or the one asked for, month by month."""
    house = current.house()
    asked = request.args.get("target", "").strip()[:80] or house.settings.lending_target
    told: View = {"action_url": url_for("bnpl.console.plan"), "typed": asked}
    if not asked:
        return page("plan", rows=[], totals=None, currency="", error="", **told)
    try:
        target = Target.read(asked)
        rows = progress(plan_of(house, target), lent=house.reads.lent_by_month())
    except BnplError as refusal:
        error = wording.told(words_of(house_place()), refusal)
        return page("plan", status=422, rows=[], totals=None, currency="", error=error, **told)
    currency = target.amount.currency
    return page("plan", rows=_views(rows), totals=_totals(rows), currency=currency, error="", **told)


def _views(rows: tuple[Progress, ...]) -> list[View]:
    """Return the rows with the lengths of their bars, in hundredths of the longest."""
    longest = max(1, *(max(row.target_minor, row.lent_minor, row.capacity_minor or 0) for row in rows))
    return [
        {
            "month": row.month,
            "target_minor": row.target_minor,
            "lent_minor": row.lent_minor,
            "capacity_minor": row.capacity_minor,
            "reached_percent": row.lent_minor * 100 // row.target_minor if row.target_minor else 0,
            "target_length": row.target_minor * 100 // longest,
            "lent_length": row.lent_minor * 100 // longest,
            "capacity_length": (row.capacity_minor or 0) * 100 // longest,
        }
        for row in rows
    ]


def _totals(rows: tuple[Progress, ...]) -> View:
    capacities = [row.capacity_minor for row in rows]
    return {
        "target_minor": sum(row.target_minor for row in rows),
        "lent_minor": sum(row.lent_minor for row in rows),
        "capacity_minor": None if None in capacities else sum(minor or 0 for minor in capacities),
    }
