"""Disputes (chargebacks): opened by the issuer, answered with evidence, won or lost.

Source: https://docs.stripe.com/disputes and https://docs.stripe.com/api/disputes.
"""

from .book import Book, Call
from .errors import invalid
from .forms import Json, flag, merged_metadata

ANSWERABLE = ("needs_response", "warning_needs_response")
ANSWER_SECONDS = 9 * 86_400


def open_on(book: Book, *, charge: Json, reason: str, amount: int) -> Json:
    """Open a dispute on a captured charge; the disputed sum is withdrawn at once.

    Source: https://docs.stripe.com/disputes/how-disputes-work.
    """
    if not charge["captured"]:
        raise invalid("Only a captured charge can be disputed.", param="charge")
    dispute = book.add(
        "dispute",
        values={
            "amount": amount,
            "balance_transactions": [],
            "charge": charge["id"],
            "currency": charge["currency"],
            "evidence": {},
            "evidence_details": {"due_by": book.now() + ANSWER_SECONDS, "has_evidence": False, "submission_count": 0},
            "is_charge_refundable": False,
            "payment_intent": charge["payment_intent"],
            "reason": reason,
            "status": "needs_response",
        },
    )
    charge["disputed"] = True
    book.emit("charge.dispute.created", about=dispute)
    book.emit("charge.dispute.funds_withdrawn", about=dispute)
    return dispute


def retrieve(call: Call) -> Json:
    """Return one dispute."""
    return call.book.get("dispute", ident=call.ident)


def update(call: Call) -> Json:
    """Add evidence; `submit`, which is true unless said otherwise, sends it to the issuer.

    Source: https://docs.stripe.com/api/disputes/update, https://docs.stripe.com/testing#disputes (two words of evidence
    decide a test dispute at once).
    """
    dispute = retrieve(call)
    if dispute["status"] not in ANSWERABLE:
        raise invalid(f"This dispute has a status of {dispute['status']}.", param="dispute")
    evidence = call.params.get("evidence") or {}
    dispute["evidence"] |= evidence
    dispute["metadata"] = merged_metadata(dispute["metadata"], params=call.params)
    dispute["evidence_details"]["has_evidence"] = bool(dispute["evidence"])
    if evidence and flag(call.params, "submit", default=True):
        dispute["evidence_details"]["submission_count"] += 1
        dispute["status"] = "under_review"
    call.book.emit("charge.dispute.updated", about=dispute)
    if dispute["status"] == "under_review":
        said = dispute["evidence"].get("uncategorized_text")
        if said in {"winning_evidence", "losing_evidence"}:
            decide(call.book, dispute=dispute, won=said == "winning_evidence")
    return dispute


def close(call: Call) -> Json:
    """Accept the dispute: it is lost, for good (https://docs.stripe.com/api/disputes/close)."""
    dispute = retrieve(call)
    decide(call.book, dispute=dispute, won=False)
    return dispute


def decide(book: Book, *, dispute: Json, won: bool) -> None:
    """Let the issuer decide; a won dispute returns the money."""
    if dispute["status"] in {"won", "lost"}:
        raise invalid(f"This dispute is already {dispute['status']}.", param="dispute")
    dispute["status"] = "won" if won else "lost"
    book.emit("charge.dispute.closed", about=dispute)
    if won:
        book.emit("charge.dispute.funds_reinstated", about=dispute)
