"""A Fineract scenario as a loan account of ours: its events translated one by one, in the order recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from bnpl_plugin.credit.calendar import Period
from bnpl_plugin.credit.servicing import events as happened
from bnpl_plugin.credit.servicing.account import LoanAccount
from bnpl_plugin.credit.servicing.changes.accrual import to_recognise
from bnpl_plugin.credit.servicing.changes.drawdown import open_down_payment_minor
from bnpl_plugin.credit.servicing.interest.settlement import payoff_quote
from bnpl_plugin.credit.servicing.parts import Component
from bnpl_plugin.credit.servicing.position.loan import LoanPosition, Standing
from bnpl_plugin.credit.servicing.position.transaction import Source, Transaction, TransactionKind
from bnpl_plugin.credit.servicing.replay import replay
from tests.golden.case import Refused
from tests.golden.subjects.fineract.loan import UNITS, agreed, cents, minor, policy_of
from tests.golden.subjects.reading import NotUnderstood, named

_SOURCES = {
    "payment": Source.REPAYMENT,
    "merchant_issued_refund": Source.MERCHANT_REFUND,
    "payout_refund": Source.PAYOUT_REFUND,
    "goodwill_credit": Source.GOODWILL_CREDIT,
    "charge_adjustment": Source.CHARGE_ADJUSTMENT,
    "interest_refund": Source.INTEREST_REFUND,
}
_RECEIPTS = {source.value for source in Source}
_NSF_PENALTY = "10.00"
"""What a bounced payment costs unless the event says otherwise."""
_RESCHEDULED = frozenset({
    "seq", "type", "business_date", "date", "rescheduleFromDate", "submittedOnDate", "approvedOnDate",
    "rescheduleReasonId", "rescheduleReasonComment", "note",
    "adjustedDueDate", "extraTerms", "newInterestRate",
})  # fmt: skip


class FineractLife:
    """One scenario; positions are the engine's, after any of its events."""

    def __init__(self, inputs: Mapping[str, Any]) -> None:
        self._loan = inputs["loan"]
        self._raw = sorted(inputs["events"], key=lambda raw: raw["seq"])

    def after(self, seq: int) -> LoanPosition:
        """Return where the loan stands after an event."""
        return self._told(seq).position()

    def transactions(self, seq: int) -> list[Transaction]:
        """Return all transactions after an event; a reversed one as it was before its reversal."""
        return self._told(seq).transactions()

    def in_recorded_order(self, seq: int) -> list[Transaction]:
        """Return the same, by value date and then as recorded."""
        return self._told(seq).by_day()

    def reversed_ids(self, seq: int) -> set[str]:
        """Return the events of the transactions that were reversed by then."""
        told = self._told(seq)
        return {done.event_id for done in told.reversed} - {done.event_id for done in told.position().transactions}

    def _told(self, seq: int) -> _Account:
        account = _Account(self._loan)
        for raw in self._raw:
            if raw["seq"] > seq:
                break
            account.record(raw)
        return account


