"""Outgoing webhooks meet shops that misbehave."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from bnpl_plugin.environment import HttpCourier

ENDLESS = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n"
ELSEWHERE = b"HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"


@contextmanager
def shop_answering(head: bytes, *, drops: bool) -> Iterator[str]:
    """Run a shop that answers one request with a head and then, drop by drop, with a body that does not end."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as door:

        def answer() -> None:
            guest, _ = door.accept()
            with guest:
                guest.recv(65_536)
                guest.sendall(head)
                while drops and not over.wait(0.05):
                    try:
                        guest.sendall(b".")
                    except OSError:
                        return

        threading.Thread(target=answer, daemon=True).start()
        yield f"http://127.0.0.1:{door.getsockname()[1]}/hook"
        over.set()


def test_an_answer_without_end_does_not_hold_up_the_worker():
    with shop_answering(ENDLESS, drops=True) as url:
        since = time.monotonic()
        assert HttpCourier().post(url, headers={}, body=b"{}") == 200
        assert time.monotonic() - since < 5


def test_a_redirect_is_not_followed():
    with shop_answering(ELSEWHERE, drops=False) as url:
        assert HttpCourier().post(url, headers={}, body=b"{}") == 307
