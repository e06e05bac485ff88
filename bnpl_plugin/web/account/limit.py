"""My limit: what may still be spent, a raise to say yes or no to, a fall that was announced, closing the line."""

from __future__ import annotations

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from bnpl_plugin.errors import BnplError, CreditDeclined, NotYours, OfferExpired, StateMoved
from bnpl_plugin.lifecycle import credit_line, limit_changes, passes, told_facts
from bnpl_plugin.lifecycle.line_words import REASONS, LineReason
from bnpl_plugin.ports.records import CreditLine, LimitChange, Pass
from bnpl_plugin.web import current, wording
from bnpl_plugin.web.figures import View
from bnpl_plugin.web.frame import Place, house_place, render, words_of
from bnpl_plugin.web.locale import Translator


def limit(*, notice: str = "", error: str = "", status: int = 200) -> Response:
    """My limit."""
    shopper_id = current.shopper_id()
    if shopper_id is None:
        return redirect(url_for("bnpl.account.sign_in", to="limit"), 303)
    house = current.house()
    lines = house.store.lines.of_shopper(shopper_id)
    line = lines[0] if lines else None
    given = passes.valid(house, shopper_id=shopper_id)
    place = _place(line, given, shopper_id=shopper_id)
    t = words_of(place)
    changes = house.store.lines.changes(shopper_id=shopper_id, currency=line.currency) if line else ()
    return render(
        "account/limit.html", place=place, status=status, notice=notice, error=error, tz=place.time_zone,
        line=line_view(t, line) if line else None,
        pending=next((change_view(t, c) for c in changes if c.state in ("offered", "noticed")), None),
        history=[change_view(t, c) for c in changes if c.state in ("accepted", "effective")],
        given={"limit_minor": given.limit_minor, "currency": given.currency, "expires_at": given.expires_at}
        if given else None,
        answer_url=url_for("bnpl.account.answer_raise"), close_url=url_for("bnpl.account.close_line"),
        prequalify_url=url_for("bnpl.prequalify.ask"), plans_url=url_for("bnpl.account.plans"),
    )  # fmt: skip


def _place(line: CreditLine | None, given: Pass | None, *, shopper_id: str) -> Place:
    """Return the place of the page: the country of the last facts told, else one that spends the line's currency.

    Without a line it is the prequalification's: its end is told here in the same hours as in its answer.
    """
    house, place = current.house(), house_place()
    if line is None and given is None:
        return place
    if line is None:
        country = given.country if given else ""
    else:
        known = told_facts.told(house, shopper_id=shopper_id, currency=line.currency)
        spends = [code for code, law in house.countries.items() if law.currency == line.currency]
        country = known.country if known else next(iter(spends), "")
    law = house.countries.get(country)
    return Place(place.merchant_name, country=country, time_zone=law.time_zone if law else "UTC")


def line_view(t: Translator, line: CreditLine) -> View:
    """Return a line with its sums, its state and why."""
    return {
        "state": line.state,
        "reason": t.gettext(REASONS[LineReason(line.reason)]) if line.reason else "",
        "limit_minor": line.limit_minor,
        "drawn_minor": line.drawn_minor,
        "held_minor": line.held_minor,
        "available_minor": line.available_minor,
        "currency": line.currency,
    }


def change_view(t: Translator, change: LimitChange) -> View:
    """Return a change of a limit in words."""
    return {
        "limit_change_id": change.limit_change_id,
        "kind": change.kind,
        "state": change.state,
        "from_minor": change.from_minor,
        "to_minor": change.to_minor,
        "currency": change.currency,
        "reason": t.gettext(REASONS[LineReason(change.reason)]) if change.reason else "",
        "told_at": change.told_at,
        "effective_at": change.effective_at,
        "expires_at": change.expires_at,
    }


def answer_raise() -> Response:
    """Take a yes or a no to an offered raise: a button each, neither chosen beforehand."""
    shopper_id = current.shopper_id()
    if shopper_id is None:
        return redirect(url_for("bnpl.account.sign_in", to="limit"), 303)
    said = request.form.get("answer", "")
    t = words_of(house_place())
    if said not in ("yes", "no"):
        return limit(error=t.gettext("Please say yes or no."), status=422)
    try:
        limit_changes.answer_raise(
            current.house(), shopper_id=shopper_id, limit_change_id=request.form.get("limit_change_id", "")[:64],
            yes=said == "yes",
        )  # fmt: skip
    except CreditDeclined:
        told = t.gettext("The higher limit is no longer possible: an instalment is past due, or your line has changed.")
        return limit(error=told, status=409)
    except (OfferExpired, StateMoved, NotYours) as fault:
        return limit(error=wording.told(t, fault), status=409)
    return redirect(url_for("bnpl.account.limit"), 303)


def close_line() -> Response:
    """Close the line for good, once the box is ticked; what is owed stays as agreed."""
    shopper_id = current.shopper_id()
    if shopper_id is None:
        return redirect(url_for("bnpl.account.sign_in", to="limit"), 303)
    t = words_of(house_place())
    if request.form.get("sure") != "yes":
        return limit(error=t.gettext("Please tick the box if you want to close your credit line."), status=422)
    try:
        credit_line.close(current.house(), shopper_id=shopper_id, reason=LineReason.SHOPPER_ASKED, by="shopper")
    except BnplError as fault:
        return limit(error=wording.told(t, fault), status=409)
    return redirect(url_for("bnpl.account.limit"), 303)
