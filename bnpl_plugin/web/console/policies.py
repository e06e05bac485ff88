"""Credit policies: versions and roles, what another one would have decided, whether the shoppers have moved."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from bnpl_plugin.errors import BnplError, InvalidInput, NotYours
from bnpl_plugin.lifecycle import policies
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.ports.records import PolicyVersion
from bnpl_plugin.web import current, wording
from bnpl_plugin.web.console.doors import page
from bnpl_plugin.web.frame import house_place, words_of

SPAN, BASE = timedelta(days=30), timedelta(days=90)


def index() -> Response:
    """Every version, the drift of the last 30 days, and the swap set against a version if one is asked for."""
    return _shown(asked=request.args.get("replay", "")[:40])


def act(version: str, deed: str) -> BaseResponse:
    """Change a version's role."""
    if deed not in _DEEDS:
        raise NotYours
    try:
        policies.seed(current.house())  # a fresh shop's page shows the release's policies before they are stored
        _DEEDS[deed](current.house(), version)
    except BnplError as error:
        return _shown(error=wording.told(words_of(house_place()), error), status=422)
    return redirect(url_for("bnpl.console.policies"), 303)


def _shown(*, asked: str = "", error: str = "", status: int = 200) -> Response:
    house = current.house()
    now = house.clock.now() + timedelta(seconds=1)
    start, swaps = now - SPAN, None
    if asked:
        try:
            swaps = policies.swaps(house, version=asked, since=start).to_json()
        except BnplError as fault:
            error, status = wording.told(words_of(house_place()), fault), 422
    rows: list[dict[str, Any]] = [
        {
            "version": row.version, "state": row.state, "share_percent": Decimal(row.share_bps) / 100,
            "sha256": row.sha256[:12], "created_at": row.created_at, "report": _report_of(row),
            "replay_url": url_for("bnpl.console.policies", replay=row.version),
            "deeds": [(deed, url_for("bnpl.console.act_on_policy", version=row.version, deed=deed))
                      for deed in _possible(row.state)],
        }
        for row in policies.every(house)
    ]  # fmt: skip
    told = policies.report(house, base=(start - BASE, start), present=(start, now))
    for arm in told["arms"]:
        arm["approval_percent"], arm["arrears_percent"] = (
            Decimal(arm[name]) / 100 for name in ("approval_bps", "arrears_bps")
        )
    return page(
        "policies", status=status, policies=rows, report=told, swaps=swaps, asked=asked, error=error,
        share=request.form.get("share", "10")[:10],
    )  # fmt: skip


def _report_of(row: PolicyVersion) -> str:
    """Return the validation report that ``score train`` wrote into a policy; "" for none."""
    about = row.body.get("about")
    report = about.get("report") if isinstance(about, Mapping) else None
    return report if isinstance(report, str) else ""


def _possible(state: str) -> tuple[str, ...]:
    return {"draft": ("champion", "challenger", "withdraw"), "challenger": ("champion", "withdraw")}.get(state, ())


def _champion(house: House, version: str) -> None:
    policies.make_champion(house, version=version)


def _challenger(house: House, version: str) -> None:
    typed = re.fullmatch(r"([0-9]{1,2})(?:[.,]([0-9]{1,2}))?", request.form.get("share", "").strip(), re.ASCII)
    if typed is None:
        raise InvalidInput(field="share", fault="is no percentage", accepted="0.01 to 50 %")
    policies.make_challenger(
        house, version=version, share_bps=int(typed[1]) * 100 + int((typed[2] or "").ljust(2, "0"))
    )


def _withdraw(house: House, version: str) -> None:
    policies.withdraw(house, version=version)


_DEEDS: Final[Mapping[str, Callable[[House, str], None]]] = {
    "champion": _champion,
    "challenger": _challenger,
    "withdraw": _withdraw,
}
