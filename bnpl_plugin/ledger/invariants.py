"""What a book of entries must satisfy. Each check returns its findings as data; none is good news."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bnpl_plugin.ledger.accounts import Account
from bnpl_plugin.ledger.journal import JournalEntry, Posting


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken promise.

    Attributes:
        promise: "P1" … "P10".
        subject: which entry, loan or claim.
        fault: what is wrong, in numbers.
    """

    promise: str
    subject: str
    fault: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outstanding:
    """What a loan still owes by the ledger, in minor units of its currency."""

    currency: str
    principal_minor: int = 0
    interest_minor: int = 0
    fee_minor: int = 0

    @property
    def total_minor(self) -> int:
        """All parts."""
        return self.principal_minor + self.interest_minor + self.fee_minor


_RECEIVABLES = (Account.LOAN_PRINCIPAL, Account.LOAN_INTEREST, Account.LOAN_FEE)
_UNEARNED = {Account.LOAN_INTEREST: Account.UNEARNED_INTEREST, Account.LOAN_FEE: Account.UNEARNED_FEE}
_AccountKey = tuple[Account, str, str]


def totals(postings: Iterable[Posting]) -> Mapping[_AccountKey, int]:
    """Return the sum of every (account, owner, currency), debit positive, in minor units; sums of zero included."""
    sums: dict[_AccountKey, int] = {}
    for line in postings:
        key = (Account(line.account), line.owner, line.currency)
        sums[key] = sums.get(key, 0) + line.amount_minor
    return sums


def outstanding(postings: Iterable[Posting]) -> Mapping[str, Outstanding]:
    """Return what every loan still owes (P8), by loan id.

    Raises:
        ValueError: a loan has receivables in two currencies.
    """
    owed: dict[str, tuple[str, dict[Account, int]]] = {}
    for (account, owner, currency), amount in totals(postings).items():
        if account in _RECEIVABLES:
            known, parts = owed.setdefault(owner, (currency, {}))
            if known != currency:
                raise ValueError(f"loan {owner} is owed in {known} and {currency}")
            parts[account] = amount
    return {
        loan: Outstanding(
            currency=currency,
            principal_minor=parts.get(Account.LOAN_PRINCIPAL, 0),
            interest_minor=parts.get(Account.LOAN_INTEREST, 0),
            fee_minor=parts.get(Account.LOAN_FEE, 0),
        )
        for loan, (currency, parts) in owed.items()
    }


def unbalanced(lines: Iterable[tuple[str, str, int]]) -> tuple[Finding, ...]:
    """Find entries that do not balance per currency (P1).

    Args:
        lines: (entry id, currency, signed minor units), as read from a store that may be corrupt.
    """
    sums: dict[tuple[str, str], int] = {}
    for entry_id, currency, amount in lines:
        sums[entry_id, currency] = sums.get((entry_id, currency), 0) + amount
    return tuple(
        Finding("P1", entry_id, f"is out by {rest} {currency}") for (entry_id, currency), rest in sums.items() if rest
    )


def overpaid(postings: Iterable[Posting]) -> tuple[Finding, ...]:
    """Find receivables below zero: more was taken off a loan than was ever put on it (P8)."""
    return tuple(
        Finding("P8", owner, f"{account} stands at {amount} {currency}")
        for (account, owner, currency), amount in totals(postings).items()
        if account in _RECEIVABLES and amount < 0
    )


def unearned_mismatch(postings: Iterable[Posting]) -> tuple[Finding, ...]:
    """Find loans whose open cost is not exactly what is still unearned (P8)."""
    sums = totals(postings)
    findings = []
    for receivable, unearned in _UNEARNED.items():
        keys = {(owner, currency) for account, owner, currency in sums if account in (receivable, unearned)}
        for owner, currency in sorted(keys):
            rest = sums.get((receivable, owner, currency), 0) + sums.get((unearned, owner, currency), 0)
            if rest:
                findings.append(Finding("P8", owner, f"{receivable} and {unearned} differ by {rest} {currency}"))
    return tuple(findings)


def repeated_claims(entries: Iterable[JournalEntry]) -> tuple[Finding, ...]:
    """Find provider claims that more than one entry makes (P7)."""
    claims = Counter(entry.provider_claim for entry in entries if entry.provider_claim is not None)
    return tuple(Finding("P7", claim, f"stands in {count} entries") for claim, count in claims.items() if count > 1)
