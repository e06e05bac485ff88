"""The state tables: one machine each, (state, event) to state; whatever is not in the table is illegal."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from bnpl_plugin.errors import IllegalTransition


class Machine:
    """A state table with a name.

    Args:
        name: the noun that an `IllegalTransition` names.
        states: every state of the machine.
        table: (state, event) to the next state.
    """

    __slots__ = ("events", "name", "states", "table", "terminal")

    def __init__(
        self,
        name: str,
        *,
        states: type[StrEnum],
        events: type[StrEnum],
        table: Mapping[tuple[StrEnum, StrEnum], StrEnum],
    ) -> None:
        self.name = name
        self.states: tuple[str, ...] = tuple(states)
        self.events: tuple[str, ...] = tuple(events)
        self.table: Mapping[tuple[str, str], str] = MappingProxyType(
            {(state, event): following for (state, event), following in table.items()}
        )
        leaving = {state for state, _ in self.table}
        self.terminal: frozenset[str] = frozenset(state for state in self.states if state not in leaving)

    def advance(self, state: str, event: str) -> str:
        """Return the state that follows.

        Raises:
            IllegalTransition: names the machine, the state and the event.

        >>> str(HOLD.advance("pending", "post"))
        'posted'
        """
        try:
            return self.table[state, event]
        except KeyError:
            raise IllegalTransition(machine=self.name, state=str(state), event=str(event)) from None

    def allows(self, state: str, event: str) -> bool:
        """Tell whether the event is legal in the state."""
        return (state, event) in self.table

    def sources(self, event: str) -> tuple[str, ...]:
        """Return the states in which the event is legal, in the machine's order; a guarded update names them."""
        return tuple(state for state in self.states if (state, event) in self.table)


def _table(rows: str, states: type[StrEnum], events: type[StrEnum]) -> dict[tuple[StrEnum, StrEnum], StrEnum]:
    """Read lines of `state state … | event | next state`."""
    table: dict[tuple[StrEnum, StrEnum], StrEnum] = {}
    for row in rows.strip().splitlines():
        sources, event, target = (cell.strip() for cell in row.split("|"))
        for source in sources.split():
            move = (states(source), events(event))
            if move in table:
                raise ValueError(f"two rows for {source} and {event}")
            table[move] = states(target)
    return table


class CheckoutState(StrEnum):
    """Where one shopper's checkout stands."""

    OPENED = "opened"
    REFERRED = "referred"
    APPROVED = "approved"
    HELD = "held"
    SIGNED = "signed"
    AUTHORISED = "authorised"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    REFUSED = "refused"
    REVERSED = "reversed"


class CheckoutEvent(StrEnum):
    """What can happen to a checkout."""

    APPROVE = "approve"
    REFER = "refer"
    DECLINE = "decline"
    HOLD = "hold"
    SIGN = "sign"
    AUTHORISE = "authorise"
    CONFIRM = "confirm"
    RELEASE = "release"
    CANCEL = "cancel"
    EXPIRE = "expire"
    REFUSE = "refuse"
    REVERSE = "reverse"


# A late success may authorise a checkout that is signed, released or expired; `refuse` is its compensation.
_CHECKOUT = """
opened                                         | approve   | approved
opened                                         | refer     | referred
opened                                         | decline   | declined
referred                                       | approve   | approved
referred approved held                         | decline   | declined
approved held                                  | refer     | referred
approved                                       | hold      | held
held                                           | sign      | signed
held signed                                    | release   | approved
signed expired approved                        | authorise | authorised
authorised                                     | confirm   | confirmed
opened referred approved held signed           | cancel    | cancelled
opened referred approved held signed           | expire    | expired
authorised expired cancelled signed approved   | refuse    | refused
confirmed                                      | reverse   | reversed
"""
CHECKOUT = Machine(
    "checkout", states=CheckoutState, events=CheckoutEvent, table=_table(_CHECKOUT, CheckoutState, CheckoutEvent)
)


