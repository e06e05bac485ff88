"""The machines of one purchase: checkout, hold, payment attempt, loan, instalment."""

from __future__ import annotations

from enum import StrEnum

from bnpl_plugin.credit.states.machine import Machine, table_of


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
# A late success may authorise a checkout that is signed, released, held anew or expired; `refuse` is its compensation.
_CHECKOUT = """
opened                                         | approve   | approved
opened                                         | refer     | referred
opened                                         | decline   | declined
referred                                       | approve   | approved
referred approved held                         | decline   | declined
approved held                                  | refer     | referred
declined                                       | overturn  | approved
approved                                       | hold      | held
held                                           | sign      | signed
held signed                                    | release   | approved
signed expired approved held                   | authorise | authorised
authorised                                     | confirm   | confirmed
opened referred approved held signed           | cancel    | cancelled
opened referred approved held signed           | expire    | expired
authorised expired cancelled signed approved   | refuse    | refused
confirmed                                      | reverse   | reversed
"""


CHECKOUT = Machine(
    "checkout", states=CheckoutState, events=CheckoutEvent, table=table_of(_CHECKOUT, CheckoutState, CheckoutEvent)
)


class HoldState(StrEnum):
    """Where a two-phase reservation stands; reserved: of the credit line alone, for a flash sale to come."""

    RESERVED = "reserved"
    PENDING = "pending"
    POSTED = "posted"
    VOIDED = "voided"
    EXPIRED = "expired"


class HoldEvent(StrEnum):
    """What can happen to a hold."""

    TAKE = "take"
    POST = "post"
    VOID = "void"
    EXPIRE = "expire"


# A reserved line that was given back while its shopper waited in line is taken anew when the line is served.
_HOLD = """
reserved voided expired | take | pending
pending          | post   | posted
reserved pending | void   | voided
reserved pending | expire | expired
"""


HOLD = Machine("hold", states=HoldState, events=HoldEvent, table=table_of(_HOLD, HoldState, HoldEvent))


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
    "payment attempt", states=AttemptState, events=AttemptEvent, table=table_of(_ATTEMPT, AttemptState, AttemptEvent)
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


LOAN = Machine("loan", states=LoanState, events=LoanEvent, table=table_of(_LOAN, LoanState, LoanEvent))


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
    table=table_of(_INSTALMENT, InstalmentState, InstalmentEvent),
)
