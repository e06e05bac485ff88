"""What closes a loan whose interest follows the balance: principal and the interest earned to the day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bnpl_plugin.credit.servicing.account import LoanAccount
from bnpl_plugin.credit.servicing.interest.standing import caught_up, payable_on
from bnpl_plugin.credit.servicing.parts import Parts
from bnpl_plugin.credit.servicing.position.row import Row
from bnpl_plugin.credit.servicing.replay import replay


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoffQuote:
    """What closes a loan on a day.

    Attributes:
        on: the day for which it holds.
        rows: as they are payable on the day.
        parts: what is to be paid.
        dropped: the cost that would have fallen due later and will never be asked for.
    """

    on: date
    rows: tuple[Row, ...]
    parts: Parts
    dropped: Parts

    @property
    def principal_minor(self) -> int:
        """The principal in it."""
        return self.parts.principal_minor

    @property
    def total_minor(self) -> int:
        """What the shopper pays to be free."""
        return self.parts.total_minor


def payoff_quote(account: LoanAccount, *, on: date) -> PayoffQuote:
    """Return what closes a loan on a day, after all that has happened to it by then.

    Interest runs to the day, or to the due date of the row of the day, as the policy's terms say; a loan whose
    interest is fixed by its schedule is asked for all of it here (see `early_settlement` for the lawful reduction).

    Args:
        account: the loan.
        on: the day of the payment.
    """
    standing = replay(account, as_of=on)
    payable = payable_on(standing, on=on, policy=account.policy)
    later = caught_up(standing, on=on, policy=account.policy).still_open
    parts = payable.still_open
    dropped = Parts(0, later.interest_minor - parts.interest_minor, 0, 0)
    return PayoffQuote(on=on, rows=payable.rows, parts=parts, dropped=dropped)
