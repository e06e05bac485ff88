"""A declined shopper's rights on the page: why, who lends, where to find advice, and a person who looks at it."""

from __future__ import annotations

from flask import url_for

from bnpl_plugin.lifecycle import decline_notice, reviews
from bnpl_plugin.ports.store import Purchase
from bnpl_plugin.web import current
from bnpl_plugin.web.figures import View
from bnpl_plugin.web.frame import place_of, words_of


def review_view(purchase: Purchase) -> View:
    """Return how far a person's review of a purchase's decision is, and where to ask for one."""
    house, made, checkout = current.house(), purchase.decision, purchase.checkout
    known = reviews.review_of(house, decision=made) if made is not None else None
    url = url_for("bnpl.checkout.review", checkout_id=checkout.checkout_id)
    view: View = {
        "state": "none", "url": url, "contact": house.settings.lender_contact, "due_at": None, "late": False,
        "answered_at": None, "hours": house.settings.review_hours, "most": reviews.MAX_STATEMENT,
    }  # fmt: skip
    if known is None:
        return {**view, "state": "possible" if made is not None and made.outcome == "declined" else "none"}
    state = "requested" if known.state == "open" else "answered"
    late = known.state == "open" and known.due_at <= house.clock.now()
    return {**view, "state": state, "due_at": known.due_at, "late": late, "answered_at": known.closed_at}


def notice_view(purchase: Purchase) -> View | None:
    """Return what the law wants said of a decline, and record that it is shown; None for any other decision."""
    if purchase.decision is None or purchase.decision.outcome != "declined":
        return None
    language = words_of(place_of(purchase)).locale
    return decline_notice.present(current.house(), purchase=purchase, language=language)


def advice_view(purchase: Purchase) -> View | None:
    """Return where the country's shoppers find free advice on debt, if its law names it."""
    house, checkout = current.house(), purchase.checkout
    found = house.country(checkout.country).find("debt_advice", day=house.today(checkout.time_zone))
    return {"name": str(found.value[0]), "url": str(found.value[1])} if found else None
