"""The state tables: one machine each, (state, event) to state; whatever is not in the table is illegal."""

from __future__ import annotations

from enum import StrEnum

from bnpl_plugin.credit.machine import Machine
from bnpl_plugin.credit.machine import table_of as _table


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
    OVERTURN = "overturn"
    HOLD = "hold"
    SIGN = "sign"
    AUTHORISE = "authorise"
    CONFIRM = "confirm"
    RELEASE = "release"
    CANCEL = "cancel"
    EXPIRE = "expire"
    REFUSE = "refuse"
    REVERSE = "reverse"


# A person may overturn a decline.
# A late success may authorise a checkout that is signed, released or expired; `refuse` is its compensation.
_CHECKOUT = """
opened                                         | approve   | approved
opened                                         | refer     | referred
opened                                         | decline   | declined
referred                                       | approve   | approved
referred                                       | decline   | declined
declined                                       | overturn  | approved
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


class LineState(StrEnum):
    """Where a shopper's credit line stands."""

    OPEN = "open"
    FROZEN = "frozen"
    CLOSED = "closed"


class LineEvent(StrEnum):
    """What can happen to a credit line."""

    FREEZE = "freeze"
    UNFREEZE = "unfreeze"
    CLOSE = "close"
    REOPEN = "reopen"


# A closed line is reopened by a new decision alone; what is owed on it is paid back as agreed.
_LINE = """
open        | freeze   | frozen
frozen      | unfreeze | open
open frozen | close    | closed
closed      | reopen   | open
"""
LINE = Machine("credit line", states=LineState, events=LineEvent, table=_table(_LINE, LineState, LineEvent))


class LimitChangeState(StrEnum):
    """Where a change of a limit stands: a raise is offered, a fall is noticed before it takes effect."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"
    NOTICED = "noticed"
    EFFECTIVE = "effective"
    WITHDRAWN = "withdrawn"


class LimitChangeEvent(StrEnum):
    """What can happen to a change of a limit."""

    ACCEPT = "accept"
    DECLINE = "decline"
    LAPSE = "lapse"
    TAKE_EFFECT = "take_effect"
    WITHDRAW = "withdraw"


_LIMIT_CHANGE = """
offered         | accept      | accepted
offered         | decline     | declined
offered         | lapse       | lapsed
noticed         | take_effect | effective
offered noticed | withdraw    | withdrawn
"""
LIMIT_CHANGE = Machine(
    "change of the limit",
    states=LimitChangeState,
    events=LimitChangeEvent,
    table=_table(_LIMIT_CHANGE, LimitChangeState, LimitChangeEvent),
)


class PassState(StrEnum):
    """Where a pass stands; one that is valid and past its time is as good as expired."""

    VALID = "valid"
    REPLACED = "replaced"
    EXPIRED = "expired"
    REVOKED = "revoked"


class PassEvent(StrEnum):
    """What can happen to a pass."""

    REPLACE = "replace"
    EXPIRE = "expire"
    REVOKE = "revoke"


_PASSES = """
valid | replace | replaced
valid | expire  | expired
valid | revoke  | revoked
"""
PASS = Machine("pass", states=PassState, events=PassEvent, table=_table(_PASSES, PassState, PassEvent))


class SubsidyState(StrEnum):
    """Where a budget for cheaper credit stands."""

    ACTIVE = "active"
    STOPPED = "stopped"
    ENDED = "ended"


class SubsidyEvent(StrEnum):
    """What can happen to a budget: stopped by hand, ended by its date or its last cent, taken up again."""

    STOP = "stop"
    END = "end"
    RESUME = "resume"


_SUBSIDY = """
active         | stop   | stopped
active stopped | end    | ended
stopped ended  | resume | active
"""
SUBSIDY = Machine(
    "subsidy", states=SubsidyState, events=SubsidyEvent, table=_table(_SUBSIDY, SubsidyState, SubsidyEvent)
)


class SubsidyPartState(StrEnum):
    """Where the part of a subsidy stands that pays for one span of a loan's life."""

    UNEARNED = "unearned"
    EARNED = "earned"
    REVERSED = "reversed"


class SubsidyPartEvent(StrEnum):
    """What can happen to a part."""

    EARN = "earn"
    REVERSE = "reverse"


_SUBSIDY_PART = """
unearned        | earn    | earned
unearned earned | reverse | reversed
"""
SUBSIDY_PART = Machine(
    "part of a subsidy",
    states=SubsidyPartState,
    events=SubsidyPartEvent,
    table=_table(_SUBSIDY_PART, SubsidyPartState, SubsidyPartEvent),
)

MACHINES: tuple[Machine, ...] = (
    CHECKOUT,
    HOLD,
    ATTEMPT,
    LOAN,
    INSTALMENT,
    LINE,
    LIMIT_CHANGE,
    PASS,
    SUBSIDY,
    SUBSIDY_PART,
)
