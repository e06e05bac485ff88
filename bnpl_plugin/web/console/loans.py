"""The list of loans, and one loan with everything that happened to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from bnpl_plugin.credit.states import LoanState
from bnpl_plugin.errors import NotYours, OfferTampered
from bnpl_plugin.lifecycle import refund, workings
from bnpl_plugin.ports.plan import Offer
from bnpl_plugin.ports.reads import EventRow, LoanRow, PostingRow
from bnpl_plugin.ports.records import Decision
from bnpl_plugin.ports.store import LoanBook, Purchase
from bnpl_plugin.web import current, figures, wording
from bnpl_plugin.web.console.doors import page
from bnpl_plugin.web.figures import View
from bnpl_plugin.web.frame import house_place, words_of
from bnpl_plugin.web.locale import Translator

PURPOSE = "refund"


def index() -> Response:
    """The list, newest first, by state and merchant; the rest of the filters narrow the page that was read."""
    reads = current.house().reads
    asked = {name: request.args.get(name, "").strip()[:120] for name in ("state", "merchant", "order_ref", "cursor")}
    overdue = request.args.get("overdue") == "yes"
    found = reads.loans(
        merchant_id=asked["merchant"] or None, state=asked["state"] if asked["state"] in list(LoanState) else None,
        cursor=asked["cursor"] or None,
    )  # fmt: skip
    rows = [_line(row) for row in found.rows]
    kept = [row for row in rows if asked["order_ref"] in row["order_ref"] and (not overdue or row["days_past_due"])]
    here: dict[str, Any] = {name: asked[name] for name in ("state", "merchant", "order_ref") if asked[name]}
    merchants = {row.loan.merchant_id: row.merchant_name for row in found.rows}
    return page(
        "loans", filters={**asked, "overdue": overdue}, states=[str(state) for state in LoanState], loans=kept,
        merchants=[{"merchant_id": key, "name": name} for key, name in merchants.items()], totals=_totals(found.rows),
        first_url=url_for("bnpl.console.loans", **here) if asked["cursor"] else "",
        next_url=url_for("bnpl.console.loans", **here, cursor=found.next_cursor) if found.next_cursor else "",
        action_url=url_for("bnpl.console.loans"),
    )  # fmt: skip


def _days_past_due(row: LoanRow) -> int:
    due = row.next_instalment
    if due is None or due.state != "overdue":
        return 0
    return max(0, (current.house().today(row.loan.time_zone) - due.due_on).days)


def _line(row: LoanRow) -> View:
    loan, due = row.loan, row.next_instalment
    return {
        "loan_id": loan.loan_id,
        "shopper_ref": loan.shopper_id,
        "merchant_name": row.merchant_name,
        "order_ref": loan.order_ref,
        "plan_name": loan.plan_code,
        "opened_at": loan.opened_at,
        "currency": loan.currency,
        "principal_minor": loan.principal_minor,
        "outstanding_minor": loan.outstanding_minor,
        "state": loan.state,
        "days_past_due": _days_past_due(row),
        "next_due": {"due_on": due.due_on, "total_minor": figures.owed_minor(due)} if due else None,
        "url": url_for("bnpl.console.loan", loan_id=loan.loan_id),
    }


def _totals(rows: Iterable[LoanRow]) -> list[View]:
    """Return the sums of the loans listed, per currency."""
    found: dict[str, View] = {}
    for row in rows:
        total = found.setdefault(
            row.loan.currency, {"currency": row.loan.currency, "loans": 0, "outstanding_minor": 0, "overdue_minor": 0}
        )
        total["loans"] += 1
        total["outstanding_minor"] += row.loan.outstanding_minor
        if row.next_instalment is not None and row.next_instalment.state == "overdue":
            total["overdue_minor"] += figures.owed_minor(row.next_instalment)
    return list(found.values())


# one loan ------------------------------------------------------------------------------------------------------------
def loan(loan_id: str, *, error: str = "", status: int = 200) -> Response:
    """One loan: timeline, postings, decision, schedule, and its undoing."""
    house = current.house()
    book = house.store.loan_book(loan_id)
    if book is None:
        raise NotYours
    purchase = house.purchase(book.loan.checkout_id)
    t = words_of(house_place())
    notice = t.gettext("The refund is under way.") if request.args.get("asked") == "refund" else ""
    return page(
        "loan", status=status, loan=_facts(t, book, purchase), decision=_decision(t, purchase.decision), error=error,
        timeline=_timeline(t, house.reads.events(book.loan.checkout_id)), refund=_refundable(book), notice=notice,
        entries=_entries(house.reads.postings_of_loan(loan_id)),
    )  # fmt: skip


def working(loan_id: str) -> Response:
    """How the schedule and the APR of a loan were computed, line by line."""
    found = workings.workings_of(current.house(), loan_id=loan_id)
    return page(
        "working", title=found.loan.order_ref, loan_url=url_for("bnpl.console.loan", loan_id=loan_id),
        workings=[shown.to_json() for shown in found.workings],
    )  # fmt: skip


def _facts(t: Translator, book: LoanBook, purchase: Purchase) -> View:
    loan, offer = book.loan, Offer.from_json(book.checkout.offer or {})
    return {
        **figures.loan_view(t, book),
        "shopper_ref": loan.shopper_id,
        "shopper_url": url_for("bnpl.console.line", shopper_id=loan.shopper_id),
        "merchant_name": purchase.merchant.name,
        "plan_name": wording.plan_title(t, offer.title, count=len(book.instalments)),
        "pool_name": loan.pool_id,
        "opened_at": loan.opened_at,
        "principal_minor": loan.principal_minor,
        "outstanding_minor": loan.outstanding_minor,
        "agreement_hash": purchase.agreement.sha256 if purchase.agreement else "",
        "agreement_url": "",
        "working_url": url_for("bnpl.console.working", loan_id=loan.loan_id),
    }


def _decision(t: Translator, made: Decision | None) -> View | None:
    if made is None:
        return None
    house = current.house()
    return {
        "outcome": made.outcome,
        "rating": made.rating,
        "policy_version": made.policy_version,
        "decided_at": made.decided_at,
        "reasons": [{"code": code, "text": t.gettext(house.reason(code) or code)} for code in made.reasons["codes"]],
        "inputs": [{"name": name, "value": str(value)} for name, value in made.inputs.items()],
    }


def _timeline(t: Translator, events: Sequence[EventRow]) -> list[View]:
    return [_happened(t, event) for event in events]


def _happened(t: Translator, event: EventRow) -> View:
    kind, title = wording.EVENTS.get(event.kind, ("event", event.kind))
    hidden = ("checkout_id", "order_ref")
    details = [{"name": name, "value": _plain(value)} for name, value in event.payload.items() if name not in hidden]
    return {
        "at": event.at,
        "kind": kind,
        "title": t.gettext(title),
        "text": "",
        "actor": event.kind,
        "details": details,
    }


def _plain(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def _entries(postings: Sequence[PostingRow]) -> list[View]:
    """Return the postings by entry, in the order in which they were booked."""
    found = []
    for entry_id, group in groupby(postings, key=lambda posting: posting.entry_id):
        rows = list(group)
        head = rows[0]
        found.append(
            {
                "entry_id": entry_id,
                "kind": head.kind,
                "value_date": head.value_date,
                "booked_at": head.booked_at,
                "provider_claim": head.provider_claim or "",
                "reverses": "",
                "postings": [
                    {"account": p.account, "owner": p.owner, "amount_minor": p.amount_minor, "currency": p.currency}
                    for p in rows
                ],
            }
        )
    return found


# undoing -------------------------------------------------------------------------------------------------------------
def _refundable(book: LoanBook) -> View | None:
    if book.loan.state not in refund.UNDOABLE:
        return None
    captured = [a for a in book.attempts if a.state == "captured" and a.purpose != "refund"]
    loan_id = book.loan.loan_id
    return {
        "url": url_for("bnpl.console.refund", loan_id=loan_id),
        "total_minor": sum(attempt.amount_minor for attempt in captured),
        "idempotency_key": current.house().seal.sign({"loan_id": loan_id}, purpose=PURPOSE),
    }


def give_back(loan_id: str) -> BaseResponse:
    """Undo a loan in full; asked twice it is done once."""
    house, t = current.house(), words_of(house_place())
    try:
        meant = house.seal.unsign(request.form.get("idempotency_key", ""), purpose=PURPOSE).get("loan_id") == loan_id
    except OfferTampered:
        meant = False
    if not meant or request.form.get("sure") != "yes":
        return loan(loan_id, error=t.gettext("Please tick the box if you are sure."), status=422)
    refund.request(house, loan_id=loan_id, reason="operator")
    return redirect(url_for("bnpl.console.loan", loan_id=loan_id, asked="refund"), 303)
