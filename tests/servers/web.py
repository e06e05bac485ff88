"""A WSGI application factory in a real server process, on a free port, with its log."""

import importlib
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Self

from werkzeug.serving import run_simple

from tests.servers.process import Child, free_port

_ANSWER_SECONDS = 2.0


def answers(url: str) -> bool:
    """Return whether an HTTP server answers at `url`, with whatever status."""
    try:
        with urllib.request.urlopen(url, timeout=_ANSWER_SECONDS):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


class WebServer:
    """A factory such as `"examples.demo_shop.app:create_app"`, served over HTTP by a child process.

    Args:
        factory: `module:callable`; it takes no argument and reads the environment.
        log: file for the server's output.
        env: variables added to the environment (`None` removes one).
        kind: `granian` (what the demo and the benchmarks use) or `werkzeug` (one process, many threads).
        workers: processes, for granian.
        threads: blocking threads per worker, for granian.
        ready_path: path asked until something answers.
        port: a free one when not given; it stays the same over restarts.
    """

    def __init__(
        self,
        factory: str,
        *,
        log: Path,
        env: Mapping[str, str | None] | None = None,
        kind: Literal["granian", "werkzeug"] = "granian",
        workers: int = 1,
        threads: int = 8,
        ready_path: str = "/",
        port: int | None = None,
    ) -> None:
        self.port = free_port() if port is None else port
        self.url = f"http://127.0.0.1:{self.port}"
        self._ready_url = self.url + ready_path
        if kind == "granian":
            arguments = [
                "granian", "--interface", "wsgi", "--factory", factory, "--host", "127.0.0.1", "--port", str(self.port),
                "--workers", str(workers), "--blocking-threads", str(threads),
            ]  # fmt: skip
        else:
            arguments = ["tests.servers.web", factory, str(self.port)]
        self.child = Child([sys.executable, "-m", *arguments], log=log, env={"PYTHONUNBUFFERED": "1", **(env or {})})

    def start(self, *, seconds: float = 30.0) -> Self:
        """Start the server; returns when it answers.

        Raises:
            ServerFailedError: with the tail of the log, when it does not answer or dies.
        """
        self.child.start()
        self.child.wait_until(lambda: answers(self._ready_url), what=f"{self._ready_url} to answer", seconds=seconds)
        return self

    def stop(self) -> None:
        """Ask the server to end."""
        self.child.stop()

    def kill9(self) -> None:
        """Kill the server and its workers with SIGKILL."""
        self.child.kill9()

    def restart(self) -> None:
        """Start again on the same port, after `kill9` or `stop`."""
        self.stop()
        self.start()

    def log(self) -> str:
        """Return everything the server has said so far."""
        return self.child.log.read_text(errors="replace") if self.child.log.exists() else ""

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


def _serve(factory: str, *, port: int) -> None:
    """Serve `module:callable` with werkzeug's threaded server until killed."""
    module, _, name = factory.partition(":")
    run_simple("127.0.0.1", port, getattr(importlib.import_module(module), name)(), threaded=True)


if __name__ == "__main__":
    _serve(sys.argv[1], port=int(sys.argv[2]))
