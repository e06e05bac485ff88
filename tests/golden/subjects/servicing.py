"""Published lives of loans: the engine that services the product's loans, driven by Fineract's words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from bnpl_plugin.credit.servicing.position.loan import LoanPosition
from bnpl_plugin.credit.servicing.position.transaction import TransactionKind
from tests.golden.case import Case, Check
from tests.golden.subjects.fineract.life import FineractLife
from tests.golden.subjects.fineract.loan import cents

_KINDS = {
    "Disbursement": TransactionKind.DRAWDOWN,
    "Down Payment": TransactionKind.DOWN_PAYMENT,
    "Repayment": TransactionKind.REPAYMENT,
    "Merchant Issued Refund": TransactionKind.MERCHANT_REFUND,
    "Payout Refund": TransactionKind.PAYOUT_REFUND,
    "Goodwill Credit": TransactionKind.GOODWILL_CREDIT,
    "Interest Refund": TransactionKind.INTEREST_REFUND,
    "Charge Adjustment": TransactionKind.CHARGE_ADJUSTMENT,
    "Waive loan charges": TransactionKind.CHARGE_WAIVED,
    "Chargeback": TransactionKind.CHARGEBACK,
    "Credit Balance Refund": TransactionKind.CREDIT_BALANCE_REFUND,
    "Refund": TransactionKind.ADVANCE_REFUND,
    "Accrual": TransactionKind.ACCRUAL,
    "Re-age": TransactionKind.RE_AGE,
    "Re-amortize": TransactionKind.RE_AMORTISE,
    "Charge-off": TransactionKind.CHARGE_OFF,
}
_NO_BALANCE = (TransactionKind.ACCRUAL, TransactionKind.CHARGE_OFF, TransactionKind.RE_AGE, TransactionKind.RE_AMORTISE)
_STANDINGS = {"CLOSED_OBLIGATIONS_MET": "settled", "OVERPAID": "overpaid", "ACTIVE": "active"}


def fineract_schedules(case: Case) -> Iterator[Check]:
    """Every row, total and transaction of every checkpoint."""
    life = FineractLife(case.inputs)
    for number, checkpoint in enumerate(case.expected["checkpoints"]):
        name = f"{number}/after {checkpoint['after_event']}"
        position = life.after(checkpoint["after_event"])
        yield from _rows(name, checkpoint["rows"], position)
        yield from _totals(name, checkpoint.get("totals") or {}, position)
        yield from _transactions(name, checkpoint.get("transactions") or (), life, checkpoint["after_event"])
        yield from _standing(name, checkpoint, position)


def _rows(name: str, told: list[Mapping[str, Any]], position: LoanPosition) -> Iterator[Check]:
    drawn = sorted((row["date"], Decimal(row["balance"])) for row in told if "nr" not in row)
    got = sorted((drawn.on.isoformat(), cents(drawn.amount_minor)) for drawn in position.drawdowns)
    yield Check(f"{name}: drawdowns", drawn, got)
    expected = [row for row in told if "nr" in row]
    yield Check(f"{name}: due dates", [row["date"] for row in expected], [str(row.due_on) for row in position.rows])
    dated = any(line.get("paid_date") for line in expected)
    for line, row, balance in zip(expected, position.rows, position.balances_minor(), strict=False):
        figures = {
            "days": (row.due_on - row.opened_on).days,
            "balance": cents(balance),
            "principal": cents(row.due.principal_minor),
            "interest": cents(row.due.interest_minor),
            "fees": cents(row.due.fee_minor),
            "penalties": cents(row.due.penalty_minor),
            "due": cents(row.due.total_minor),
            "paid": cents(row.paid.total_minor),
            "in_advance": cents(row.in_advance_minor),
            "late": cents(row.late_minor),
            "waived": cents(row.waived.total_minor),
            "outstanding": cents(row.outstanding_minor),
        }
        for field, figure in figures.items():
            if line.get(field) not in (None, ""):
                read = int if field == "days" else Decimal
                yield Check(f"{name}: row {line['nr']}.{field}", read(line[field]), figure)
        if dated:
            settled = str(row.settled_on) if row.settled_on else None
            yield Check(f"{name}: row {line['nr']}.paid_date", line.get("paid_date"), settled)


def _totals(name: str, told: Mapping[str, Any], position: LoanPosition) -> Iterator[Check]:
    rows = position.rows
    figures = {
        "principal": position.due.principal_minor,
        "interest": position.due.interest_minor,
        "fees": position.due.fee_minor,
        "penalties": position.due.penalty_minor,
        "due": position.due.total_minor,
        "paid": position.paid.total_minor,
        "in_advance": sum(row.in_advance_minor for row in rows),
        "late": sum(row.late_minor for row in rows),
        "waived": position.waived.total_minor,
        "outstanding": position.outstanding_minor,
    }
    for field, figure in figures.items():
        if told.get(field) not in (None, ""):
            yield Check(f"{name}: total {field}", Decimal(told[field]), cents(figure))


def _transactions(name: str, told: Any, life: FineractLife, seq: int) -> Iterator[Check]:
    if not told:
        return
    got = life.transactions(seq)
    expected = [line for line in told if line["type"] in _KINDS]
    money = [done for done in got if done.kind is not TransactionKind.ACCRUAL]  # some tables leave accruals out
    yield Check(f"{name}: transactions", len([line for line in told if line["type"] != "Accrual"]), len(money))
    for line in expected:
        found = [
            done
            for done in got
            if done.kind is _KINDS[line["type"]]
            and str(done.on) == line["date"]
            and cents(done.amount_minor) == Decimal(line["amount"])
            and _parts(line) == tuple(map(cents, (done.parts.principal_minor, done.parts.interest_minor,
                                                  done.parts.fee_minor, done.parts.penalty_minor)))
        ]  # fmt: skip
        yield Check(f"{name}: {line['type']} {line['date']} {line['amount']} {_parts(line)}", True, bool(found))
        if found:
            done = found[0]
            got.remove(done)
            if line.get("overpayment") not in (None, ""):
                yield Check(f"{name}: {line['type']} overpayment", Decimal(line["overpayment"]),
                            cents(done.overpayment_minor))  # fmt: skip
            if line.get("loan_balance") not in (None, "") and done.kind not in _NO_BALANCE:
                yield Check(f"{name}: {line['type']} {line['date']} loan_balance", Decimal(line["loan_balance"]),
                            cents(done.principal_after_minor))  # fmt: skip


def _parts(line: Mapping[str, Any]) -> tuple[Decimal, ...]:
    return tuple(Decimal(line.get(field) or "0") for field in ("principal", "interest", "fees", "penalties"))


def _standing(name: str, told: Mapping[str, Any], position: LoanPosition) -> Iterator[Check]:
    if "loan_status" in told:
        yield Check(f"{name}: standing", _STANDINGS[told["loan_status"]], str(position.standing))
    if "loan_outstanding" in told:
        yield Check(f"{name}: outstanding", Decimal(told["loan_outstanding"]), cents(position.outstanding_minor))
    if "overpaid" in told:
        yield Check(f"{name}: overpaid", Decimal(told["overpaid"]), cents(position.overpaid_minor))
