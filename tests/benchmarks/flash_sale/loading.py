"""The crowd's taps, from a process of its own: HTTP over lines that are kept open, at instants or one after the other.

A latency counts from the instant at which the shopper tapped, not from when a line was free to carry it, so that a
server that falls behind cannot hide it.
"""

from __future__ import annotations

import json
import multiprocessing
import random
import resource
import select
import socket
import time
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import accumulate
from multiprocessing.connection import Connection

_PORTION = 65_536
_RESERVING = b'"reserving"'


@dataclass(frozen=True, slots=True)
class Rush:
    """Some of a crowd's tickets brought to one address.

    Attributes:
        crowd: whose tickets.
        first, count: which of them.
        path: where to.
        lines: how many connections; at a rate, the most taps that can be under way.
        rate: taps a second, at random instants (a Poisson process) whatever the server does; None: each line brings
            the next one as soon as it has an answer.
        seed: of the instants.
    """

    crowd: str
    first: int
    count: int
    path: str
    lines: int
    rate: float | None = None
    seed: int = 0


@dataclass(slots=True)
class Told:
    """What a rush was told: by the answers' state, how many, and after how many seconds each (in their order).

    ``span`` is from the first tap to the last answer; ``spans`` the same for each state; ``cpu`` what this process
    used of a core for it; ``held`` which tickets won; ``odd`` some of the answers that are not ours.
    """

    span: float = 0.0
    cpu: float = 0.0
    states: Counter[str] = field(default_factory=Counter)
    waits: dict[str, list[float]] = field(default_factory=dict)
    spans: dict[str, float] = field(default_factory=dict)
    held: list[int] = field(default_factory=list)
    odd: list[str] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.states.total() / self.span

    def wait_ms(self, percent: float, *states: str) -> float:
        """Return the latency that so many of those states' answers were at least as quick as, in milliseconds."""
        known = sorted(wait for state in states or self.waits for wait in self.waits.get(state, ()))
        return known[min(len(known) - 1, int(len(known) * percent / 100))] * 1000 if known else 0.0


def tap(ticket: str, *, path: str) -> bytes:
    """Return one request's bytes."""
    body = b'{"ticket":"' + ticket.encode() + b'"}'
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    return head.encode() + b"\r\n\r\n" + body


def bring(requests: Sequence[bytes], *, port: int, rush: Rush) -> Told:
    """Send requests and wait for all their answers."""
    due = _instants(len(requests), rate=rush.rate, seed=rush.seed)
    with ExitStack() as stack:
        lines = [
            stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=60))
            for _ in range(min(rush.lines, len(requests)))
        ]
        for line in lines:
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        cpu, began = _cpu(), time.perf_counter()
        answers, times = _carried(lines, requests=requests, due=due, began=began)
        told = Told(span=time.perf_counter() - began, cpu=_cpu() - cpu)
    _sort_into(told, answers=answers, times=times)
    return told


def _instants(count: int, *, rate: float | None, seed: int) -> list[float] | None:
    if rate is None:
        return None
    chance = random.Random(seed)
    return list(accumulate(chance.expovariate(rate) for _ in range(count)))


def _carried(
    lines: Sequence[socket.socket], *, requests: Sequence[bytes], due: list[float] | None, began: float
) -> tuple[list[bytes], list[tuple[float, float]]]:
    """Return the answers and when each was asked for and given, in seconds since ``began``."""
    again: list[tuple[float, int]] = []  # who was let in and told to ask again, and when
    idle, busy = deque(lines), {}  # all in turn: a server closes a line that lies idle for long
    answers, times = [b""] * len(requests), [(0.0, 0.0)] * len(requests)
    following = done = 0
    clock = time.perf_counter
    while done < len(requests):
        now = clock() - began
        while idle and again and again[0][0] <= now:
            place = heappop(again)[1]
            line = idle.popleft()
            line.sendall(requests[place])
            busy[line] = place
        while following < len(requests) and idle and (due is None or due[following] <= now):
            line = idle.popleft()
            line.sendall(requests[following])
            busy[line] = following
            times[following] = (now if due is None else due[following], 0.0)
            following += 1
        more = due is not None and idle and following < len(requests)
        soonest = [due[following]] if more and due else []
        soonest += [again[0][0]] if again and idle else []
        ready = select.select(busy, (), (), max(0.0, min(soonest) - now) if soonest else None)[0]
        for line in ready:
            place = busy[line]
            got = line.recv(_PORTION)
            if not got:
                raise ConnectionError(f"the server closed a line after {answers[place]!r}, {len(requests) - done} left")
            answers[place] += got
            if _whole(answers[place]) and _RESERVING in answers[place]:
                told_again = json.loads(answers[place].partition(b"\r\n\r\n")[2])["again_in"]
                heappush(again, (clock() - began + told_again, place))
                answers[place] = b""
                del busy[line]
                idle.append(line)
            elif _whole(answers[place]):
                times[place] = (times[place][0], clock() - began)
                del busy[line]
                idle.append(line)
                done += 1
    return answers, times


def _whole(answer: bytes) -> bool:
    head, parted, body = answer.partition(b"\r\n\r\n")
    if not parted:
        return False
    before, named, after = head.lower().partition(b"content-length:")
    if not named:
        raise ValueError(f"an answer without a length: {before!r}")
    return len(body) >= int(after.split(b"\r\n", 1)[0])


def _sort_into(told: Told, *, answers: Sequence[bytes], times: Sequence[tuple[float, float]]) -> None:
    last: dict[str, float] = {}
    first: dict[str, float] = {}
    names: dict[bytes, str] = {}
    for place, (answer, (asked, given)) in enumerate(zip(answers, times, strict=True)):
        body = answer.partition(b"\r\n\r\n")[2]
        state = names.get(body) or names.setdefault(body, _state(answer, body))
        told.states[state] += 1
        told.waits.setdefault(state, []).append(given - asked)
        first[state] = min(first.get(state, asked), asked)
        last[state] = max(last.get(state, 0.0), given)
        if state == "held":
            told.held.append(place)
        if state.startswith("odd") and len(told.odd) < 3:
            told.odd.append(answer.decode(errors="replace"))
    told.spans = {state: last[state] - first[state] for state in last}


def _state(answer: bytes, body: bytes) -> str:
    status = answer[9:12].decode()
    try:
        return str(json.loads(body)["state"])
    except (ValueError, KeyError, TypeError):
        return f"odd {status}"


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


# the process ---------------------------------------------------------------------------------------------------------
def _serve(pipe: Connection, *, port: int, tickets: Mapping[str, Sequence[str]]) -> None:
    pipe.send("ready")
    while (rush := pipe.recv()) is not None:
        wanted = tickets[rush.crowd][rush.first : rush.first + rush.count]
        pipe.send(bring([tap(ticket, path=rush.path) for ticket in wanted], port=port, rush=rush))


@dataclass(slots=True)
class Loader:
    """The process that taps."""

    pipe: Connection

    def go(self, rush: Rush) -> Told:
        """Have it bring tickets; returns when it was told everything."""
        self.pipe.send(rush)
        told = self.pipe.recv()
        assert isinstance(told, Told)
        return told


@contextmanager
def started(*, port: int, tickets: Mapping[str, Sequence[str]]) -> Iterator[Loader]:
    """Start the process; it ends with the block."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(there,), kwargs={"port": port, "tickets": tickets}, daemon=True)
    process.start()
    there.close()
    try:
        here.recv()
        yield Loader(here)
    finally:
        if process.is_alive():
            here.send(None)
        process.join(10)
        here.close()