class _Account:
    """The account while its events are being recorded."""

    def __init__(self, loan: Mapping[str, Any]) -> None:
        self.loan = dict(loan)
        self.rules = dict(loan.get("future_instalment_rule") or {})
        self.created = date.fromisoformat(loan["submitted_on"])
        self.today = self.created
        self.drawn: list[tuple[str, date, int]] = []
        self.events: list[happened.Event] = []
        self.reversed: list[Transaction] = []
        self.frozen_policy_rules: dict[str, str] | None = None

    # what Fineract records ------------------------------------------------------------------------------------

    def record(self, raw: Mapping[str, Any]) -> None:
        kind, name = raw["type"], f"e{raw['seq']}"
        if raw.get("business_date"):
            self.today = date.fromisoformat(raw["business_date"])
        on = date.fromisoformat(raw["date"]) if raw.get("date") else self.today
        handler = getattr(self, f"_{kind}", None)
        if kind in _SOURCES:
            amount = minor(raw["amount"])
            self._add(happened.MoneyReceived(id=name, on=on, amount_minor=amount, source=_SOURCES[kind]))
        elif handler is None and kind.startswith("undo_"):
            self._undo_last(_kinds_named(kind.removeprefix("undo_")), name, on)
        elif handler is None:
            raise Refused(f"an event that the product does not have: {kind}")
        else:
            handler(raw, name, on)
        if self.drawn and kind != "run_end_of_day" and "charge_off" not in kind:
            self._recognise_when_closed(name)

    def _add(self, event: happened.Event) -> None:
        self.events.append(event)

    def _set_allocation_rule(self, raw: Mapping[str, Any], name: str, on: date) -> None:
        if self.frozen_policy_rules is None:
            self.rules[raw["transaction_type"]] = raw["rule"]

    def _create_loan(self, raw: Mapping[str, Any], name: str, on: date) -> None:
        self.created = on
        self.frozen_policy_rules = self.rules

    def _disburse(self, raw: Mapping[str, Any], name: str, on: date) -> None:
        self.drawn.append((name, on, minor(raw["amount"])))
        if self.loan.get("auto_down_payment"):
            first = min(self.drawn, key=lambda drawn: drawn[1])[0]
            wanted = open_down_payment_minor(self.position(), drawdown_id="" if name == first else name)
            if wanted:
                self._add(
                    happened.MoneyReceived(id=f"{name}:down", on=on, amount_minor=wanted, source=Source.DOWN_PAYMENT)
                )

    def _undo_last_disbursal(self, raw: Mapping[str, Any], name: str, on: date) -> None:
        gone, _, _ = self.drawn.pop()
        self.events = [event for event in self.events if event.id != f"{gone}:down"]

    def _undo_disbursal(self, raw: Mapping[str, Any], name: str, on: date) -> None:
        self.drawn.clear()
        self.events = [event for event in self.events if isinstance(event, happened.ChargeLaid)]

    def _payoff(self, raw: Mapping[str, Any], name: str, on: date) -> None:
        amount = payoff_quote(self._ours(), on=on).total_minor
        self._add(happened.MoneyReceived(id=name, on=on, amount_minor=amount))

    def _charge(self, raw: Mapping[str, Any], name: str, on: date, *, component: Component) -> None:
        due_on = date.fromisoformat(raw["due_date"]) if raw.get("due_date") else on
        value_date = min(due_on, self.today)
        amount = minor(raw["amount"] if component is Component.FEE else raw.get("amount") or _NSF_PENALTY)
        laid = happened.ChargeLaid(id=name, on=value_date, due_on=due_on, amount_minor=amount, component=component)
        self._add(laid)

    def _fee(self, raw: Mapping[str, Any], name: str, on: date) -> None:
        self._charge(raw, name, on, component=Component.FEE)

    def _penalty(self, raw: Mapping[str, Any], name: str, on: date) -> None:
        self._charge(raw, name, on, component=Component.PENALTY)

    def _fee_pct_of_principal(self, raw: Mapping[str, Any], name: str, on: date) -> None:
        due_on = date.fromisoformat(raw["due_date"]) if raw.get("due_date") else on
        share = Decimal(raw["pct"]) / 100
        self._add(happened.ShareChargeLaid(id=name, on=min(due_on, self.today), due_on=due_on, share=share))

    def _waive_charge(self, raw: Mapping[str, Any], name: str, on: date) -> None:
        """The charge that the event names by its date or amount, else the last; one that was waived already is none."""
        kinds = happened.ChargeLaid | happened.ShareChargeLaid
        waived = {event.charge_id for event in self._standing() if isinstance(event, happened.ChargeWaived)}
        charges = [event for event in self._standing() if isinstance(event, kinds) and event.id not in waived]
        for key, told_of in (("due_date", lambda event: str(event.due_on)), ("amount", _charged)):
            if raw.get(key):
                charges = [event for event in charges if told_of(event) in (None, raw[key])] or charges
        if not charges:
            raise NotUnderstood(f"waive_charge {name}: there is no charge to waive")
        self._add(happened.ChargeWaived(id=name, on=on, charge_id=charges[-1].id))

    def _chargeback(self, raw: Mapping[str, Any], name: str, on: date) -> None:
        amount = minor(raw["amount"])
        number = int(raw.get("payment_nr") or 0)
        payments = [event.id for event in self.events if _is_from(event, Source.REPAYMENT)]
        named = payments[number - 1 : number] if number > 0 else list(reversed(payments))
        of = next((event_id for event_id in named if self._left_of(event_id) >= amount), "")
        self._add(happened.ChargedBack(id=name, on=on, amount_minor=amount, payment_id=of))

    def _left_of(self, payment_id: str) -> int:
        """Return what has not been called back of a payment that stands."""
        left = 0
        for event in self._standing():
            if isinstance(event, happened.MoneyReceived) and event.id == payment_id:
                left += event.amount_minor
            elif isinstance(event, happened.ChargedBack) and event.payment_id == payment_id:
                left -= event.amount_minor
        return left

    def _credit_balance_refund(self, raw: Mapping[str, Any], name: str, on: date) -> None:
        self._add(happened.CreditBalanceRefunded(id=name, on=on, amount_minor=minor(raw["amount"])))

    def _refund_by_cash(self, raw: Mapping[str, Any], name: str, on: date) -> None:
        self._add(happened.AdvanceRefunded(id=name, on=on, amount_minor=minor(raw["amount"])))

    def _charge_off(self, raw: Mapping[str, Any], name: str, on: date) -> None:
        self._add(happened.ChargedOff(id=name, on=on))

    def _reschedule(self, raw: Mapping[str, Any], name: str, on: date) -> None:
        due_on = date.fromisoformat(raw["rescheduleFromDate"])
        others = sorted(key for key in raw.keys() - _RESCHEDULED if raw[key] not in (None, "", "0", 0, False, "false"))
        if others or not (raw.get("adjustedDueDate") or raw.get("extraTerms") or raw.get("newInterestRate")):
            raise Refused(f"a rescheduling of a running loan with {', '.join(others) or 'nothing'}")
        if raw.get("adjustedDueDate"):
            to = date.fromisoformat(raw["adjustedDueDate"])
            self._add(happened.DueDateMoved(id=f"{name}:date", on=on, due_on=due_on, to=to))
            due_on = to
        if raw.get("extraTerms"):
            self._add(happened.TermExtended(id=f"{name}:rows", on=on, due_on=due_on, rows=int(raw["extraTerms"])))
        if raw.get("newInterestRate"):
            rate = Decimal(raw["newInterestRate"]) / 100
            self._add(happened.RateChanged(id=f"{name}:rate", on=on, due_on=due_on, annual_rate=rate))

    def _re_age(self, raw: Mapping[str, Any], name: str, on: date) -> None:
        period = Period(named("frequencyType", raw["frequencyType"], among=UNITS), int(raw["frequencyNumber"]))
        first, count = date.fromisoformat(raw["startDate"]), int(raw["numberOfInstallments"])
        self._add(happened.ReAged(id=name, on=on, first_due_on=first, period=period, count=count))

    def _re_amortize(self, raw: Mapping[str, Any], name: str, on: date) -> None:
        self._add(happened.ReAmortised(id=name, on=on))

    def _undo_last_payment(self, raw: Mapping[str, Any], name: str, on: date) -> None:
        payments = [event for event in self._standing() if _is_from(event, Source.REPAYMENT)]
        self._reverse(payments[-1].id, name, on)

    def _undo_transaction(self, raw: Mapping[str, Any], name: str, on: date) -> None:
        """The nth transaction of a kind on its day; "repayment" in small letters is the nth of all."""
        of = str(raw["of"])
        kinds = _kinds_named(of.lower().replace(" ", "_").replace("-", "_"))
        done = [one for one in self.by_day() if one.kind in kinds]
        done = [one for one in done if one.on == on or of == "repayment"] or done
        if not done:
            raise NotUnderstood(f"undo_transaction of {of!r}: the loan has none")
        self._reverse(done[min(int(raw["nth"]), len(done)) - 1].event_id, name, self.today)

    def _run_end_of_day(self, raw: Mapping[str, Any], name: str, on: date) -> None:
        """The close of business: yesterday's cost is recognised, and overdue instalments get their penalty."""
        if not self.drawn:
            return
        if self.loan.get("overdue_penalty"):
            self._add(happened.LateChargesLaid(id=f"{name}:late", on=self.today))
        yesterday = self.today - timedelta(days=1)
        if yesterday >= self._first_drawn() and not self.position().charged_off:
            self._recognise(name, on=yesterday, up_to=yesterday)

    # reversals ----------------------------------------------------------------------------------------------

    def _undo_last(self, kinds: Sequence[str], name: str, on: date) -> None:
        """The last transaction of a kind, of its day if one is named."""
        standing = {done.event_id for done in self.position().transactions}
        done = [one for one in self.by_day() if one.kind in kinds and one.event_id in standing]
        if not done:
            raise NotUnderstood(f"an undo of {', '.join(kinds)}: the loan has no such transaction")
        self._reverse(([one for one in done if one.on == on] or done)[-1].event_id, name, self.today)

    def _reverse(self, event_id: str, name: str, on: date) -> None:
        self.reversed += [done for done in self.position().transactions if done.event_id == event_id]
        self._add(happened.Reversed(id=name, on=max(on, self._first_drawn()), of=event_id))

    def by_day(self) -> list[Transaction]:
        """All transactions, reversed ones too, by value date and then as recorded."""
        first = min(self.drawn, key=lambda drawn: drawn[1])[0] if self.drawn else "e0"
        return sorted(self.transactions(), key=lambda one: (one.on, _seq(one.event_id or first)))

    # our account --------------------------------------------------------------------------------------------

    def _recognise_when_closed(self, name: str) -> None:
        """Fineract recognises all cost on the day on which a loan closes."""
        position = self.position()
        if position.standing in (Standing.SETTLED, Standing.OVERPAID):
            last = max(done.on for done in position.transactions)
            self._recognise(f"{name}:closed", on=last, up_to=None)

    def _recognise(self, name: str, *, on: date, up_to: date | None) -> None:
        cost = to_recognise(self.position(), up_to=up_to, policy=self._ours().policy)
        if not cost.is_nothing:
            self._add(happened.CostAccrued(id=name, on=on, cost=cost))

    def _standing(self) -> Sequence[happened.Event]:
        return self._ours().standing_events

    def _first_drawn(self) -> date:
        return min(on for _, on, _ in self.drawn)

    def _ours(self) -> LoanAccount:
        policy = policy_of({**self.loan, "future_instalment_rule": self.rules})
        if not self.drawn:
            schedule = agreed(self.loan, on=self.created, amount_minor=minor(self.loan["principal"]))
            charges = tuple(event for event in self.events if isinstance(event, happened.ChargeLaid))
            return LoanAccount(schedule, policy, tuple(c for c in charges if c.on >= self.created))
        first = min(self.drawn, key=lambda drawn: drawn[1])
        schedule = agreed(self.loan, on=first[1], amount_minor=first[2])
        later = [
            (_seq(name), happened.Drawdown(id=name, on=on, amount_minor=amount))
            for name, on, amount in self.drawn
            if name != first[0]
        ]
        told = sorted([*later, *((_seq(event.id), event) for event in self.events)], key=lambda pair: pair[0])
        events = (replace(event, on=max(event.on, first[1])) for _, event in told)
        return LoanAccount(schedule, policy, tuple(events))

    def position(self) -> LoanPosition:
        return replay(self._ours(), as_of=None if not self.drawn else max(self.today, self._last_day()))

    def _last_day(self) -> date:
        return max((event.on for event in self.events), default=self._first_drawn())

    def transactions(self) -> list[Transaction]:
        standing = list(self.position().transactions)
        gone = {done.event_id for done in standing}
        return [*standing, *(done for done in self.reversed if done.event_id not in gone)]


