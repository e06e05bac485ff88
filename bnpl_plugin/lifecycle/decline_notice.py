"""What the law wants said when credit is refused, recorded as shown: reasons, rights, who lends, whom to ask.

CCD2 Art. 18(8)–(9) and 12 CFR 1002.9: without delay, that a program decided, the true reasons, how to contest it,
where to find advice. Nothing in it names the shopper.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from bnpl_plugin.lifecycle.disclosure import digest
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.ports.jurisdiction import Country
from bnpl_plugin.ports.records import Checkout, Decision, Disclosure
from bnpl_plugin.ports.store import Changeset, Purchase

KIND = "decline_notice"

#: Sentences and values that a country may want in it; what it has is said, in this order.
TEXTS = ("ecoa_notice", "human_review", "database_result", "redress")
VALUES = ("adverse_action_days", "reasons_request_days", "debt_advice")


def document(house: House, *, checkout: Checkout, decision: Decision, language: str) -> dict[str, Any]:
    """Return the notice of a decline as plain data."""
    law, day = house.country(checkout.country), house.today(checkout.time_zone)
    return {
        "kind": KIND,
        "action": "declined",
        "country": checkout.country,
        "language": language,
        "creditor": {
            "name": house.settings.lender_name,
            "address": house.settings.lender_address,
            "contact": house.settings.lender_contact,
        },
        "order_ref": checkout.order_ref,
        "asked": {"principal_minor": decision.inputs.get("principal_minor", 0), "currency": decision.currency},
        "decision_id": decision.decision_id,
        "decided_at": decision.decided_at.isoformat(),
        "automated": decision.decided_by == "policy",
        "reasons": [
            {"code": code, "text": house.translate(language, house.rules[code].reason)}
            for code in decision.reasons["codes"]
            if code in house.rules
        ],
        "review_hours": house.settings.review_hours,
        "texts": _texts(law, language=language, day=day),
        "law": [
            {"name": name, "country": law.code, **{key: str(told) for key, told in asdict(value).items()}}
            for name in VALUES
            if (value := law.find(name, day=day)) is not None
        ],
    }


def present(house: House, *, purchase: Purchase, language: str, medium: str = "screen") -> dict[str, Any]:
    """Return the notice of a declined checkout and record that it was shown; the same one again records nothing new."""
    decision, checkout = purchase.decision, purchase.checkout
    assert decision is not None, "only a decided checkout is declined"
    body = document(house, checkout=checkout, decision=decision, language=language)
    sha256 = digest(body)
    if any(shown.sha256 == sha256 for shown in purchase.disclosures):
        return body
    shown = Disclosure(
        shopper_id=decision.shopper_id,
        disclosure_id=house.ids.new("dis"),
        checkout_id=checkout.checkout_id,
        kind=KIND,
        locale=language,
        sha256=sha256,
        body=body,
        medium=medium,
        shown_at=house.clock.now(),
    )
    event = house.event("disclosure.shown", checkout, disclosure_id=shown.disclosure_id, sha256=sha256)
    house.commit(Changeset(rows=(shown,), events=(event,)))
    return body


def _texts(law: Country, *, language: str, day: Any) -> list[dict[str, Any]]:
    found = ((name, law.spoken(name, language=language, day=day)) for name in TEXTS)
    return [
        {
            "name": name,
            "lang": spoken[0],
            "text": spoken[1].value,
            "source": spoken[1].source,
            "sample": spoken[1].sample,
        }
        for name, spoken in found
        if spoken is not None
    ]
