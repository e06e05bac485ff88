"""The working behind a loan: its schedule and its APR computed anew and laid open."""

from __future__ import annotations

from dataclasses import dataclass

from bnpl_plugin.credit.amortisation import build_schedule
from bnpl_plugin.credit.apr import apr_by
from bnpl_plugin.credit.terms import LoanTerms
from bnpl_plugin.credit.workings import Working, apr_working, schedule_working
from bnpl_plugin.errors import NotYours
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.money.amount import Money
from bnpl_plugin.ports.plan import Offer
from bnpl_plugin.ports.records import Loan


@dataclass(frozen=True, slots=True)
class LoanWorkings:
    """The workings of one loan, as it was signed."""

    loan: Loan
    workings: tuple[Working, ...]


def workings_of(house: House, *, loan_id: str) -> LoanWorkings:
    """Return the workings of the offer that a loan's shopper signed. Raises ``NotYours`` if there is no such loan."""
    book = house.store.loan_book(loan_id)
    agreement = house.purchase(book.loan.checkout_id).agreement if book else None
    if book is None or agreement is None:
        raise NotYours
    return LoanWorkings(book.loan, _of_offer(house, offer=Offer.from_json(agreement.body["offer"])))


def _of_offer(house: House, *, offer: Offer) -> tuple[Working, ...]:
    """Return how an offer's schedule follows from its terms, and its APR from the schedule.

    A schedule whose plan is no longer on sale in the version that was signed stands as signed; only its APR is shown.
    Raises ``UnsupportedCountry``.
    """
    apr = apr_by(house.country(offer.country).apr_method)(offer.schedule)
    shown = apr_working(apr, currency=offer.schedule.currency)
    terms = _terms(house, offer)
    return (shown,) if terms is None else (schedule_working(terms), shown)


def _terms(house: House, offer: Offer) -> LoanTerms | None:
    """Return the terms that make exactly the offer's schedule, or None."""
    plan, schedule = house.plans.get(offer.plan_code), offer.schedule
    if plan is None or plan.version != offer.plan_version:
        return None
    if offer.down_payment_minor:
        plan = plan.paying_down(offer.down_payment_minor)
    principal = Money(schedule.principal_minor, schedule.currency)
    terms = plan.terms(  # at the price that was signed: the plan's own, a policy's, or one that a budget paid for
        principal=principal, start_on=schedule.drawdown_on, rating=None, nominal_rate=offer.nominal_rate
    )
    return terms if build_schedule(terms) == schedule else None
