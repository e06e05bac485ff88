"""Interest."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from bnpl_plugin.credit.servicing.policy import ServicingPolicy
from bnpl_plugin.credit.servicing.position.loan import LoanPosition


def caught_up(position: LoanPosition, *, on: date, policy: ServicingPolicy) -> LoanPosition:
    return position


def payable_on(position: LoanPosition, *, on: date, policy: ServicingPolicy) -> LoanPosition:
    return position


def drawn_with_interest(
    position: LoanPosition, *, amount_minor: int, from_row: int, on: date, policy: ServicingPolicy
) -> LoanPosition:
    return position


def rate_changed(
    position: LoanPosition, *, from_row: int, annual_rate: Decimal, on: date, policy: ServicingPolicy
) -> LoanPosition:
    return position
