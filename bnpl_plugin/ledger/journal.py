"""The journal entry: it balances per currency or it does not exist (P1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from bnpl_plugin.errors import LedgerImbalance
from bnpl_plugin.ledger.accounts import CHART, Account
from bnpl_plugin.money import MAX_MINOR
from bnpl_plugin.money.currency import MINOR_UNITS


@dataclass(frozen=True, slots=True)
class Posting:
    """One line of an entry.

    Args:
        account: code of the chart.
        owner: the loan, merchant, pool or provider, opaque; "" for the house.
        amount_minor: debit positive, credit negative, never zero, in minor units of the currency.
        currency: ISO 4217 code.

    Raises:
        LedgerImbalance: nothing is posted, or not to an account of the chart.
    """

    account: Account
    owner: str
    amount_minor: int
    currency: str

    def __post_init__(self) -> None:
        if self.account not in CHART:
            raise LedgerImbalance(f"no account {self.account}")
        if type(self.amount_minor) is not int or not 0 < abs(self.amount_minor) <= MAX_MINOR:
            raise LedgerImbalance(f"{self.account} posts {self.amount_minor!r}")
        if self.currency not in MINOR_UNITS:
            raise LedgerImbalance(f"{self.account} posts in {self.currency!r}")


_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """One business event in the books, never edited.

    Args:
        entry_id: made by the caller.
        shopper_id: the opaque shopper, "" for the house.
        kind: which business event (a value of `postings.EntryKind`).
        value_date: the economic date.
        booked_at: the aware instant of booking.
        loan_id: the loan it belongs to, if any.
        provider_claim: "provider:object:reference", unique over the whole ledger (P7), if money moved at a provider.
        reverses: the entry that this one corrects, if any.
        details: plain values that explain the entry.
        postings: two or more lines that sum to zero per currency.

    Raises:
        LedgerImbalance: names the currency and the difference.
    """

    entry_id: str
    kind: str
    value_date: date
    booked_at: datetime
    postings: tuple[Posting, ...]
    shopper_id: str = ""
    loan_id: str | None = None
    provider_claim: str | None = None
    reverses: str | None = None
    details: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)

    def __post_init__(self) -> None:
        if not self.entry_id:
            raise LedgerImbalance("an entry without an id")
        if self.booked_at.tzinfo is None:
            raise LedgerImbalance(f"entry {self.entry_id} is booked at a naive instant")
        if len(self.postings) < 2:
            raise LedgerImbalance(f"entry {self.entry_id} has {len(self.postings)} postings")
        sums: dict[str, int] = {}
        for posting in self.postings:
            sums[posting.currency] = sums.get(posting.currency, 0) + posting.amount_minor
        for currency, rest in sums.items():
            if rest:
                raise LedgerImbalance(f"entry {self.entry_id} is out by {rest} {currency}")
