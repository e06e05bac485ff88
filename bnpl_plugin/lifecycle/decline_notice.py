"""What the law wants said when credit is refused, recorded as shown: reasons, rights, who lends, whom to ask.

CCD2 Art. 18(8)–(9) and 12 CFR 1002.9: without delay, that a program decided, the true reasons, how to contest it,
where to find advice. Nothing in it names the shopper.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from bnpl_plugin.errors import StateMoved
from bnpl_plugin.lifecycle.disclosure import digest
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.ports.jurisdiction import Country
from bnpl_plugin.ports.records import Decision, Disclosure
from bnpl_plugin.ports.store import Changeset, Purchase

KIND = "decline_notice"

#: Sentences and values that a country may want in it; what it has is said, in this order.
TEXTS = ("ecoa_notice", "human_review", "database_result", "redress")
VALUES = ("adverse_action_days", "reasons_request_days", "debt_advice")


def document(
    house: House, *, decision: Decision, country: str, time_zone: str, language: str, order_ref: str = "",
    codes: Sequence[str] = (),
) -> dict[str, Any]:  # fmt: skip
    """Return the notice of a decline as plain data; ``codes`` are reasons beyond those that the decision has."""
    law, day = house.country(country), house.today(time_zone)
    return {
        "kind": KIND,
        "action": "declined",
        "country": country,
        "language": language,
        "creditor": {
            "name": house.settings.lender_name,
            "address": house.settings.lender_address,
            "contact": house.settings.lender_contact,
        },
        "order_ref": order_ref,
        "asked": {"principal_minor": decision.inputs.get("principal_minor", 0), "currency": decision.currency},
        "decision_id": decision.decision_id,
        "decided_at": decision.decided_at.isoformat(),
        "automated": decision.decided_by == "policy",
        "reasons": [
            {"code": code, "text": house.translate(language, told)}
            for code in decision.reasons["codes"] or codes
            if (told := house.reason(code)) is not None
        ],
        "review_hours": house.settings.review_hours,
        "texts": _texts(law, language=language, day=day),
        "law": [
            {"name": name, "country": law.code, **{key: str(told) for key, told in asdict(value).items()}}
            for name in VALUES
            if (value := law.find(name, day=day)) is not None
        ],
    }


def present(house: House, *, purchase: Purchase, language: str) -> dict[str, Any]:
    """Return the notice of a declined checkout and record that it was shown; the same one again records nothing new."""
    decision, checkout = purchase.decision, purchase.checkout
    assert decision is not None, "only a decided checkout is declined"
    body = document(
        house, decision=decision, country=checkout.country, time_zone=checkout.time_zone, language=language,
        order_ref=checkout.order_ref,
    )  # fmt: skip
    if all(known.sha256 != digest(body) for known in purchase.disclosures):
        shown = _shown(house, decision=decision, body=body)
        event = house.event("disclosure.shown", checkout, disclosure_id=shown.disclosure_id, sha256=shown.sha256)
        _record(house, Changeset(rows=(shown,), events=(event,)))
    return body


def present_without_order(
    house: House, *, decision: Decision, country: str, time_zone: str, language: str, codes: Sequence[str] = ()
) -> dict[str, Any]:
    """Return the notice of a declined prequalification and record that it was shown; again records nothing new.

    ``codes``: why there is nothing to lend although the rules object to nothing.
    """
    body = document(house, decision=decision, country=country, time_zone=time_zone, language=language, codes=codes)
    _record(house, Changeset(rows=(_shown(house, decision=decision, body=body),)))
    return body


def _shown(house: House, *, decision: Decision, body: dict[str, Any]) -> Disclosure:
    """Return the record of a notice; its id follows from what was shown, so that it is recorded once."""
    sha256 = digest(body)
    return Disclosure(
        shopper_id=decision.shopper_id,
        disclosure_id=f"dis_{sha256[:32]}",
        checkout_id=decision.checkout_id or "",
        kind=KIND,
        locale=str(body["language"]),
        sha256=sha256,
        body=body,
        medium="screen",
        shown_at=house.clock.now(),
    )


def _record(house: House, changeset: Changeset) -> None:
    with suppress(StateMoved):  # shown before, or in another tab at once
        house.commit(changeset)


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
