"""The machines of credit and capital: budgets, credit lines, changes of a limit, passes."""

from __future__ import annotations

from enum import StrEnum

from bnpl_plugin.credit.states.machine import Machine, table_of


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
    "subsidy", states=SubsidyState, events=SubsidyEvent, table=table_of(_SUBSIDY, SubsidyState, SubsidyEvent)
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
    table=table_of(_SUBSIDY_PART, SubsidyPartState, SubsidyPartEvent),
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


LINE = Machine("credit line", states=LineState, events=LineEvent, table=table_of(_LINE, LineState, LineEvent))


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
    table=table_of(_LIMIT_CHANGE, LimitChangeState, LimitChangeEvent),
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


PASS = Machine("pass", states=PassState, events=PassEvent, table=table_of(_PASSES, PassState, PassEvent))
