"""My plans, one loan, and paying it before its dates. A loan is shown to its shopper alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import g, redirect, request, url_for
from werkzeug.wrappers import Response

from bnpl_plugin.errors import InvalidInput, NotYours, OfferTampered, StateMoved
from bnpl_plugin.lifecycle import early_settlement
from bnpl_plugin.ports.records import Attempt
from bnpl_plugin.ports.store import LoanBook
from bnpl_plugin.web import current, figures, forms, wording
from bnpl_plugin.web.checkout import terms
from bnpl_plugin.web.figures import View
from bnpl_plugin.web.frame import Place, house_place, place_of, render, words_of

PURPOSE = "pay_early"


def plans() -> Response:
    """My plans: what is due next, and how far each loan has come."""
    shopper_id = current.shopper_id()
    if shopper_id is None:
        return redirect(url_for("bnpl.account.sign_in"), 303)
    house = current.house()
    rows = house.reads.loans_of_shopper(shopper_id)
    place = replace(house_place(), country=rows[0].loan.country if rows else "")  # whose law's samples are labelled
    t = words_of(place)
    loans = []
    for row in rows:
        book = house.store.loan_book(row.loan.loan_id)
        if book is not None:
            view = figures.loan_view(t, book)
            link = url_for("bnpl.account.loan", loan_id=row.loan.loan_id)
            loans.append({**view, "merchant_name": row.merchant_name, "next_due": figures.next_due(book), "url": link})
    return render(
        "account/plans.html", place=place, next_due=_very_next(loans), loans=loans,
        credit_line=_line(shopper_id), limit_url=url_for("bnpl.account.limit"),
        sign_out_url=url_for("bnpl.account.sign_out"),
    )  # fmt: skip


def _very_next(loans: list[View]) -> View | None:
    due = [
        {**loan["next_due"], "currency": loan["currency"], "merchant_name": loan["merchant_name"], "url": loan["url"]}
        for loan in loans
        if loan["next_due"]
    ]
    return min(due, key=lambda found: found["due_on"], default=None)


def _line(shopper_id: str) -> View | None:
    found = current.house().store.lines.of_shopper(shopper_id)
    line = next((one for one in found if one.state != "closed" or one.drawn_minor), None)
    if line is None:
        return None
    return {
        "limit_minor": line.limit_minor,
        "drawn_minor": line.drawn_minor,
        "held_minor": line.held_minor,
        "available_minor": line.available_minor,
        "currency": line.currency,
    }


def mine(loan_id: str) -> tuple[LoanBook, Place]:
    """Return a loan of this browser's shopper. Raises ``NotYours`` for any other, as if it did not exist."""
    house = current.house()
    book = house.store.loan_book(loan_id)
    if book is None or book.loan.shopper_id != current.shopper_id():
        raise NotYours
    place = place_of(house.purchase(book.loan.checkout_id))
    place = Place(place.merchant_name, place.order_ref, "", place.country, None, place.time_zone)
    g.bnpl_place = place
    return book, place


def loan(loan_id: str, *, notice: str = "") -> Response:
    """One loan: its schedule, the next charge, what closing it today costs, its papers."""
    if current.shopper_id() is None:
        return redirect(url_for("bnpl.account.sign_in"), 303)
    book, place = mine(loan_id)
    t = words_of(place)
    due, signed = figures.next_due(book), current.house().purchase(book.loan.checkout_id).agreement
    paper = {
        "title": t.gettext("The agreement"), "url": url_for("bnpl.account.agreement", loan_id=loan_id),
        "signed_at": signed.signed_at if signed else None,
    }  # fmt: skip
    return render(
        "account/loan.html", place=place, loan={**figures.loan_view(t, book), "merchant_name": place.merchant_name},
        next_charge={**due, "card_last4": figures.last4(book)} if due else None, settlement=_settlement(book),
        refund=_refund(book), withdrawal=figures.withdrawal_view(book), documents=[paper], tz=place.time_zone,
        pay_url=url_for("bnpl.account.pay", loan_id=loan_id) if due else "", plans_url=url_for("bnpl.account.plans"),
        notice=notice,
    )  # fmt: skip


