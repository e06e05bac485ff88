"""A capital plan drawn as SVG: each month's peak by what carries it, and how much could be carried at most.

Needs the extra ``charts``, imported when first asked for. The drawing alone holds floats, made from exact figures.
"""

from __future__ import annotations

from fractions import Fraction
from io import StringIO
from typing import Any

from bnpl_plugin.errors import ConfigurationError
from bnpl_plugin.lifecycle.planning.inputs import Funding
from bnpl_plugin.lifecycle.planning.months import CapitalPlan, Month
from bnpl_plugin.money.currency import MINOR_UNITS

_PARTS = ("equity", "non-standard borrowing", "standardised borrowing", "short", "sold to funders")
_COLOURS = ("#1b5e8c", "#5aa0c8", "#b7d6e8", "#c0392b", "#9aa0a6")
_BORROWED = dict(zip(Funding, _PARTS[1:3], strict=True))
_SCALES = ((10**9, "billion"), (10**6, "million"), (1, ""))


def svg(plan: CapitalPlan) -> str:
    """Return the months asked as a stacked bar chart in SVG, without script.

    Raises:
        ConfigurationError: the extra ``charts`` is not installed.
    """
    try:
        import altair as alt
        import vl_convert  # noqa: F401  (what altair draws with; without it the fault would come later and darker)
    except ImportError as fault:
        raise ConfigurationError(
            f"a chart needs the extra: pip install 'bnpl_plugin[charts]' ({fault})", extra="charts"
        ) from fault
    currency = plan.inputs.currency
    size, word = _scale(plan)
    unit = size * 10 ** MINOR_UNITS[currency]
    axis = " ".join(filter(None, (word, currency)))
    across = alt.X("month:O", title=None)
    bars = (
        alt.Chart(alt.InlineData(values=[part for row in plan.months for part in _parts(row, unit=unit)]))
        .mark_bar()
        .encode(
            x=across,
            y=alt.Y("value:Q", title=f"peak outstanding, {axis}"),
            color=alt.Color(
                "part:N",
                scale=alt.Scale(domain=list(_PARTS), range=list(_COLOURS)),
                legend=alt.Legend(title=None, orient="bottom", columns=3, columnPadding=60),  # fonts differ in width
            ),
            order=alt.Order("order:Q"),
        )
    )
    ends = [{"month": f"{row.month:%Y-%m}", "value": _drawn(row.capacity_minor, unit=unit)} for row in plan.months]
    ceiling = (
        alt.Chart(alt.InlineData(values=ends))
        .mark_tick(color="black", thickness=2)
        .encode(x=across, y=alt.Y("value:Q"))
    )
    target = f"{plan.inputs.target.decimal:,} {currency}"
    title = alt.TitleParams(
        f"{target} lent, {plan.inputs.first:%Y-%m} to {plan.inputs.last:%Y-%m}",
        subtitle="Bars: what carries each month's peak. Black line: all that equity and borrowings can carry.",
    )
    drawn = StringIO()
    alt.layer(bars, ceiling).properties(title=title, width=640, height=320).save(drawn, format="svg")
    return drawn.getvalue()


def _parts(row: Month, *, unit: int) -> list[dict[str, Any]]:
    minor = dict.fromkeys(_PARTS, 0)
    minor["equity"] = row.equity_used_minor
    minor.update({_BORROWED[one.kind]: one.needed_minor for one in row.borrowings})
    minor["short"], minor["sold to funders"] = row.short_minor, row.sold_minor
    return [
        {"month": f"{row.month:%Y-%m}", "part": part, "order": place, "value": _drawn(minor[part], unit=unit)}
        for place, part in enumerate(_PARTS)
    ]


def _scale(plan: CapitalPlan) -> tuple[int, str]:
    """Return in what the axis counts: what the widest month has at least one of."""
    widest = max(row.peak_minor for row in plan.months) // 10 ** MINOR_UNITS[plan.inputs.currency]
    return next(((size, word) for size, word in _SCALES if widest >= size), _SCALES[-1])


def _drawn(minor: int, *, unit: int) -> float:
    return float(Fraction(minor, unit))
