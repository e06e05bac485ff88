"""What happened, told inside the process: blinker signals, named in the past tense.

A signal is sent only after the commit of what it tells of, so a receiver may read the database but can no longer
prevent anything; work that must not be lost belongs to the outbox's webhooks. A receiver's exception is logged and
stops neither the page nor the other receivers. Every signal's sender is the merchant's id; the one argument is
``payload`` (ids and sums, never personal data).

    from bnpl_plugin.signals import loan_booked

    @loan_booked.connect
    def count(merchant_id, payload):
        ...
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from blinker import NamedSignal, Namespace

_log = logging.getLogger(__name__)
_signals = Namespace()


def named(kind: str) -> NamedSignal:
    """Return the signal of an event kind: ``loan.booked`` is ``loan_booked``; one kind, one signal."""
    return _signals.signal(kind.replace(".", "_"))


checkout_opened = named("checkout.opened")
checkout_plan_chosen = named("checkout.plan_chosen")
checkout_identified = named("checkout.identified")
checkout_held = named("checkout.held")
checkout_signed = named("checkout.signed")
checkout_confirmed = named("checkout.confirmed")
checkout_refused = named("checkout.refused")
checkout_cancelled = named("checkout.cancelled")
checkout_expired = named("checkout.expired")
disclosure_shown = named("disclosure.shown")
credit_approved = named("credit.approved")
credit_referred = named("credit.referred")
credit_declined = named("credit.declined")
credit_reaffirmed = named("credit.reaffirmed")
review_requested = named("review.requested")
review_overdue = named("review.overdue")
review_withdrawn = named("review.withdrawn")
review_closed = named("review.closed")
checkout_ready = named("checkout.ready")
sale_created = named("sale.created")
sale_paused = named("sale.paused")
sale_resumed = named("sale.resumed")
sale_units_added = named("sale.units_added")
sale_capital_added = named("sale.capital_added")
sale_drawn = named("sale.drawn")
sale_ended = named("sale.ended")
sale_units_returned = named("sale.units_returned")
sale_capital_freed = named("sale.capital_freed")
sale_closed = named("sale.closed")
hold_released = named("hold.released")
hold_expired = named("hold.expired")
payment_started = named("payment.started")
payment_card_stored = named("payment.card_stored")
payment_authorised = named("payment.authorised")
payment_declined = named("payment.declined")
payment_unknown = named("payment.unknown")
payment_late = named("payment.late")
payment_voided = named("payment.voided")
payment_refunded = named("payment.refunded")
loan_booked = named("loan.booked")
loan_settled = named("loan.settled")
loan_defaulted = named("loan.defaulted")
loan_reversed = named("loan.reversed")
collection_started = named("collection.started")
instalment_reminded = named("instalment.reminded")
instalment_paid = named("instalment.paid")
instalment_failed = named("instalment.failed")
refund_requested = named("refund.requested")
subsidy_opened = named("subsidy.opened")
subsidy_topped_up = named("subsidy.topped_up")
subsidy_extended = named("subsidy.extended")
subsidy_stopped = named("subsidy.stopped")
subsidy_resumed = named("subsidy.resumed")
subsidy_warned = named("subsidy.warned")
subsidy_used_up = named("subsidy.used_up")
subsidy_ended = named("subsidy.ended")


def send(kind: str, *, merchant_id: str, payload: Mapping[str, Any]) -> int:
    """Tell the receivers of an event kind; to be called after the commit only.

    Args:
        kind: the event's kind, dotted past tense, such as ``loan.booked``.
        merchant_id: the sender; a receiver may subscribe to one merchant alone.
        payload: the event's ids and sums.

    Returns:
        How many receivers took it without an exception.
    """
    told = 0
    for receiver in named(kind).receivers_for(merchant_id):
        try:
            receiver(merchant_id, payload=payload)
        except Exception:  # noqa: BLE001 - whatever a shop's receiver raises, the commit has happened
            _log.exception("a receiver of %s failed", kind)
        else:
            told += 1
    return told
