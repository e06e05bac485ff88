"""The whole demo, started once for all walks as a user starts it."""

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.browser.walking import Demo, Walk
from tests.servers.process import Child, free_port
from tests.servers.web import answers


def _two_ports() -> int:
    """Return a free port whose next one is free too."""
    while True:
        port = free_port()
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port + 1)) != 0:
                return port


@contextmanager
def demo_running(folder: Path) -> Iterator[Demo]:
    """Run ``python -m examples.demo_shop`` with a flash sale that is open at once."""
    port = _two_ports()
    env: dict[str, str | None] = {
        name: None for name in os.environ if name.startswith(("BNPL_", "STRIPE_", "DATABASE_URL"))
    }
    env |= {"PORT": str(port), "DEMO_FOLDER": str(folder / "desk"), "DEMO_SALE_IN_SECONDS": "0"}
    env |= {"PYTHONUNBUFFERED": "1", "BNPL_SANDBOX_SLOW_SECONDS": "3"}
    child = Child([sys.executable, "-m", "examples.demo_shop"], log=folder / "demo.log", env=env).start()
    found = Demo(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{port + 1}", folder / "demo.log")
    try:
        told = "guide, test cards"
        child.wait_until(lambda: told in found.log.read_text(errors="replace"), what="the demo to start", seconds=60)
        child.wait_until(lambda: answers(found.other), what="the third-party shop to answer", seconds=30)
        yield found
    finally:
        child.stop()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo, on the clock of the world."""
    with demo_running(tmp_path_factory.mktemp("demo")) as running:
        yield running


@pytest.fixture
def walk(demo: Demo, phone) -> Walk:
    """A shopper on a fresh phone."""
    return Walk(demo, phone)
