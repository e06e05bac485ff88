"""Records turned into what a page prints: plain dicts, exactly as the templates' first lines ask for them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from statistics import mode
from typing import Any

from bnpl_plugin.lifecycle import owing
from bnpl_plugin.ports.jurisdiction import Country
from bnpl_plugin.ports.plan import Offer
from bnpl_plugin.ports.records import InstalmentRow
from bnpl_plugin.ports.store import LoanBook
from bnpl_plugin.web import current, wording
from bnpl_plugin.web.locale import Translator, choose_locale, translator

View = dict[str, Any]


def rows_of(offer: Offer) -> list[View]:
    """Return an offer's schedule: nothing of it has happened yet."""
    return [
        {
            "number": part.number,
            "due_on": part.due_on,
            "total_minor": part.total_minor,
            "principal_minor": part.principal_minor,
            "interest_minor": part.interest_minor,
            "fee_minor": part.fee_minor,
            "at_checkout": offer.first_today and part.number == 1,
            "state": "",
        }
        for part in offer.schedule.instalments
    ]


def cost_of(offer: Offer) -> View:
    """Return the figures that stay in sight from the choice to the signature; the usual instalment is the commonest."""
    schedule = offer.schedule
    return {
        "count": offer.count,
        "instalment_minor": mode(part.total_minor for part in schedule.instalments),
        "total_payable_minor": schedule.total_payable_minor,
        "finance_charge_minor": schedule.finance_charge_minor,
        "apr_percent": offer.apr_percent,
        "currency": schedule.currency,
    }


def offer_view(t: Translator, offer: Offer) -> View:
    """Return one offer as the product page and the choice of plans show it."""
    return {
        **cost_of(offer),
        "name": wording.plan_title(t, offer.title, count=offer.count),
        "down_payment_minor": offer.down_payment_minor,
        "nominal_rate_percent": percent_of(offer.nominal_rate) if offer.nominal_rate else None,
        "first_due_on": offer.schedule.instalments[0].due_on,
        "schedule": rows_of(offer),
    }


def order_view(cart: Mapping[str, Any]) -> View:
    """Return a checkout's cart (``Order.to_json()``) line by line."""
    lines = [
        {
            "kind": line["kind"],
            "title": line["name"],
            "quantity": line["quantity"],
            "total_minor": line["quantity"] * line["unit_minor"],
        }
        for line in cart["lines"]
    ]
    return {"currency": cart["currency"], "total_minor": cart["total_minor"], "lines": lines}


def legal_view(t: Translator, law: Country, *, day: date, offer: Offer | None) -> View | None:
    """Return the country's warning with a representative example in the warning's own language; None without one."""
    spoken = law.spoken("ad_warning", language=t.locale, day=day)
    if spoken is None:
        return None
    tongue, value = spoken
    speaker = translator(choose_locale(query=tongue, fallback=t.locale))
    example = example_of(speaker, offer) if offer is not None and offer.schedule.finance_charge_minor else ""
    return {"warning": value.value, "lang": tongue, "example": example, "sample": value.sample}


def example_of(t: Translator, offer: Offer) -> str:
    """Return the representative example of an offer with a cost: Directive (EU) 2023/2225, Art. 8(3)."""
    cost = cost_of(offer)
    return t.gettext(
        "Representative example: credit of %(amount)s over %(count)s months, nominal rate %(rate)s fixed, APR %(apr)s, "
        "monthly instalment %(instalment)s, total to pay %(total)s.",
        amount=t.money(offer.schedule.principal_minor, offer.schedule.currency),
        count=cost["count"],
        rate=t.percent(percent_of(offer.nominal_rate)),
        apr=t.percent(offer.apr_percent),
        instalment=t.money(cost["instalment_minor"], offer.schedule.currency),
        total=t.money(cost["total_payable_minor"], offer.schedule.currency),
    )


# loans ---------------------------------------------------------------------------------------------------------------
def owed_minor(row: InstalmentRow) -> int:
    """Return what an instalment asks for, waived cost taken off."""
    return owing.asked(row).total_minor


def loan_rows(rows: Iterable[InstalmentRow]) -> list[View]:
    """Return a loan's instalments with their states."""
    return [
        {
            "number": row.number,
            "due_on": row.due_on,
            "total_minor": owed_minor(row),
            "at_checkout": False,
            "state": row.state,
        }
        for row in rows
    ]


def open_rows(book: LoanBook) -> list[InstalmentRow]:
    """Return the instalments that are still to be paid."""
    return [row for row in book.instalments if row.state in ("scheduled", "collecting", "overdue")]


def next_due(book: LoanBook) -> View | None:
    """Return the next instalment that is neither paid nor being collected."""
    row = next((row for row in book.instalments if row.state in ("scheduled", "overdue")), None)
    if row is None:
        return None
    return {"due_on": row.due_on, "total_minor": owed_minor(row), "overdue": row.state == "overdue"}


def last4(book: LoanBook) -> str:
    """Return the last digits of the saved card, "" if it has none."""
    found = re.search(r"(\d{4})\D*$", book.method.label) if book.method else None
    return found[1] if found else ""


def loan_view(t: Translator, book: LoanBook) -> View:
    """Return one loan of a shopper with its sums, progress and schedule."""
    offer = Offer.from_json(book.checkout.offer or {})
    paid = [row for row in book.instalments if row.state in ("paid", "refunded")]
    goods = [line["name"] for line in book.checkout.cart["lines"] if line["kind"] == "goods"]
    asked = owing.asked_of(book.instalments)
    return {
        "loan_id": book.loan.loan_id,
        "title": goods[0] if goods else wording.plan_title(t, offer.title, count=len(book.instalments)),
        "merchant_name": "",
        "order_ref": book.loan.order_ref,
        "opened_on": book.loan.drawdown_on,
        "currency": book.loan.currency,
        "state": book.loan.state,
        "count": len(book.instalments),
        "instalment_minor": mode(owed_minor(row) for row in book.instalments),
        "paid_count": len(paid),
        "paid_minor": owing.asked_of(paid).total_minor,
        "remaining_minor": owing.asked_of(open_rows(book)).total_minor,
        "total_payable_minor": asked.total_minor,
        "finance_charge_minor": asked.cost_minor,
        "apr_percent": offer.apr_percent,
        "schedule": loan_rows(book.instalments),
    }


def withdrawal_view(book: LoanBook) -> View | None:
    """Return until when the credit may be withdrawn from and where to write; None when over or unknown to the law."""
    house = current.house()
    law = house.countries.get(book.loan.country)
    days = law.find("withdrawal_days", day=book.loan.drawdown_on) if law else None
    if days is None or book.loan.state != "active":
        return None
    until = date.fromordinal(book.loan.drawdown_on.toordinal() + int(days.value))
    if until < house.today(book.loan.time_zone):
        return None
    contact = house.settings.lender_contact
    scheme = "mailto:" if "@" in contact else "tel:"
    return {"until": until, "url": f"{scheme}{contact.replace(' ', '')}"}


def masked_phone(number: str) -> str:
    """Return a phone number of which only the country and the last two digits are seen."""
    return f"{number[:3]} •• •• •• {number[-2:]}"


def percent_of(rate: Decimal) -> Decimal:
    """Return a rate (a fraction) in percent, without the zeros that say nothing: 0.119 is 11.9."""
    return (rate * 100).normalize()
