"""Published journal lines: the engine's transactions, booked by the ledger's posting functions, in Fineract's accounts.

The map of accounts is many to one on both sides: Fineract keeps no unearned cost, and charges losses by fraud apart
although its events do not tell of fraud.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from bnpl_plugin.credit.servicing.position.transaction import Transaction, TransactionKind
from bnpl_plugin.ledger import Account, JournalEntry, Posting, postings
from bnpl_plugin.ledger import servicing_postings as booked
from bnpl_plugin.ledger.entries import EntryHead, fees_of
from bnpl_plugin.ledger.servicing_postings import Claim
from tests.golden.case import Case, Check, OutOfScope
from tests.golden.subjects.fineract.life import FineractLife
from tests.golden.subjects.fineract.loan import cents

_OURS = {
    Account.LOAN_PRINCIPAL: "Loans Receivable",
    Account.LOAN_INTEREST: "Interest/Fee Receivable",
    Account.LOAN_FEE: "Interest/Fee Receivable",
    Account.UNEARNED_INTEREST: "Interest/Fee Receivable",
    Account.UNEARNED_FEE: "Interest/Fee Receivable",
    Account.INTEREST_INCOME: "Interest Income",
    Account.FEE_INCOME: "Fee Income",
    Account.MERCHANT_PAYABLE: "Suspense/Clearing account",
    Account.PROVIDER_CLEARING: "Suspense/Clearing account",
    Account.SHOPPER_REFUND_PAYABLE: "Overpayment account",
    Account.CREDIT_LOSS: "Credit Loss/Bad Debt",
    Account.INTEREST_GIVEN_UP: "Interest Income Charge Off",
    Account.FEE_GIVEN_UP: "Fee Charge Off",
    Account.GOODWILL_EXPENSE: "Goodwill Expense Account",
    Account.RECOVERY_INCOME: "Recoveries",
}
_THEIRS = {
    "Credit Loss/Bad Debt-Fraud": "Credit Loss/Bad Debt",
    "Interest Receivable": "Interest/Fee Receivable",
    "Penalty Receivable": "Interest/Fee Receivable",
    "Penalty Income": "Fee Income",
    "Penalty Charge Off": "Fee Charge Off",
}
_KINDS = {
    "DISBURSEMENT": TransactionKind.DRAWDOWN,
    "DOWN_PAYMENT": TransactionKind.DOWN_PAYMENT,
    "REPAYMENT": TransactionKind.REPAYMENT,
    "MERCHANT_ISSUED_REFUND": TransactionKind.MERCHANT_REFUND,
    "PAYOUT_REFUND": TransactionKind.PAYOUT_REFUND,
    "GOODWILL_CREDIT": TransactionKind.GOODWILL_CREDIT,
    "CHARGEBACK": TransactionKind.CHARGEBACK,
    "CREDIT_BALANCE_REFUND": TransactionKind.CREDIT_BALANCE_REFUND,
    "CHARGE_OFF": TransactionKind.CHARGE_OFF,
    "ACCRUAL": TransactionKind.ACCRUAL,
    "CHARGE_ADJUSTMENT": TransactionKind.CHARGE_ADJUSTMENT,
}
_LOAN = {"loan_id": "loan", "currency": "EUR"}
_AT = {**_LOAN, "provider": "provider"}
_Lines = Counter[tuple[str, str, Decimal]]


class _Entry(NamedTuple):
    """A booked transaction in Fineract's accounts: its lines, and the same without those of its reversal."""

    kind: TransactionKind
    on: str
    lines: _Lines
    before_reversal: _Lines


def fineract_journal(case: Case) -> Iterator[Check]:
    """Every line of every published entry, summed by account and side.

    A reversed entry is published with the lines of its reversal or without them.
    """
    life = FineractLife(case.inputs)
    left: dict[int, list[_Entry]] = {}
    for told in case.expected["entries"]:
        got = left.setdefault(told["after_event"], list(_entries(life, told["after_event"])))
        expected = _published(told["lines"])
        kind = _KINDS.get(told["transaction"])
        if kind is None:
            raise OutOfScope(f"an entry that the product does not book: {told['transaction']}")
        same = [entry for entry in got if entry.kind is kind and entry.on == told["date"]]
        found = next((entry for entry in same if expected in (entry.lines, entry.before_reversal)), None)
        shown = found or (same[0] if same else None)
        name = f"after {told['after_event']}: {told['transaction']} {told['date']}"
        yield Check(name, _shown(expected), _shown(expected if found else shown.lines) if shown else "no such entry")
        if shown:
            got.remove(shown)