def _seq(name: str) -> tuple[int, str]:
    number, _, part = name[1:].partition(":")
    return int(number), part


def _charged(event: happened.ChargeLaid | happened.ShareChargeLaid) -> str | None:
    """Return what a charge came to, as published; None where a share says it."""
    return None if isinstance(event, happened.ShareChargeLaid) else str(cents(event.amount_minor))


def _is_from(event: happened.Event, source: Source) -> bool:
    return isinstance(event, happened.MoneyReceived) and event.source is source


def _kinds_named(of: str) -> Sequence[str]:
    """Return our kinds of transaction for one of Fineract's, as its steps name it."""
    if of == "transaction":
        return tuple(str(kind) for kind in TransactionKind)
    return _NAMED.get(of, (of,))


_NAMED = {
    "refund": ("payout_refund", "merchant_refund"),
    "downpayment": ("down_payment",),
    "merchant_issued_refund": ("merchant_refund",),
    "goodwill": ("goodwill_credit",),
    "payment": ("repayment",),
    "re_amortize": ("re_amortise",),
    "reamortize": ("re_amortise",),
    "reage": ("re_age",),
    "waive_charge": ("charge_waived",),
    "charge_waive": ("charge_waived",),
    "chargeoff": ("charge_off",),
    "waive_loan_charges": ("charge_waived",),
    "disbursement": ("drawdown",),
    "refund_by_cash": ("advance_refund",),
    "last_payment": ("repayment",),
}
