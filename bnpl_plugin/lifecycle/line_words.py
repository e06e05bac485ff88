"""The words about a credit line: reason codes, what each means to the shopper, and the messages sent of changes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any

from bnpl_plugin.errors import InvalidInput
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.money.amount import Money
from bnpl_plugin.ports.records import CreditLine, Job


class LineReason(StrEnum):
    """Why a line or its limit changes."""

    ARREARS = "arrears"
    RISK_CHANGED = "risk_changed"
    INCOME_CHANGED = "income_changed"
    GOOD_HISTORY = "good_history"
    FRAUD_SUSPECTED = "fraud_suspected"
    UNUSED = "unused"
    LAW_CHANGED = "law_changed"
    SHOPPER_ASKED = "shopper_asked"
    LENDER_DECISION = "lender_decision"
    NEW_DECISION = "new_decision"


#: What each reason says to the shopper (English msgids). A suspicion is not told as one: it may be wrong.
REASONS: Mapping[LineReason, str] = {
    LineReason.ARREARS: "An instalment is past due.",
    LineReason.RISK_CHANGED: "We have looked at your credit again.",
    LineReason.INCOME_CHANGED: "Your income or your outgoings have changed.",
    LineReason.GOOD_HISTORY: "You have paid reliably.",
    LineReason.FRAUD_SUSPECTED: "We need to check that it is you. Please get in touch with us.",
    LineReason.UNUSED: "You have not used your credit line for a long time.",
    LineReason.LAW_CHANGED: "The law has changed.",
    LineReason.SHOPPER_ASKED: "You have asked for it.",
    LineReason.LENDER_DECISION: "We have changed how much we lend.",
    LineReason.NEW_DECISION: "There is a new decision.",
}

#: One message a kind (English msgids). Sums and dates are filled in as they are owed.
TEXTS: Mapping[str, str] = {
    "limit_raise_offered": (
        "You may have a higher credit limit: {limit}. Nothing changes unless you say yes by {date}: {url}"
    ),
    "limit_lower_noticed": (
        "From {date} your credit limit is {limit}. What you already owe stays as agreed. Reason and rights: {url}"
    ),
    "limit_lower_withdrawn": "Your credit limit stays at {limit}. The lower limit we wrote of does not come: {url}",
    "line_frozen": "Your credit line is frozen for new purchases. What you owe stays as agreed. Why: {url}",
    "line_unfrozen": "Your credit line is open again: {url}",
    "line_closed": "Your credit line is closed. What you still owe is due as agreed: {url}",
}


def reason_of(text: str, *, accepted: tuple[LineReason, ...] = tuple(LineReason)) -> LineReason:
    """Return a reason by its code. Raises ``InvalidInput``."""
    if text not in accepted:
        raise InvalidInput(field="reason", fault=f"is “{text[:30]}”", accepted=", ".join(accepted))
    return LineReason(text)


def notice(house: House, kind: str, line: CreditLine, *, stream: str, limit_minor: int, on: date | None = None) -> Job:
    """Return the promise of a message about a line, for the same changeset as the change that it tells of."""
    return house.job(
        "notify_line", stream=stream, kind=kind, shopper_id=line.shopper_id, currency=line.currency,
        limit_minor=limit_minor, on=on.isoformat() if on else "",
    )  # fmt: skip


def send(house: House, *, kind: str, shopper_id: str, currency: str, limit_minor: int, on: str) -> bool:
    """Send one message about a line to its shopper's phone; an erased person gets none."""
    locale = house.store.lines.locale_of(shopper_id) or house.settings.locales[0]
    facts: dict[str, Any] = {
        "limit": str(Money(limit_minor, currency)),
        "date": on,
        "url": f"{house.settings.public_url}{house.settings.url_prefix}/account/limit",
    }
    text = house.translate(locale, TEXTS[kind]).format(**facts)
    message = house.message(kind, shopper_id=shopper_id, locale=locale, text=text)
    if message is not None:
        house.notifier.send(message)
    return True
