"""Where a process can be killed: before and after every SQL statement, commit and call of the provider."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from bnpl_plugin.providers.sandbox import SandboxProvider

VERBS = ("begin", "look_up", "charge", "capture", "void", "refund")


class Points:
    """Counts the points of a run; at point ``deadly`` it kills its own process, ``before`` or ``after`` the point.

    A point is numbered from 1 in the order of the run; 0 kills nobody.
    """

    def __init__(self, *, deadly: int = 0, moment: str = "before") -> None:
        self.count = 0
        self.kinds: Counter[str] = Counter()
        self._deadly = deadly
        self._moment = moment

    def watch(self, engine: sa.Engine, bank: SandboxProvider) -> None:
        """Put a point on everything that the engine and the bank will be asked to do."""

        def before(*_told: Any) -> None:
            self.reached("statement")

        def after(*_told: Any) -> None:
            self.passed()

        event.listen(engine, "before_cursor_execute", before)
        event.listen(engine, "after_cursor_execute", after)
        dialect: Any = engine.dialect
        dialect.do_commit = self._around("commit", dialect.do_commit)
        for verb in VERBS:
            setattr(bank, verb, self._around(f"provider {verb}", getattr(bank, verb)))

    def reached(self, kind: str) -> None:
        """A point is about to be passed."""
        self.count += 1
        self.kinds[kind] += 1
        self._die_if("before")

    def passed(self) -> None:
        """The point has been passed."""
        self._die_if("after")

    def _around(self, kind: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*args: Any, **options: Any) -> Any:
            self.reached(kind)
            done = work(*args, **options)
            self.passed()
            return done

        return watched

    def _die_if(self, moment: str) -> None:
        if self.count == self._deadly and moment == self._moment:
            os.kill(os.getpid(), signal.SIGKILL)
