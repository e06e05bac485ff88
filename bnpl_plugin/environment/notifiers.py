"""Where messages to shoppers go: any channel that Apprise knows, or the console of a developer."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TextIO
from urllib.parse import quote

from bnpl_plugin.errors import ConfigurationError, MessageUndelivered
from bnpl_plugin.lifecycle.logs import log_of
from bnpl_plugin.ports.platform import Message

PHONE = "{phone}"

log = log_of("notify")


class ConsoleNotifier:
    """Prints messages, for development and the demo; keeps the last hundred for tests and the demo's inbox page."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream
        self._lock = threading.Lock()
        self.sent: list[Message] = []

    def send(self, message: Message) -> None:
        """Print one message."""
        with self._lock:
            self.sent = [*self.sent[-99:], message]
        print(f"[to {message.to_phone}] {message.text}", file=self._stream or sys.stderr, flush=True)


class AppriseNotifier:
    """Sends messages over the first of several channels that takes them.

    Args:
        urls: addresses in Apprise's form with ``{phone}`` where the E.164 number goes, such as
            ``twilio://SID:TOKEN@FROM/{phone}``; tried in their order.

    Raises ``ConfigurationError``: Apprise is not installed (extra ``notify``), or does not understand an address.
    """

    def __init__(self, urls: Sequence[str]) -> None:
        try:
            import apprise
        except ImportError as error:
            raise ConfigurationError("BNPL_NOTIFY_URLS needs the extra: pip install bnpl_plugin[notify]") from error
        self._apprise: Any = apprise
        self._urls = tuple(urls)
        with _hushed():
            for place, url in enumerate(self._urls, start=1):  # an address may hold a secret: told by its place
                if apprise.Apprise.instantiate(_aimed(url, phone="+12015550123")) is None:
                    raise ConfigurationError(f"address {place} of BNPL_NOTIFY_URLS is not one of Apprise's")

    def send(self, message: Message) -> None:
        """Send one message, logged without its text and number. Raises ``MessageUndelivered``: no channel took it."""
        for place, url in enumerate(self._urls, start=1):
            if self._sent(url, message):
                return
            log.warning("a channel did not take a message", channel=place, kind=message.kind)
        raise MessageUndelivered(f"none of {len(self._urls)} channels took a {message.kind}")

    def _sent(self, url: str, message: Message) -> bool:
        with _hushed():
            channel = self._apprise.Apprise.instantiate(_aimed(url, phone=message.to_phone))
            try:
                return channel is not None and bool(channel.notify(body=message.text))  # here, in no thread of its own
            except Exception:  # noqa: BLE001 - one of a hundred channels: whatever it was, the next is tried
                return False


def _aimed(url: str, *, phone: str) -> str:
    return url.replace(PHONE, quote(phone, safe=""))


# Apprise and urllib3 log addresses and bodies at their finer levels: not while they carry a code to a number
_silent = threading.local()


class _Hush(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        return not getattr(_silent, "on", False)


_HUSH = _Hush()


@contextmanager
def _hushed() -> Iterator[None]:
    for name in ("apprise", "urllib3.connectionpool", "requests"):
        logging.getLogger(name).addFilter(_HUSH)  # the same filter is added once
    _silent.on = True
    try:
        yield
    finally:
        _silent.on = False