class HoldState(StrEnum):
    """Where a two-phase reservation stands."""

    PENDING = "pending"
    POSTED = "posted"
    VOIDED = "voided"
    EXPIRED = "expired"


class HoldEvent(StrEnum):
    """What can happen to a hold."""

    POST = "post"
    VOID = "void"
    EXPIRE = "expire"


_HOLD = """
pending | post   | posted
pending | void   | voided
pending | expire | expired
"""
HOLD = Machine("hold", states=HoldState, events=HoldEvent, table=_table(_HOLD, HoldState, HoldEvent))


class AttemptState(StrEnum):
    """Where one try to take money stands; `unknown` is not `declined`."""

    CREATED = "created"
    SENT = "sent"
    PENDING = "pending"
    UNKNOWN = "unknown"
    AUTHORISED = "authorised"
    CAPTURED = "captured"
    DECLINED = "declined"
    ABANDONED = "abandoned"
    VOIDED = "voided"
    REFUNDED = "refunded"


class AttemptEvent(StrEnum):
    """What can happen to a payment attempt."""

    SEND = "send"
    AUTHORISE = "authorise"
    SUCCEED = "succeed"
    DECLINE = "decline"
    WAIT = "wait"
    LOSE = "lose"
    ABANDON = "abandon"
    CAPTURE = "capture"
    VOID = "void"
    REFUND = "refund"


# `succeed` is for what cannot be authorised first: debits, off-session charges.
_ATTEMPT = """
created                                | send      | sent
created sent pending unknown abandoned | authorise | authorised
created sent pending unknown           | succeed   | captured
created sent pending unknown           | decline   | declined
created sent unknown                   | wait      | pending
created sent pending                   | lose      | unknown
created sent pending                   | abandon   | abandoned
authorised                             | capture   | captured
authorised                             | void      | voided
captured                               | refund    | refunded
"""
ATTEMPT = Machine(
    "payment attempt", states=AttemptState, events=AttemptEvent, table=_table(_ATTEMPT, AttemptState, AttemptEvent)
)


class LoanState(StrEnum):
    """Where a loan stands."""

    ACTIVE = "active"
    SETTLED = "settled"
    DEFAULTED = "defaulted"
    CANCELLED = "cancelled"
    CHARGED_OFF = "charged_off"


class LoanEvent(StrEnum):
    """What can happen to a loan."""

    SETTLE = "settle"
    DEFAULT = "default"
    CANCEL = "cancel"
    CHARGE_OFF = "charge_off"


# A settled loan is still cancelled by a full refund after the last payment.
_LOAN = """
active defaulted | settle     | settled
active           | default    | defaulted
active settled   | cancel     | cancelled
active defaulted | charge_off | charged_off
"""
LOAN = Machine("loan", states=LoanState, events=LoanEvent, table=_table(_LOAN, LoanState, LoanEvent))


class InstalmentState(StrEnum):
    """Where one instalment stands."""

    SCHEDULED = "scheduled"
    COLLECTING = "collecting"
    OVERDUE = "overdue"
    PAID = "paid"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"


class InstalmentEvent(StrEnum):
    """What can happen to an instalment."""

    COLLECT = "collect"
    PAY = "pay"
    FAIL = "fail"
    RELEASE = "release"
    CANCEL = "cancel"
    REFUND = "refund"


# `pay` from scheduled or overdue: the shopper paid early, late by hand, or at the checkout.
_INSTALMENT = """
scheduled overdue            | collect | collecting
scheduled collecting overdue | pay     | paid
collecting                   | fail    | overdue
collecting                   | release | scheduled
scheduled collecting overdue | cancel  | cancelled
paid                         | refund  | refunded
"""
INSTALMENT = Machine(
    "instalment",
    states=InstalmentState,
    events=InstalmentEvent,
    table=_table(_INSTALMENT, InstalmentState, InstalmentEvent),
)

MACHINES: tuple[Machine, ...] = (CHECKOUT, HOLD, ATTEMPT, LOAN, INSTALMENT)
