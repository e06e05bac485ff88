"""The live board: server-sent events, one a second; all who watch a sale share one look a second at it.

A stream is short: it ends after ``BNPL_BOARD_SECONDS`` and the browser comes again, so that a page left open never
keeps a thread. Above ``BNPL_BOARD_STREAMS`` in one process a browser gets one look and is told to come back later.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from flask import Response, current_app, request

from bnpl_plugin.errors import BnplError
from bnpl_plugin.lifecycle.flash_sale.watching.board import Board, Phase, board_of
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.web import current
from bnpl_plugin.web.console.sales import figures
from bnpl_plugin.web.frame import house_place, words_of

#: How old a look may be that another one is content with, and how old for a rate to be of now.
_FRESH: Final = timedelta(milliseconds=900)
_STALE: Final = timedelta(seconds=10)
#: After how many milliseconds a browser comes again: after a stream's end; when all seats were taken.
_AGAIN, _LATER = 500, 5_000
_MOST_SALES: Final = 1_000


@dataclass(slots=True)
class Look:
    """The last look at one sale, and how many wishes a second the gate took down since the one before."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    board: Board | None = None
    rate: int | None = None

    def again(self, house: House, sale_id: str) -> tuple[Board, int | None]:
        """Return a look that is at most a second old. Raises what ``board_of`` raises."""
        with self.lock:
            last, now = self.board, house.clock.now()
            if last is None or not timedelta(0) <= now - last.at < _FRESH:
                self.board = board_of(house, sale_id=sale_id)
                self.rate = _rate(last, self.board)
            assert self.board is not None
            return self.board, self.rate


def _rate(before: Board | None, now: Board) -> int | None:
    """Return wishes a second between two looks; None where the gate did not say, or the looks lie far apart."""
    if before is None or before.decided is None or now.decided is None or now.decided < before.decided:
        return None
    span = now.at - before.at
    if not timedelta(0) < span <= _STALE:
        return None
    return round((now.decided - before.decided) / span.total_seconds())


class Watch:
    """Who watches in this process: looks by sale, and the seats that are taken, each until its stream must be over."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._looks: dict[str, Look] = {}
        self._seats: dict[object, datetime] = {}

    def look(self, sale_id: str) -> Look:
        """Return what all who watch a sale share."""
        with self._lock:
            if len(self._looks) > _MOST_SALES:
                self._looks.clear()
            return self._looks.setdefault(sale_id, Look())

    def sit_down(self, house: House) -> object | None:
        """Take a seat; None: all are taken. One that nobody has left, its process's thread being dead, comes free."""
        now, settings = house.clock.now(), house.settings
        with self._lock:
            self._seats = {seat: until for seat, until in self._seats.items() if until > now}
            if len(self._seats) >= settings.board_streams:
                return None
            seat = object()
            self._seats[seat] = now + timedelta(seconds=2 * settings.board_seconds + 10)
            return seat

    def leave(self, seat: object | None) -> None:
        """Leave a seat; twice is once."""
        with self._lock:
            self._seats.pop(seat, None)


def events(sale_id: str) -> Response:
    """Answer ``GET …/sales/<id>/events``: the board's texts by place as JSON, a second apart."""
    house, t, watch = current.house(), words_of(house_place()), _watch()
    look = watch.look(sale_id)
    look.again(house, sale_id)  # a sale that is not there is no stream
    if request.method == "HEAD":  # nobody would read the stream, and so leave the seat
        return Response(mimetype="text/event-stream")
    seat = watch.sit_down(house)
    turns = 1 if seat is None else house.settings.board_seconds

    def lines() -> Iterator[str]:
        yield f"retry: {_LATER if seat is None else _AGAIN}\n\n"
        try:
            for turn in range(turns):
                if turn:
                    _wait()
                board, rate = look.again(house, sale_id)
                yield f"data: {json.dumps(figures.told(t, board, rate=rate))}\n\n"
                if board.phase is Phase.CLOSED:
                    return
        except BnplError:  # no database for a moment: the browser comes again
            return
        finally:
            watch.leave(seat)

    response = Response(lines(), mimetype="text/event-stream", headers={"X-Accel-Buffering": "no"})
    response.call_on_close(lambda: watch.leave(seat))
    return response


def _wait() -> None:
    """Let a second pass."""
    threading.Event().wait(1)


def _watch() -> Watch:
    known: Any = current_app.extensions.get("bnpl.boards")
    if known is None:
        known = current_app.extensions.setdefault("bnpl.boards", Watch())
    assert isinstance(known, Watch)
    return known
