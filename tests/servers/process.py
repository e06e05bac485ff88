"""A child process with a log, that dies with its parent and can be killed as a power cut would."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Self

REPOSITORY = Path(__file__).resolve().parents[2]
_PR_SET_PDEATHSIG = 1  # linux/prctl.h


class ServerFailedError(RuntimeError):
    """A server did not start, or went away; the message ends with the tail of its log."""


def free_port() -> int:
    """Return a TCP port of the loopback address that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(condition: Callable[[], bool], *, what: str, seconds: float = 30.0) -> None:
    """Ask `condition` every 20 ms until it is true.

    Raises:
        ServerFailedError: after `seconds`, naming `what` was awaited.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            message = f"waited {seconds:g} s in vain for: {what}"
            raise ServerFailedError(message)
        time.sleep(0.02)


def _die_with_parent(signal_number: int) -> Callable[[], None] | None:
    """Return what the child runs before exec, so that an aborted test run leaves no server behind (Linux only)."""
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)

    def ask() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal_number)

    return ask


def descendants(pid: int) -> list[int]:
    """Return the process ids below `pid`, parents first, read from /proc."""
    found: list[int] = []
    waiting = [pid]
    while waiting:
        current = waiting.pop()
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{current}/task").iterdir():
                children = [int(word) for word in (task / "children").read_text().split()]
                found.extend(children)
                waiting.extend(children)
    return found


class Child:
    """One command run as a child process, its output in a log file.

    Args:
        command: the program and its arguments.
        log: file that receives standard output and error (appended to).
        env: variables added to this process' environment; `None` as a value removes one.
        cwd: working directory; the repository when not given.
        user_id: run as this Unix user (only possible for root); `None` keeps the present one.
        group_id: the group that goes with it.
        on_orphaned: signal that the child gets when this process dies.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        log: Path,
        env: Mapping[str, str | None] | None = None,
        cwd: Path = REPOSITORY,
        user_id: int | None = None,
        group_id: int | None = None,
        on_orphaned: int = signal.SIGKILL,
    ) -> None:
        self.command = list(command)
        self.log = log
        self.cwd = cwd
        merged = {**os.environ, **(env or {})}
        self.env = {key: value for key, value in merged.items() if value is not None}
        self._user_id = user_id
        self._group_id = group_id
        self._on_orphaned = on_orphaned
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> Self:
        """Start the command; returns itself at once, without waiting for an answer."""
        with self.log.open("ab") as sink:
            self._process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                env=self.env,
                cwd=self.cwd,
                start_new_session=True,
                preexec_fn=_die_with_parent(self._on_orphaned),  # noqa: PLW1509 - runs one prctl, takes no lock
                user=self._user_id,
                group=self._group_id,
                extra_groups=None if self._user_id is None else [],
            )
        return self

    @property
    def pid(self) -> int:
        """The process id of the running command."""
        if self._process is None:
            message = f"not started: {self.command[0]}"
            raise ServerFailedError(message)
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the command runs."""
        return self._process is not None and self._process.poll() is None

    def wait_until(self, condition: Callable[[], bool], *, what: str, seconds: float = 30.0) -> None:
        """Wait as `wait_until` does, but give up as soon as the child is dead; the error carries the log's tail."""

        def or_dead() -> bool:
            return not self.alive or condition()

        try:
            wait_until(or_dead, what=what, seconds=seconds)
        except ServerFailedError as failure:
            message = f"{failure}\n{self.tail()}"
            raise ServerFailedError(message) from None
        if not self.alive:
            message = f"{self.command[0]} died while we waited for: {what}\n{self.tail()}"
            raise ServerFailedError(message)

    def tail(self, *, lines: int = 40) -> str:
        """Return the last lines of the log."""
        if not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def kill9(self) -> None:
        """Kill the command and everything it started with SIGKILL, at once, and reap it."""
        if self._process is None:
            return
        family = [self._process.pid, *descendants(self._process.pid)]
        for pid in family:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait()

    def stop(self, *, signal_number: int = signal.SIGTERM, seconds: float = 10.0) -> None:
        """Ask the command to end; kill it when it has not after `seconds`."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(signal_number)
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill9()
