"""A simulation drawn as SVG: what was lent, what is owed and late, how many were approved, by months.

Needs the extra ``charts``, imported when first asked for. The drawing alone holds floats, made from exact figures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import StringIO
from typing import Any

from bnpl_plugin.errors import ConfigurationError
from bnpl_plugin.money.currency import MINOR_UNITS
from bnpl_plugin.simulation.counting import Month

_BLUES = ("#1b5e8c", "#5aa0c8", "#b7d6e8", "#e0a030", "#c0392b")


def charts(months: Sequence[Month]) -> Mapping[str, str]:
    """Return the drawings by file name.

    Raises:
        ConfigurationError: the extra ``charts`` is not installed.
    """
    drawn = {"approval.svg": _bars(_approvals(months), title="Decisions a month", axis="decisions")}
    for code in [purse.currency for purse in months[-1].purses if months]:
        unit = 10 ** MINOR_UNITS[code]
        low = code.lower()
        drawn[f"lent_{low}.svg"] = _bars(_lent(months, code=code, unit=unit), title="Lent a month", axis=code)
        drawn[f"owed_{low}.svg"] = _bars(
            _owed(months, code=code, unit=unit), title="Owed at the month's end, by days past due", axis=code
        )
    return drawn


def _approvals(months: Sequence[Month]) -> list[dict[str, Any]]:
    return [
        {"month": f"{month.month:%Y-%m}", "part": name, "order": place, "value": month.counts.get(name, 0)}
        for month in months
        for place, name in enumerate(("approved", "referred", "declined"))
    ]


def _lent(months: Sequence[Month], *, code: str, unit: int) -> list[dict[str, Any]]:
    return [
        {"month": f"{month.month:%Y-%m}", "part": "lent", "order": 0, "value": purse.lent_minor / unit}
        for month in months
        for purse in month.purses
        if purse.currency == code
    ]


def _owed(months: Sequence[Month], *, code: str, unit: int) -> list[dict[str, Any]]:
    found = []
    for month in months:
        purse = next(one for one in month.purses if one.currency == code)
        parts = {"on time": purse.outstanding_minor - sum(purse.late_minor.values()), **purse.late_minor}
        found += [
            {"month": f"{month.month:%Y-%m}", "part": part, "order": place, "value": minor / unit}
            for place, (part, minor) in enumerate(parts.items())
        ]
    return found


def _bars(rows: list[dict[str, Any]], *, title: str, axis: str) -> str:
    try:
        import altair as alt
        import vl_convert  # noqa: F401  (what altair draws with)
    except ImportError as fault:
        raise ConfigurationError(
            f"a chart needs the extra: pip install 'bnpl_plugin[charts]' ({fault})", extra="charts"
        ) from fault
    parts = list(dict.fromkeys(row["part"] for row in rows))
    chart = (
        alt.Chart(alt.InlineData(values=rows))
        .mark_bar()
        .encode(
            x=alt.X("month:O", title=None),
            y=alt.Y("value:Q", title=axis),
            color=alt.Color(
                "part:N",
                scale=alt.Scale(domain=parts, range=list(_BLUES[: len(parts)])),
                legend=alt.Legend(title=None, orient="bottom", columns=3, columnPadding=60),  # fonts differ in width
            ),
            order=alt.Order("order:Q"),
        )
        .properties(title=title, width=640, height=320)
    )
    drawn = StringIO()
    chart.save(drawn, format="svg")
    return drawn.getvalue()
