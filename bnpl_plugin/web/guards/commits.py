"""How many winners of a flash sale one process commits at once: the others are told so, and losers never wait for them.

A process has few threads, and at the start all of them would be busy with winners while thousands wait to hear that it
is over. Whoever the gate has let in loses nothing by asking again a moment later: the unit is put aside.
"""

from __future__ import annotations

import random
import threading
from datetime import datetime, timedelta
from typing import Any, Final

from bnpl_plugin.settings import Settings

_KEPT: Final = "bnpl.commits"
_SECOND: Final = timedelta(seconds=1)
#: Who is told to come again comes within so many seconds; so many of them a second are served.
_SHORTEST, _LONGEST, _SERVED = 0.2, 8.0, 60


class Commits:
    """The places for winners in one process."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._busy = 0
        self._sent_away = 0
        self._since: datetime | None = None
        self._lock = threading.Lock()

    @property
    def full(self) -> bool:
        """Whether nobody can enter right now."""
        return self._busy >= self._most

    def enter(self) -> bool:
        """Take a place; False when there is none."""
        with self._lock:
            if self._busy >= self._most:
                return False
            self._busy += 1
            return True

    def leave(self) -> None:
        """Give a place back."""
        with self._lock:
            self._busy -= 1

    def again_in(self, *, now: datetime) -> float:
        """Return after how many seconds somebody who is sent away may come again: spread over what it will take."""
        with self._lock:
            if self._since is None or now - self._since > _SECOND:
                self._since, self._sent_away = now, 0
            self._sent_away += 1
            span = min(2 * _SHORTEST + self._sent_away / _SERVED, _LONGEST)
        return round(random.uniform(_SHORTEST, span), 2)  # noqa: S311 - luck, not secrecy


def commits(extensions: dict[str, Any], *, settings: Settings) -> Commits:
    """Return the places that an app keeps among its extensions."""
    known: Commits | None = extensions.get(_KEPT)
    return known or extensions.setdefault(_KEPT, Commits(settings.sale_commits))
