"""Expected and observed bads of the held-out rows, drawn as SVG. Needs the extra ``charts``, else nothing is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from io import StringIO
from typing import Any


def calibration(report: Mapping[str, Any]) -> str | None:
    """Return bars of what was expected and what came, by tenth; None without the extra ``charts``."""
    try:
        import altair as alt
        import vl_convert  # noqa: F401  (what altair draws with)
    except ImportError:
        return None
    rows = [
        {"tenth": place, "kind": kind, "bad": value}
        for place, one in enumerate(report["held_out"]["deciles"], start=1)
        for kind, value in (("expected", one["expected_bad"]), ("observed", one["bad"]))
    ]
    scale = alt.Scale(domain=["expected", "observed"], range=["#5aa0c8", "#1b5e8c"])
    bars = (
        alt.Chart(alt.InlineData(values=rows))
        .mark_bar()
        .encode(
            x=alt.X("tenth:O", title="tenth of the held-out rows, best first"),
            xOffset=alt.XOffset("kind:N"),
            y=alt.Y("bad:Q", title="loans that went bad"),
            color=alt.Color("kind:N", title=None, scale=scale),
        )
        .properties(title=f"Scorecard {report['version']}", width=480, height=280)
    )
    drawn = StringIO()
    bars.save(drawn, format="svg")
    return drawn.getvalue()
