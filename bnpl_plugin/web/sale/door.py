"""The crowd's entrance: who has lost is answered before Flask makes a request of the tap, and so costs half of one.

It stands in front of the app (``app.wsgi_app``) and looks at one address only. Whoever may win, and whatever is not
plainly a tap, goes on to the view of the same address as if there were no door. The host's ``before_request`` and
``after_request`` do not see the losers; a host that registers our blueprints itself has no door.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any, Final

from bnpl_plugin.errors import BnplError
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.web.guards.claims import Questions
from bnpl_plugin.web.guards.commits import Commits
from bnpl_plugin.web.sale import tapping
from bnpl_plugin.web.sale.tickets import Ticket

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

_DIGITS: Final = 4  # of a length that can be read: a longer number is none, or too much
_STATUS: Final = {200: "200 OK", 400: "400 Bad Request", 429: "429 Too Many Requests"}


class Door:
    """A WSGI application in front of another one."""

    def __init__(self, inner: Wsgi, *, path: str, house: House, asked: Questions, places: Commits) -> None:
        self._inner = inner
        self._path = path
        self._house = house
        self._asked = asked
        self._places = places

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a loser; let everybody else through."""
        if environ.get("PATH_INFO") == self._path and environ.get("REQUEST_METHOD") == "POST":
            length = environ.get("CONTENT_LENGTH") or ""
            if len(length) <= _DIGITS and length.isdecimal() and int(length) <= tapping.LONGEST:
                body = environ["wsgi.input"].read(int(length))
                said = self._said(body, address=str(environ.get("REMOTE_ADDR") or ""))
                if isinstance(said, tapping.Reply):
                    answer = said.body()
                    start_response(_STATUS[said.status], [*said.headers(), ("Content-Length", str(len(answer)))])
                    return (answer,)
                environ["wsgi.input"] = BytesIO(body)
                environ[tapping.TICKET] = said
        return self._inner(environ, start_response)

    def _said(self, body: bytes, *, address: str) -> tapping.Reply | Ticket | None:
        """Return the answer, the ticket of somebody who may win, or None: the view is to find out."""
        if self._asked.by_address:  # which one it is, is known for sure only where every proxy of the host's was heard
            return None
        try:
            said = tapping.first_word(self._house, body, asked=self._asked, address=address)
        except BnplError:  # the gate has lost its memory or does not answer, or the sale is closed
            return None
        if isinstance(said, Ticket) and self._places.full:
            return tapping.reserving(self._places.again_in(now=self._house.clock.now()))
        return said
