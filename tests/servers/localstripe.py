"""localstripe, a stateful Stripe server by other people (GPL: only ever a process of its own)."""

import os
import shutil
import sys
from pathlib import Path
from typing import Self

from tests.servers.process import REPOSITORY, Child, ServerFailedError, free_port
from tests.servers.web import answers


def find_localstripe() -> str:
    """Return the program: `BNPL_TEST_LOCALSTRIPE`, that of `.venv-localstripe` (made by `make`), or the next one found.

    Raises:
        ServerFailedError: when there is none.
    """
    own = REPOSITORY / ".venv-localstripe" / "bin" / "localstripe"
    beside = Path(sys.executable).parent / "localstripe"
    candidates = (os.environ.get("BNPL_TEST_LOCALSTRIPE"), str(own), str(beside), shutil.which("localstripe"))
    for candidate in candidates:
        if candidate and Path(candidate).exists():
            return candidate
    message = "no localstripe found: run `make .venv-localstripe/.ready`"
    raise ServerFailedError(message)


class LocalStripe:
    """One localstripe process without a memory of earlier runs; `url` is the SDK's `base_addresses["api"]`."""

    def __init__(self, *, log: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.child = Child([find_localstripe(), "--from-scratch", "--port", str(self.port)], log=log)

    def start(self) -> Self:
        """Start it; returns when it answers."""
        self.child.start()
        self.child.wait_until(lambda: answers(f"{self.url}/js.stripe.com/v3/"), what="localstripe to answer")
        return self

    def stop(self) -> None:
        """End it."""
        self.child.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
