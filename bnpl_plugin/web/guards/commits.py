"""How many winners of a flash sale one process commits at once: the others are told so, and losers never wait for them.

A process has few threads, and at the start all of them would be busy with winners while thousands wait to hear that it
is over. Whoever the gate has let in loses nothing by asking again a moment later: the unit is put aside.
"""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Any, Final

from bnpl_plugin.settings import Settings

_KEPT: Final = "bnpl.commits"
_SECOND: Final = timedelta(seconds=1)
#: Seconds within which who is told to come again comes; how many a second are taken to be served until it is known.
_SHORTEST, _LONGEST, _SERVED = 0.2, 8.0, 60
#: So many times as many are told to come as are served: a place that is left is taken at once.
_CROWDING = 2
#: Somebody who comes as soon as he was told to is never above the shopper's allowance, whatever a network delays.
_APART = 1.2


class Commits:
    """The places for winners in one process.

    Args:
        most: how many there are.
        asks: how often in a second one shopper may ask (``claims_per_shopper``).
    """

    def __init__(self, most: int, *, asks: int) -> None:
        self._most = most
        self._shortest = max(_SHORTEST, _APART / asks)
        self._busy = 0
        self._left, self._served = 0, float(_SERVED)
        self._since: datetime | None = None
        self._next: datetime | None = None
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
            self._left += 1

    def again_in(self, *, now: datetime) -> float:
        """Return after how many seconds somebody who is sent away may come again: in turn, as fast as is served."""
        with self._lock:
            since = self._since or now
            if now - since >= _SECOND:
                self._served = max(self._left / (now - since).total_seconds(), _SERVED)
            if now - since >= _SECOND or self._since is None:
                self._since, self._left = now, 0
            soonest = now + timedelta(seconds=self._shortest)
            turn = max(self._next or soonest, soonest) + _SECOND / (_CROWDING * self._served)
            self._next = min(turn, now + timedelta(seconds=_LONGEST))
            return round((self._next - now).total_seconds(), 2)


def commits(extensions: dict[str, Any], *, settings: Settings) -> Commits:
    """Return the places that an app keeps among its extensions."""
    known: Commits | None = extensions.get(_KEPT)
    if known is not None:
        return known
    made: Commits = extensions.setdefault(_KEPT, Commits(settings.sale_commits, asks=settings.claims_per_shopper))
    return made
