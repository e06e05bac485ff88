"""The treasurer of a simulated lender: borrows once, sells loans at each month's end, buys some back, settles."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from bnpl_plugin.errors import BnplError
from bnpl_plugin.lifecycle.funding import borrowings, funders, loan_sales
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.money import divide
from bnpl_plugin.ports.records import CapitalPool, Funder

#: Hundredths of a percent: of what is lent, sold at each month's end; the price; of a sale, bought back in each third
#: month; of what is available, borrowed in the first.
SOLD, PRICE, BOUGHT_BACK, BORROWED = 1_000, 9_950, 1_000, 500
RATE_BPS, TERM, SERVICING_BPS = 350, timedelta(days=720), 500


class Treasury:
    """Acts on the last day of each month through the house's own use cases; what is refused is counted by its code.

    Args:
        house: the simulation's.
    """

    def __init__(self, house: House) -> None:
        self._house = house
        self._funder: Funder | None = None
        self._months = 0

    def end_month(self, *, today: date, counts: Counter[str], refusals: Counter[str]) -> None:
        """Do what a month's end asks for, in every pool.

        Args:
            today: the month's last day.
            counts: the month's: gets borrowings, loans_sold, loans_bought_back, remittances.
            refusals: the month's, by code.
        """
        if self._funder is None:
            self._funder = funders.register(self._house, name="Funder of the simulation", servicing_bps=SERVICING_BPS)
        for pool in self._house.reads.pools():
            for deed in (self._borrow, self._sell, self._buy_back, self._settle):
                try:
                    deed(pool, self._funder, today=today, counts=counts)
                except BnplError as refusal:
                    refusals[refusal.code] += 1
        self._months += 1

    def _borrow(self, pool: CapitalPool, funder: Funder, *, today: date, counts: Counter[str]) -> None:
        principal_minor = divide(pool.available_minor * BORROWED, by=10_000)
        if self._months == 0 and principal_minor:
            borrowings.take(
                self._house, pool_id=pool.pool_id, funder_id=funder.funder_id, kind="standardised",
                principal_minor=principal_minor, nominal_rate_bps=RATE_BPS, due_on=today + TERM,
                unbounded="" if pool.currency == "CNY" else "a simulation, where no ceiling is known",
            )  # fmt: skip
            counts["borrowings"] += 1

    def _sell(self, pool: CapitalPool, funder: Funder, *, today: date, counts: Counter[str]) -> None:
        target_minor = divide(pool.outstanding_minor * SOLD, by=10_000)
        if target_minor:
            sale = loan_sales.sell(
                self._house, pool_id=pool.pool_id, funder_id=funder.funder_id, price_bps=PRICE, value_on=today,
                target_minor=target_minor,
            )  # fmt: skip
            counts["loans_sold"] += sale.loans

    def _buy_back(self, pool: CapitalPool, funder: Funder, *, today: date, counts: Counter[str]) -> None:
        target_minor = divide(pool.outstanding_minor * SOLD * BOUGHT_BACK, by=10_000**2)
        if self._months % 3 == 2 and target_minor:
            bought = loan_sales.buy_back(
                self._house, pool_id=pool.pool_id, funder_id=funder.funder_id, price_bps=PRICE, value_on=today,
                target_minor=target_minor,
            )  # fmt: skip
            counts["loans_bought_back"] += bought.loans

    def _settle(self, pool: CapitalPool, funder: Funder, *, today: date, counts: Counter[str]) -> None:
        owed = funders.account(self._house, funder_id=funder.funder_id, currency=pool.currency)
        if owed.owed_minor:
            funders.remit(
                self._house, funder_id=funder.funder_id, currency=pool.currency, bank_ref=f"settlement {today}"
            )
            counts["remittances"] += 1
