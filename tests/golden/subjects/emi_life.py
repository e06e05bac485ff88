"""Published lives of interest-bearing loans: paid late, paid early, paid off, refunded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from bnpl_plugin.credit.servicing.account import LoanAccount
from bnpl_plugin.credit.servicing.events import Drawdown, Event, MoneyReceived
from bnpl_plugin.credit.servicing.interest.refund import interest_refund_minor
from bnpl_plugin.credit.servicing.interest.settlement import payoff_quote
from bnpl_plugin.credit.servicing.position.loan import LoanPosition
from bnpl_plugin.credit.servicing.position.transaction import Source
from bnpl_plugin.credit.servicing.replay import replay
from tests.golden.case import Case, Check, OutOfScope
from tests.golden.subjects.fineract.emi import agreed, drawn_by_day, policy_of
from tests.golden.subjects.fineract.loan import cents, minor
from tests.golden.subjects.reading import named

_REFUNDS = {
    "merchant issued refund": Source.MERCHANT_REFUND,
    "payout refund": Source.PAYOUT_REFUND,
    "goodwill credit": Source.GOODWILL_CREDIT,
}


def fineract_emi_life(case: Case) -> Iterator[Check]:
    """The kinds of `fineract_emi` that tell what happens after signature."""
    if case.kind == "payoff_quote":
        yield from _quote(case)
        return
    if case.kind not in ("late_interest_bearing", "refund_interest_bearing", "early_payment", "early_payoff"):
        raise OutOfScope(f"not a life after signature: {case.kind}")
    account = _account(case.inputs)
    as_of = case.inputs.get("as_of")
    position = replay(account, as_of=date.fromisoformat(as_of) if as_of else None)
    yield from _rows(case, position)
    yield from _payments(case, position)
    if "pay_off_amount" in case.expected:
        yield case.number("pay_off_amount", cents(position.transactions[-1].amount_minor - position.overpaid_minor))
    if "total_outstanding" in case.expected:
        yield case.number("total_outstanding", cents(position.outstanding_minor))


def fineract_interest_refund(case: Case) -> Iterator[Check]:
    """Interest given back with goods that were given back."""
    inputs = case.inputs
    refund = inputs["refund"]
    account, on = _account(inputs, count=12), date.fromisoformat(refund["date"])
    terms = account.policy.interest
    assert terms is not None
    position = replay(account, as_of=on)
    got = interest_refund_minor(position, on=on, refunded_minor=minor(refund["amount"]), terms=terms)
    yield Check("interest_refund", Decimal(case.expected["interest_refund"]), cents(got), case.within("money"))


def _account(inputs: Mapping[str, Any], *, count: int = 12) -> LoanAccount:
    schedule, events = agreed(inputs, count=count), list[Event]()
    for number, (drawn_on, drawn_minor) in enumerate(drawn_by_day(inputs)[1:]):
        events.append(Drawdown(id=f"drawn {number}", on=drawn_on, amount_minor=drawn_minor))
    for number, paid in enumerate(inputs.get("payments") or ()):
        on = date.fromisoformat(paid["date"])
        events.append(MoneyReceived(id=f"paid {number}", on=on, amount_minor=minor(paid["amount"])))
    allocation = "next_instalment"
    for number, back in enumerate(inputs.get("refunds") or ()):
        source, on = named("refunds.type", back["type"], among=_REFUNDS), date.fromisoformat(back["date"])
        allocation = back.get("allocation", allocation)
        returned = MoneyReceived(id=f"back {number}", on=on, amount_minor=minor(back["amount"]), source=source)
        if back.get("interest_refund"):
            before = LoanAccount(schedule, policy_of(inputs, refund_allocation=allocation), tuple(events))
            events += _interest_given_back(before, returned)
        events.append(returned)
    return LoanAccount(schedule, policy_of(inputs, refund_allocation=allocation), tuple(events))


def _interest_given_back(before: LoanAccount, returned: MoneyReceived) -> list[Event]:
    """Return the credit of the interest that refunded principal has earned so far, if it has earned any."""
    terms, on = before.policy.interest, returned.on
    assert terms is not None
    position = replay(before, as_of=on)
    amount = interest_refund_minor(position, on=on, refunded_minor=returned.amount_minor, terms=terms)
    if not amount:
        return []
    return [MoneyReceived(id=f"{returned.id} interest", on=on, amount_minor=amount, source=Source.INTEREST_REFUND)]


def _quote(case: Case) -> Iterator[Check]:
    inputs, period = case.inputs, case.inputs["period"]
    account = _account(inputs)
    paid = [
        MoneyReceived(id=f"assumed {row.number}", on=row.due_on, amount_minor=row.total_minor)
        for row in account.schedule.instalments[: period - 1]
        if not inputs.get("payments")
    ]
    quote = payoff_quote(account.after(*paid), on=date.fromisoformat(inputs["quote_date"]))
    row = quote.rows[period - 1]
    told = {
        "opening_balance": quote.principal_minor,
        "principal_of_period": row.still_open.principal_minor,
        "interest_to_date": row.still_open.interest_minor,
        "pay_off_amount": quote.total_minor,
    }
    for field, figure in told.items():
        if field in case.expected:
            yield Check(field, Decimal(case.expected[field]), cents(figure), case.within("money"))


def _rows(case: Case, position: LoanPosition) -> Iterator[Check]:
    balances = position.balances_minor()
    for line in case.expected["rows"]:
        index = int(line["period"]) - 1
        row = position.rows[index]
        figures = {
            "principal": row.due.principal_minor,
            "interest": row.due.interest_minor,
            "instalment": row.due.total_minor,
            "paid": row.paid.total_minor,
            "outstanding": row.outstanding_minor,
        }
        if case.kind != "early_payoff":  # there the source prints the balance after the payment in every row
            figures["balance"] = balances[index]
        yield Check(f"rows[{index}].due_date", line["due_date"], str(row.due_on))
        for field, figure in figures.items():
            if field in line:
                yield Check(f"rows[{index}].{field}", Decimal(line[field]), cents(figure), case.within("money"))


def _payments(case: Case, position: LoanPosition) -> Iterator[Check]:
    for number, paid in enumerate(case.inputs.get("payments") or ()):
        done = next(done for done in position.transactions if done.event_id == f"paid {number}")
        for field, published in (paid.get("split") or {}).items():
            figure = getattr(done.parts, f"{field}_minor")
            yield Check(f"payments[{number}].{field}", Decimal(published), cents(figure), case.within("money"))
