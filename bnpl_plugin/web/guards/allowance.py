"""How often something may be done in a span of time, counted in this process alone.

With several processes each has an allowance of its own, so that the true limit is at most their number times as high.
That is enough against guessing and flooding; what must hold exactly is counted in the database (the one-time codes).
"""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Final

_MOST_KEYS: Final = 10_000


class Allowance:
    """So many takes for one key in a span of time; the span begins with the first take.

    >>> from datetime import UTC
    >>> noon, twice = datetime(2026, 11, 25, 12, tzinfo=UTC), Allowance(2, span=timedelta(minutes=1))
    >>> [twice.take("a", now=noon), twice.take("a", now=noon), twice.take("a", now=noon), twice.take("b", now=noon)]
    [True, True, False, True]
    >>> twice.take("a", now=noon + timedelta(minutes=1))
    True
    """

    def __init__(self, most: int, *, span: timedelta) -> None:
        self._most = most
        self._span = span
        self._taken: dict[str, tuple[datetime, int]] = {}
        self._lock = threading.Lock()

    def take(self, key: str, *, now: datetime) -> bool:
        """Count one more for a key; False when its allowance for this span is used up."""
        with self._lock:
            since, count = self._counted(key, now=now)
            self._taken[key] = (since, count + 1)
            return count < self._most

    def is_spent(self, key: str, *, now: datetime) -> bool:
        """Say whether a key has nothing left, without taking."""
        with self._lock:
            return self._counted(key, now=now)[1] >= self._most

    def forget(self, key: str) -> None:
        """Give a key its whole allowance back."""
        with self._lock:
            self._taken.pop(key, None)

    def _counted(self, key: str, *, now: datetime) -> tuple[datetime, int]:
        if len(self._taken) >= _MOST_KEYS:  # somebody who comes under ever new names must not fill the memory
            self._taken = {known: row for known, row in self._taken.items() if row[0] + self._span > now}
            if len(self._taken) >= _MOST_KEYS:
                self._taken.clear()
        since, count = self._taken.get(key, (now, 0))
        return (now, 0) if since + self._span <= now else (since, count)
