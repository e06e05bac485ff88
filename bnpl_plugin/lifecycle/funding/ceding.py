"""What of a shopper's payment, or of a loan undone, is the funder's: the entries that come beside the loan's own.

Fees are the servicer's and stay ours. Nothing of this is seen by the shopper, who owes and pays as before.
"""

from __future__ import annotations

from datetime import date

from bnpl_plugin.credit.servicing.parts import Parts
from bnpl_plugin.ledger.capital_postings import funder_share_collected, funder_share_returned
from bnpl_plugin.ledger.journal import JournalEntry
from bnpl_plugin.lifecycle.funding.exposure import WHOLE_BPS, funder_part
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.money import divide
from bnpl_plugin.ports.records import Loan


def collected(house: House, loan: Loan, *, paid: Parts, value_date: date) -> tuple[JournalEntry, ...]:
    """Return the entry of the funder's part of a payment, none if nothing of it is the funder's.

    Principal and interest are shared as the loan stood before the payment; what we keep of the interest for servicing
    is the funder's ``servicing_bps`` of its part. Each is rounded half up.
    """
    if loan.funder_id is None or not loan.funder_minor:
        return ()
    funder = house.store.treasury.funder(loan.funder_id)
    principal = funder_part(loan, principal_minor=paid.principal_minor)
    interest = funder_part(loan, principal_minor=paid.interest_minor)
    if not principal and not interest:
        return ()
    return (
        funder_share_collected(
            house.head(shopper_id=loan.shopper_id, value_date=value_date),
            loan_id=loan.loan_id,
            funder_id=loan.funder_id,
            currency=loan.currency,
            principal_minor=principal,
            interest_minor=interest,
            servicing_minor=divide(interest * (funder.servicing_bps if funder else 0), by=WHOLE_BPS),
        ),
    )


def returned(house: House, loan: Loan, *, value_date: date) -> tuple[JournalEntry, ...]:
    """Return the entry that gives a funder its principal of a loan undone, and takes back the interest it had of it."""
    if loan.funder_id is None:
        return ()
    interest, servicing = house.store.treasury.ceded_interest(loan.loan_id, funder_id=loan.funder_id)
    if not loan.funder_minor and not interest:
        return ()
    return (
        funder_share_returned(
            house.head(shopper_id=loan.shopper_id, value_date=value_date),
            loan_id=loan.loan_id,
            funder_id=loan.funder_id,
            currency=loan.currency,
            principal_minor=loan.funder_minor,
            interest_minor=interest,
            servicing_minor=servicing,
        ),
    )
