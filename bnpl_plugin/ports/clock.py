"""Time and identity as arguments: nothing below ``ext`` asks the machine for either."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Where instants come from; the demo and tests pass a movable one."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        ...


class IdSource(Protocol):
    """Where opaque ids come from."""

    def new(self, prefix: str) -> str:
        """Return a new id such as ``chk_01j…``: unguessable, unique, at most 40 characters, rising with time."""
        ...

    def digits(self, *, count: int) -> str:
        """Return ``count`` random decimal digits (one-time codes)."""
        ...