def _entries(life: FineractLife, seq: int) -> Iterator[_Entry]:
    reversed_ids = life.reversed_ids(seq)
    charged_off_on: date | None = None
    for done in life.in_recorded_order(seq):
        claim = Claim.CHARGED_OFF if charged_off_on and done.on >= charged_off_on else Claim.ON_BOOKS
        entry = _booked(done, claim=claim)
        if done.kind is TransactionKind.CHARGE_OFF and done.event_id not in reversed_ids:
            charged_off_on = done.on
        if entry is None:
            continue
        lines = before = _fineract(entry.postings)
        if done.event_id in reversed_ids:
            undone = postings.correction(_head(done, "reversal"), of=entry, reason="reversed")
            lines = _fineract((*entry.postings, *undone.postings))
        yield _Entry(done.kind, str(done.on), lines, before)


def _booked(done: Transaction, *, claim: Claim) -> JournalEntry | None:
    head, parts, over = _head(done), done.parts, done.overpayment_minor
    match done.kind:
        case TransactionKind.DRAWDOWN:
            amount = done.amount_minor
            return postings.drawdown(head, loan_id="loan", merchant_id="shop", currency="EUR", principal_minor=amount)
        case TransactionKind.REPAYMENT | TransactionKind.DOWN_PAYMENT if claim is Claim.CHARGED_OFF:
            return booked.recovered(head, **_AT, recovered_minor=parts.total_minor, overpayment_minor=over)
        case TransactionKind.REPAYMENT | TransactionKind.DOWN_PAYMENT:
            return booked.payment_received(head, **_AT, paid=parts, overpayment_minor=over)
        case TransactionKind.MERCHANT_REFUND | TransactionKind.PAYOUT_REFUND:
            return booked.merchant_refunded(
                head, **_LOAN, merchant_id="shop", credited=parts, overpayment_minor=over, claim=claim
            )
        case TransactionKind.GOODWILL_CREDIT:
            return booked.goodwill_granted(head, **_LOAN, credited=parts, overpayment_minor=over, claim=claim)
        case TransactionKind.CHARGEBACK:
            again = done.parts.minus(done.absorbed)
            return booked.charged_back(head, **_AT, owed_again=again, overpayment_minor=over, claim=claim)
        case TransactionKind.CREDIT_BALANCE_REFUND:
            return booked.credit_balance_refunded(head, **_AT, overpayment_minor=over, owed_again=parts, claim=claim)
        case TransactionKind.CHARGE_OFF:
            return booked.charged_off(head, loan_id="loan", currency="EUR", lost=parts)
        case TransactionKind.ACCRUAL:
            return booked.cost_accrued(head, **_LOAN, interest_minor=parts.interest_minor, fee_minor=fees_of(parts))
        case _:
            return None


def _head(done: Transaction, suffix: str = "") -> EntryHead:
    noon = datetime(done.on.year, done.on.month, done.on.day, 12, tzinfo=UTC)
    return EntryHead(entry_id=f"{done.event_id or 'first'}{suffix}", value_date=done.on, booked_at=noon)


def _fineract(lines: Iterable[Posting]) -> _Lines:
    sums: Counter[tuple[str, str]] = Counter()
    for line in lines:
        side = "debit" if line.amount_minor > 0 else "credit"
        sums[_OURS[line.account], side] += abs(line.amount_minor)
    return Counter({(account, side, cents(amount)): 1 for (account, side), amount in sums.items() if amount})


def _published(lines: Iterable[Mapping[str, Any]]) -> _Lines:
    sums: dict[tuple[str, str], Decimal] = {}
    for line in lines:
        account = _THEIRS.get(line["account"], line["account"])
        for side in ("debit", "credit"):
            if line.get(side):
                sums[account, side] = sums.get((account, side), Decimal(0)) + Decimal(line[side])
    return Counter({(account, side, amount): 1 for (account, side), amount in sums.items() if amount})


def _shown(lines: _Lines) -> str:
    return "; ".join(f"{account} {side} {amount}" for account, side, amount in sorted(lines))
