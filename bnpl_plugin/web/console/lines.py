"""A shopper's credit line by the opaque shopper id: its sums, its history, and what an operator may order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from bnpl_plugin.errors import BnplError, CreditDeclined, NotYours
from bnpl_plugin.lifecycle import credit_line, limit_changes, passes
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.lifecycle.line_words import REASONS, LineReason
from bnpl_plugin.ports.records import CreditLine, Decision, Pass
from bnpl_plugin.web import current, forms, wording
from bnpl_plugin.web.account.limit import change_view, line_view
from bnpl_plugin.web.console.doors import page
from bnpl_plugin.web.figures import View
from bnpl_plugin.web.frame import house_place, words_of
from bnpl_plugin.web.locale import Translator


def index() -> BaseResponse:
    """Ask for a shopper's id, and go to that shopper's line."""
    asked = request.args.get("shopper_id", "").strip()[:64]
    if not asked:
        return page("lines", shopper_id="", error="")
    if not current.house().store.lines.of_shopper(asked):
        t = words_of(house_place())
        return page("lines", status=404, shopper_id=asked, error=t.gettext("This shopper has no credit line."))
    return redirect(url_for("bnpl.console.line", shopper_id=asked), 303)


def line(shopper_id: str, *, error: str = "", typed: Mapping[str, str] | None = None, status: int = 200) -> Response:
    """One shopper's line."""
    house, t = current.house(), words_of(house_place())
    lines = house.store.lines.of_shopper(shopper_id)
    if not lines:
        raise NotYours
    now = lines[0]
    changes = house.store.lines.changes(shopper_id=shopper_id, currency=now.currency)
    return page(
        "line", status=status, error=error, shopper_id=shopper_id, typed={"limit": "", "reason": "", **(typed or {})},
        line=line_view(t, now), others=[line_view(t, other) for other in lines[1:]],
        pending=next((change_view(t, c) for c in changes if c.state in ("offered", "noticed")), None),
        changes=[change_view(t, change) for change in changes],
        decisions=[_decision(made) for made in house.store.lines.decisions(shopper_id=shopper_id, limit=20)],
        passes=[_pass(given) for given in house.store.lines.passes(shopper_id=shopper_id)],
        events=[_event(t, event) for event in house.reads.events(credit_line.stream_of(now))],
        reasons=[{"code": str(code), "text": t.gettext(text)} for code, text in REASONS.items()],
        action_url=url_for("bnpl.console.line_act", shopper_id=shopper_id),
    )  # fmt: skip


def _decision(made: Decision) -> View:
    return {
        "decided_at": made.decided_at,
        "outcome": made.outcome,
        "rating": made.rating,
        "limit_minor": made.limit_minor,
        "currency": made.currency,
        "policy_version": made.policy_version,
        "checkout_id": made.checkout_id or "",
        "codes": list(made.reasons["codes"]),
    }


def _pass(given: Pass) -> View:
    over = given.state == "valid" and given.expires_at <= current.house().clock.now()
    return {
        "pass_id": given.pass_id,
        "state": "expired" if over else given.state,
        "limit_minor": given.limit_minor,
        "currency": given.currency,
        "issued_at": given.issued_at,
        "expires_at": given.expires_at,
    }


def _event(t: Translator, event: Any) -> View:
    kind, title = wording.EVENTS.get(event.kind, ("event", event.kind))
    told = [{"name": name, "value": str(value)} for name, value in event.payload.items() if value not in ("", None)]
    return {"at": event.at, "kind": kind, "title": t.gettext(title), "details": told}


def _limit_minor(house: House, shopper_id: str) -> int:
    """Return the typed limit in minor units. Raises ``InvalidInput``."""
    code = credit_line.of_shopper(house, shopper_id).currency
    return forms.typed_minor(request.form.get("limit", "")[:40], code=code, field="limit")


def _raise(house: House, shopper_id: str, *, reason: str, by: str) -> None:
    to_minor = _limit_minor(house, shopper_id)
    limit_changes.offer_raise_anew(house, shopper_id=shopper_id, to_minor=to_minor, reason=reason, by=by)


def _lower(house: House, shopper_id: str, *, reason: str, by: str) -> None:
    limit_changes.lower(house, shopper_id=shopper_id, to_minor=_limit_minor(house, shopper_id), reason=reason, by=by)


def _freeze(house: House, shopper_id: str, *, reason: str, by: str) -> CreditLine:
    return credit_line.freeze(house, shopper_id=shopper_id, reason=reason, by=by)


def _close(house: House, shopper_id: str, *, reason: str, by: str) -> CreditLine:
    return credit_line.close(house, shopper_id=shopper_id, reason=reason, by=by)


def _revoke(house: House, shopper_id: str, *, reason: str, by: str) -> Pass:
    return passes.revoke(house, shopper_id=shopper_id, reason=reason, by=by)


ACTS: Final[Mapping[str, Callable[..., object]]] = {
    "raise": _raise,
    "lower": _lower,
    "withdraw": lambda house, shopper_id, reason, by: limit_changes.withdraw(house, shopper_id=shopper_id, by=by),  # noqa: ARG005
    "freeze": _freeze,
    "unfreeze": lambda house, shopper_id, reason, by: credit_line.unfreeze(house, shopper_id=shopper_id, by=by),  # noqa: ARG005
    "close": _close,
    "revoke": _revoke,
}


def act(shopper_id: str) -> BaseResponse:
    """Do what the operator ordered, in the operator's name; what cannot be is told and changes nothing."""
    house, t = current.house(), words_of(house_place())
    order = ACTS.get(request.form.get("act", ""))
    typed = {name: request.form.get(name, "")[:40] for name in ("limit", "reason")}
    if order is None or not house.store.lines.of_shopper(shopper_id):
        raise NotYours
    try:
        order(house, shopper_id, reason=typed["reason"] or LineReason.LENDER_DECISION, by=current.operator() or "")
    except CreditDeclined as refused:
        codes = ", ".join(str(code) for code in refused.details["reasons"]) or "–"  # type: ignore[attr-defined]
        error = t.gettext("The new decision does not allow it: %(reasons)s", reasons=codes)
        return line(shopper_id, error=error, typed=typed, status=409)
    except NotYours:
        return line(shopper_id, error=t.gettext("There is nothing of the kind to change."), typed=typed, status=409)
    except BnplError as refused:
        return line(shopper_id, error=refused.public_message(t.gettext), typed=typed, status=422)
    return redirect(url_for("bnpl.console.line", shopper_id=shopper_id), 303)
