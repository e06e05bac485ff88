"""The machine of a flash sale."""

from __future__ import annotations

from enum import StrEnum

from bnpl_plugin.credit.states.machine import Machine, table_of


class SaleState(StrEnum):
    """What the operator has said of a sale; its start and end come on top."""

    OPEN = "open"
    PAUSED = "paused"
    ENDED = "ended"
    CLOSED = "closed"


class SaleEvent(StrEnum):
    """What can happen to a sale."""

    PAUSE = "pause"
    RESUME = "resume"
    END = "end"
    CLOSE = "close"


# An ended sale is closed once nothing of it is held: its units are back at the host, its capital in the pool.
_SALE = """
open        | pause  | paused
paused      | resume | open
open paused | end    | ended
ended       | close  | closed
"""


SALE = Machine("sale", states=SaleState, events=SaleEvent, table=table_of(_SALE, SaleState, SaleEvent))