def _settlement(book: LoanBook) -> View | None:
    house = current.house()
    try:
        found = early_settlement.figure(house, book=book, everything=True)
    except InvalidInput:
        return None
    today = house.today(book.loan.time_zone)
    return {"figure_minor": found.payable_minor, "saved_minor": found.waived_minor, "as_of": today}


def _refund(book: LoanBook) -> View | None:
    refunds = [attempt for attempt in book.attempts if attempt.purpose == "refund"]
    if not refunds:
        return None
    done = all(attempt.state == "captured" for attempt in refunds)
    total_minor = sum(attempt.amount_minor for attempt in refunds)
    return {"state": "refunded" if done else "refunding", "total_minor": total_minor}


def agreement(loan_id: str) -> Response:
    """The signed agreement, to read and print."""
    book, _ = mine(loan_id)
    return terms.agreement_page(current.house().purchase(book.loan.checkout_id))


# paying early --------------------------------------------------------------------------------------------------------
def pay(loan_id: str) -> Response:
    """Offer to pay the next instalment or everything now, and charge the saved card for what was chosen."""
    book, place = mine(loan_id)
    t = words_of(place)
    if request.method == "GET":
        return _ask(book, place)
    found = forms.read(forms.PayForm(), request.form, t=t)
    if found.errors:
        return _ask(book, place, error=next(iter(found.errors.values())), status=422)
    try:
        attempt = _pay(book, choice=found.data["choice"], token=found.data["idempotency_key"])
    except (StateMoved, OfferTampered, InvalidInput):
        return _ask(book, place, error=t.gettext("The sum has changed, or this was paid already. Please look again."),
                    status=409)  # fmt: skip
    if attempt.state == "declined":
        return _ask(book, place, error=wording.declined(t, attempt.decline_code), status=422)
    return redirect(url_for("bnpl.account.loan", loan_id=loan_id), 303)


def _pay(book: LoanBook, *, choice: str, token: str) -> Attempt:
    """Pay what was shown and nothing else: the token names the instalment and the sums, so a double click pays once."""
    house = current.house()
    shown: dict[str, Any] = house.seal.unsign(token, purpose=PURPOSE)
    if shown != _shown(book):
        raise StateMoved(guard="state")
    return early_settlement.pay(
        house, loan_id=book.loan.loan_id, shopper_id=book.loan.shopper_id, everything=choice == "all",
        expected_minor=int(shown[choice]),
    )  # fmt: skip


def _shown(book: LoanBook) -> dict[str, Any]:
    house = current.house()
    one = early_settlement.figure(house, book=book, everything=False)
    every = early_settlement.figure(house, book=book, everything=True)
    return {
        "loan_id": book.loan.loan_id,
        "number": one.rows[0].number,
        "next": one.payable_minor,
        "all": every.payable_minor,
    }


def _ask(book: LoanBook, place: Place, *, error: str = "", status: int = 200) -> Response:
    house, t = current.house(), words_of(place)
    book = house.store.loan_book(book.loan.loan_id) or book
    loan_url = url_for("bnpl.account.loan", loan_id=book.loan.loan_id)
    if not figures.next_due(book):
        return redirect(loan_url, 303)
    every = early_settlement.figure(house, book=book, everything=True)
    shown = _shown(book)
    one = {"value": "next", "total_minor": shown["next"], "saved_minor": 0, "due_on": every.rows[0].due_on}
    whole = {"value": "all", "total_minor": shown["all"], "saved_minor": every.waived_minor, "due_on": None}
    card = {"brand": book.method.label.split(" ")[0], "last4": figures.last4(book)} if book.method else None
    return render(
        "account/pay.html", place=place, status=status, loan=figures.loan_view(t, book),
        choices=[one, whole] if len(every.rows) > 1 else [whole], card=card, error=error,
        action_url=url_for("bnpl.account.pay", loan_id=book.loan.loan_id), loan_url=loan_url,
        idempotency_key=house.seal.sign(shown, purpose=PURPOSE),
    )  # fmt: skip
