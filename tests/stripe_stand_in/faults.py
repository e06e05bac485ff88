"""Bad luck on order: which of the next calls go wrong, and how.

Source of what each means to a client: https://docs.stripe.com/error-low-level (network failures leave the outcome
unknown; a 500 is indeterminate; limits answer before any work).
"""

import fnmatch
import threading
from dataclasses import dataclass, field
from typing import Literal, get_args

Kind = Literal["timeout_before", "timeout_after_charge", "http_500", "http_500_after_charge", "rate_limit", "slow"]
KINDS: tuple[str, ...] = get_args(Kind)


@dataclass(slots=True)
class Fault:
    """One planned fault.

    Args:
        kind: `timeout_before` drops the connection with nothing done; `timeout_after_charge` does the work and then
            drops it; `http_500` answers 500 with nothing done, `http_500_after_charge` after the work; `rate_limit`
            answers 429; `slow` waits `seconds` and then works.
        method: GET, POST or `*`.
        path: a path with shell wildcards, such as `/v1/payment_intents*`.
        times: how many matching calls it strikes.
        skip: how many matching calls it lets pass first.
        seconds: how long `slow` waits.
    """

    kind: Kind
    method: str = "*"
    path: str = "*"
    times: int = 1
    skip: int = 0
    seconds: float = 0.5

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"fault kind {self.kind!r}: one of {', '.join(KINDS)}")


@dataclass(slots=True)
class Faults:
    """The faults still to come, in the order in which they were planned."""

    planned: list[Fault] = field(default_factory=list)
    guard: threading.Lock = field(default_factory=threading.Lock)

    def plan(self, fault: Fault) -> None:
        """Add one fault."""
        with self.guard:
            self.planned.append(fault)

    def clear(self) -> None:
        """Forget all faults."""
        with self.guard:
            self.planned.clear()

    def strike(self, method: str, *, path: str) -> Fault | None:
        """Return the fault for this call, counting it, or None."""
        with self.guard:
            for fault in self.planned:
                if fault.method not in {"*", method} or not fnmatch.fnmatchcase(path, fault.path):
                    continue
                if fault.skip > 0:
                    fault.skip -= 1
                    continue
                fault.times -= 1
                if fault.times <= 0:
                    self.planned.remove(fault)
                return fault
        return None
