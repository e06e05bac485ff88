"""The rush: a process of its own that brings every ticket to the claim endpoint when its owner would, ready or not.

Open-loop: who arrives does not wait for those before; an answer's time counts from the moment its owner wanted it, so a
slow server cannot hide behind a slow crowd. ``python -m bnpl_plugin.simulation.crowd.rush`` reads one JSON document
(see ``Plan``) and prints a JSON line for every answer: ``[shopper, state, milliseconds]``.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from random import Random
from typing import Any
from urllib.parse import urlsplit

#: What ends a shopper's asking; ``none``: the server gave no answer that could be read.
FINAL = frozenset({"held", "sold_out", "over", "enough", "refused", "none"})

#: How long a shopper waits for one answer, how often a lost connection is tried again, and the pause before.
_ANSWER_SECONDS, _TRIES, _AGAIN_SECONDS = 15.0, 3, 0.5
_LONGEST_ANSWER = 100_000


@dataclass(frozen=True, slots=True)
class Plan:
    """One rush.

    Attributes:
        url: of the claim endpoint.
        tickets: one a shopper.
        arrivals: seconds after ``starts`` at which each comes.
        starts: when the first may come, on the machine's monotonic clock; ``opens``: when the sale does.
        patience: seconds after the last arrival until which those in line stay.
        connections: kept open at most.
    """

    url: str
    tickets: Sequence[str]
    arrivals: Sequence[float]
    starts: float
    opens: float
    patience: float
    connections: int = 128

    def to_json(self) -> str:
        """Return the document that the process reads."""
        return json.dumps(asdict(self))


def arrivals(count: int, *, seconds: float, luck: Random) -> list[float]:
    """Return when each shopper comes, in order: many at once, then ever fewer; half of them in a sixth of the time."""
    return sorted(seconds * min(luck.expovariate(4.0), 1.0) for _ in range(count))


class _Door:
    """Connections to one address, kept alive and lent one at a time."""

    def __init__(self, url: str, *, connections: int) -> None:
        address = urlsplit(url)
        self._tls = address.scheme == "https"
        self._host = address.hostname or "127.0.0.1"
        self._port = address.port or (443 if self._tls else 80)
        self._head = (
            f"POST {address.path} HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Type: application/json\r\n"
            "Connection: keep-alive\r\nContent-Length: "
        )
        self._idle: deque[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = deque()
        self._room = asyncio.Semaphore(connections)

    async def post(self, body: bytes) -> Mapping[str, Any]:
        """Return the JSON answer. Raises ``OSError``, ``ValueError`` (an answer that is none)."""
        async with self._room:
            reader, writer = self._idle.pop() if self._idle else await self._opened()
            try:
                writer.write(f"{self._head}{len(body)}\r\n\r\n".encode() + body)
                await writer.drain()
                kept, answer = await _answer(reader)
            except BaseException:
                writer.close()
                raise
            if kept:
                self._idle.append((reader, writer))
            else:
                writer.close()
        found: Mapping[str, Any] = json.loads(answer)
        return found

    async def _opened(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(self._host, self._port, ssl=self._tls or None)

    def close(self) -> None:
        """Close what is idle."""
        for _, writer in self._idle:
            writer.close()


async def _answer(reader: asyncio.StreamReader) -> tuple[bool, bytes]:
    """Read one answer; whether its connection may be used again, and its body."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    headers = dict(line.split(":", 1) for line in head.splitlines()[1:] if ":" in line)
    if "chunked" in headers.get("transfer-encoding", ""):
        body = b""
        while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
            body += (await reader.readexactly(size + 2))[:size]
        await reader.readuntil(b"\r\n")
    else:
        length = int(headers.get("content-length", "0"))
        if length > _LONGEST_ANSWER:
            raise ValueError(f"an answer of {length} bytes")
        body = await reader.readexactly(length)
    return "close" not in headers.get("connection", ""), body


async def rush(plan: Plan, *, told: Callable[[int, str, float], None]) -> None:
    """Send every shopper; ``told`` hears each answer: who, the state, milliseconds since it was wanted."""
    door = _Door(plan.url, connections=plan.connections)
    luck = Random(plan.opens)  # noqa: S311 - luck, not secrecy
    until = plan.starts + max(plan.arrivals, default=0.0) + plan.patience

    async def one(number: int) -> None:
        wanted = plan.starts + plan.arrivals[number]
        body = json.dumps({"ticket": plan.tickets[number]}).encode()
        while True:
            await asyncio.sleep(max(0.0, wanted - time.monotonic()))
            answer = await _asked(door, body)
            state = str(answer.get("state", "none"))
            told(number, state, 1000 * (time.monotonic() - wanted))
            if state in FINAL:
                return
            now = time.monotonic()
            pause = float(answer.get("again_in", 1))
            early = max(plan.opens, now) + luck.random()  # who was told when it opens comes again then
            wanted = early if state == "not_open" else now + pause
            if wanted > until:
                return

    try:
        await asyncio.gather(*(one(number) for number in range(len(plan.tickets))))
    finally:
        door.close()


async def _asked(door: _Door, body: bytes) -> Mapping[str, Any]:
    for turn in range(1, _TRIES + 1):
        try:
            return await asyncio.wait_for(door.post(body), _ANSWER_SECONDS)
        except (OSError, EOFError, ValueError, TimeoutError, asyncio.TimeoutError, asyncio.LimitOverrunError):  # noqa: UP041
            if turn < _TRIES:
                await asyncio.sleep(_AGAIN_SECONDS)
    return {}


def main() -> None:
    """Read the plan and run it."""
    plan = Plan(**json.loads(sys.stdin.readline()))

    def told(number: int, state: str, millis: float) -> None:
        sys.stdout.write(f"{json.dumps([number, state, round(millis, 1)])}\n")
        sys.stdout.flush()

    try:
        asyncio.run(rush(plan, told=told))
    except (KeyboardInterrupt, BrokenPipeError):
        sys.exit(130)


if __name__ == "__main__":
    main()
