"""Loans behind a merchant's orders: their schedules, and a purchase undone in full."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Response

from bnpl_plugin.errors import NotYours
from bnpl_plugin.lifecycle import idempotency, refund
from bnpl_plugin.lifecycle.idempotency import Answer
from bnpl_plugin.ports.store import LoanBook
from bnpl_plugin.web.api import answers, requests
from bnpl_plugin.web.api.resources.checkouts import replayable
from bnpl_plugin.web.api.schemas import LoanQuery, RefundRequest

_LOAN_QUERY: Final = LoanQuery()
_REFUND_REQUEST: Final = RefundRequest()


def _own(loan_id: str) -> LoanBook:
    book = requests.house().store.loan_book(requests.ident(loan_id))
    if book is None or book.loan.merchant_id != requests.merchant().merchant_id:
        raise NotYours
    return book


def one(loan_id: str) -> dict[str, Any]:
    """Answer ``GET /loans/{id}``."""
    return answers.loan_with_schedule(_own(loan_id))


def listed() -> dict[str, Any]:
    """Answer ``GET /loans``."""
    asked = requests.read_query(_LOAN_QUERY)
    found = requests.house().reads.loans(merchant_id=requests.merchant().merchant_id, **asked)
    return answers.page(found, rows=[answers.loan(row) for row in found.rows])


def undo(loan_id: str) -> Response:
    """Answer ``POST /loans/{id}/refunds``: 200 when undone, 202 while a payment under way must end first."""
    house = requests.house()
    own = _own(loan_id).loan
    body = requests.read_body()
    claim = requests.read_claim(body)
    asked = requests.load(_REFUND_REQUEST, body.data)

    def work(found_id: str) -> Answer:
        state = refund.request(house, loan_id=found_id, reason=asked["reason"], merchant_id=own.merchant_id)
        told = {"loan_id": found_id, "order_ref": own.order_ref, "state": state, "reason": asked["reason"]}
        return Answer(200 if state == "reversed" else 202, told)

    return replayable(idempotency.once(house, claim=claim, resource_id=own.loan_id, work=work))


def put_on(blueprint: Blueprint) -> None:
    """Add the routes."""
    blueprint.add_url_rule("/loans", "loans", listed)
    blueprint.add_url_rule("/loans/<loan_id>", "loan", one)
    blueprint.add_url_rule("/loans/<loan_id>/refunds", "refund_loan", undo, methods=["POST"])
