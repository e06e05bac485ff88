"""What the API tells: records as plain JSON. Integers are minor units, instants RFC 3339 in UTC, no personal data."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from flask import request

from bnpl_plugin.lifecycle import delivery, owing
from bnpl_plugin.lifecycle import prequalification as prequalifications
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.lifecycle.quotation import Quotation
from bnpl_plugin.ports.plan import Offer
from bnpl_plugin.ports.reads import EventRow, LoanRow, Page
from bnpl_plugin.ports.records import Checkout, InstalmentRow, Loan, Merchant, Prequalification
from bnpl_plugin.ports.store import LoanBook

ENTRY = "checkout_entry"
OPEN = ("opened", "referred", "approved", "held", "signed", "authorised")


def instant(at: datetime) -> str:
    """Return an instant as RFC 3339 in UTC."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def checkout(house: House, row: Checkout) -> dict[str, Any]:
    """Return a checkout. ``checkout_url`` is there as long as a shopper can still go on."""
    plan = row.offer["plan_code"] if row.offer else None
    return {
        "id": row.checkout_id,
        "state": row.state,
        "order_ref": row.order_ref,
        "currency": row.currency,
        "total_minor": row.total_minor,
        "country": row.country,
        "locale": row.locale,
        "sale_item_id": row.sale_item_id,
        "units": row.units,
        "checkout_url": checkout_url(house, row) if row.state in OPEN else None,
        "return_url": row.return_url,
        "cancel_url": row.cancel_url,
        "plan_code": plan,
        "loan_id": row.loan_id,
        "reason": row.reason,
        "opened_at": instant(row.opened_at),
        "expires_at": instant(row.expires_at),
    }


def checkout_url(house: House, row: Checkout) -> str:
    """Return the address of our page for a checkout; its token lets one browser in."""
    token = house.seal.sign({"checkout_id": row.checkout_id}, purpose=ENTRY)
    return f"{pages(house)}/checkout/{row.checkout_id}?t={token}"


def pages(house: House) -> str:
    """Return the address below which our pages are, as a shopper's browser reaches them."""
    base = house.settings.public_url or f"{request.host_url.rstrip('/')}{request.script_root}"
    return f"{base}{house.settings.url_prefix}"


def quotation(house: House, found: Quotation, *, locale: str) -> dict[str, Any]:
    """Return offers with their numbers, and why the other plans are not shown."""
    return {
        "country": found.country,
        "offers": [_offer(house, offer, locale=locale) for offer in found.offers],
        "refusals": [
            {"plan_code": no.plan_code, "code": no.code, "details": dict(no.details)} for no in found.refusals
        ],
    }


def _offer(house: House, offer: Offer, *, locale: str) -> dict[str, Any]:
    schedule = offer.schedule
    return {
        "plan_code": offer.plan_code,
        "plan_version": offer.plan_version,
        "kind": str(offer.kind),
        "title": house.translate(locale, offer.title).format(count=offer.count),
        "currency": schedule.currency,
        "principal_minor": schedule.principal_minor,
        "finance_charge_minor": schedule.finance_charge_minor,
        "total_payable_minor": schedule.total_payable_minor,
        "first_minor": offer.first_minor,
        "nominal_rate": str(offer.nominal_rate),
        "apr_percent": str(offer.apr_percent),
        "apr_method": offer.apr_method,
        "mdr_bps": offer.mdr_bps,
        "sample_law": offer.sample_law,
        "subsidised": offer.subsidy_id is not None,
        "instalments": [
            {**row.to_json(), "total_minor": row.total_minor} for row in schedule.instalments
        ],
        "expires_at": instant(offer.expires_at),
    }  # fmt: skip


def prequalification(house: House, row: Prequalification) -> dict[str, Any]:
    """Return a shop's question and its answer: a state and a sum, never why and never more than was asked for."""
    state = prequalifications.state_of(house, row)
    url = f"{pages(house)}/prequalify/{row.prequalification_id}"
    return {
        "id": row.prequalification_id,
        "state": state,
        "country": row.country,
        "currency": row.currency,
        "amount_minor": row.asked_minor or None,
        "up_to_minor": row.up_to_minor if state == "approved" else None,
        "reason": "credit_declined" if state == "rejected" else None,
        "prequalification_url": url if state == "pending" else None,
        "return_url": row.return_url,
        "opened_at": instant(row.opened_at),
        "expires_at": instant(row.expires_at),
    }


def loan(row: LoanRow) -> dict[str, Any]:
    """Return a line of the list of loans."""
    coming = row.next_instalment
    return {
        **_loan(row.loan),
        "instalments": row.instalments,
        "paid_instalments": row.paid_instalments,
        "next_due_on": coming.due_on.isoformat() if coming else None,
    }


def loan_with_schedule(book: LoanBook) -> dict[str, Any]:
    """Return a loan with each instalment and where it stands."""
    return {**_loan(book.loan), "schedule": [_instalment(row) for row in book.instalments]}


def _loan(row: Loan) -> dict[str, Any]:
    return {
        "id": row.loan_id,
        "checkout_id": row.checkout_id,
        "order_ref": row.order_ref,
        "state": row.state,
        "plan_code": row.plan_code,
        "country": row.country,
        "currency": row.currency,
        "principal_minor": row.principal_minor,
        "interest_minor": row.interest_minor,
        "fee_minor": row.fee_minor,
        "mdr_minor": row.mdr_minor,
        "outstanding_minor": row.outstanding_minor,
        "drawdown_on": row.drawdown_on.isoformat(),
        "opened_at": instant(row.opened_at),
    }


def _instalment(row: InstalmentRow) -> dict[str, Any]:
    return {
        "number": row.number,
        "state": row.state,
        "due_on": row.due_on.isoformat(),
        "principal_minor": row.principal_minor,
        "interest_minor": row.interest_minor,
        "fee_minor": row.fee_minor,
        "waived_minor": row.waived_minor,
        "total_minor": owing.asked(row).total_minor,
    }


def event(row: EventRow) -> dict[str, Any]:
    """Return an event exactly as its webhook tells it."""
    told: dict[str, Any] = json.loads(delivery.payload(row))
    return told


def merchant(row: Merchant) -> dict[str, Any]:
    """Return who the key belongs to."""
    return {
        "id": row.merchant_id,
        "name": row.name,
        "mdr_bps": row.mdr_bps,
        "webhook_url": row.webhook_url,
        "created_at": instant(row.created_at),
    }


def page(found: Page, *, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return one page of a list."""
    return {"data": rows, "next_cursor": found.next_cursor}
