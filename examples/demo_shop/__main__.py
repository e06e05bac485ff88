"""``python -m examples.demo_shop``: the shop, its worker and a third-party shop, each a process; Ctrl-C ends them all.

Environment: PORT (8000; the third-party shop gets the next one), DATABASE_URL (default: an SQLite file), DEMO_FOLDER,
STRIPE_SECRET_KEY with STRIPE_PUBLISHABLE_KEY (default: the sandbox bank).
"""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping

from examples.demo_shop.app import create_app
from examples.demo_shop.desk import CONSOLE_PASSWORD, FACTORY, Desk, crowd_command
from examples.demo_shop.seeding import prepare, sale_ids
from examples.demo_shop.words import say


def main() -> int:
    """Prepare, start, tell where everything is, and wait."""
    port = int(os.environ.get("PORT") or 8000)
    url, other = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{port + 1}"
    os.environ["PUBLIC_URL"] = os.environ.get("PUBLIC_URL") or url
    Desk.open().keep_database_url()
    app = create_app()
    credentials = prepare(app, third_party_url=other)
    with app.app_context():
        sales = sale_ids(app)
    started: list[subprocess.Popen[bytes]] = []
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        started.append(_start(_server(port)))
        started.append(_start([sys.executable, "-m", "flask", "--app", FACTORY, "bnpl", "worker"]))
        third = {"PORT": str(port + 1), "BNPL_API_URL": f"{url}/bnpl/api/v1", **credentials}
        started.append(_start([sys.executable, "-m", "examples.third_party_shop"], env=third, alone=True))
        _await(url, started[0])
        print(_told(url, other, sales=sales), flush=True)
        while all(child.poll() is None for child in started):
            time.sleep(1)
    except KeyboardInterrupt:
        return 0
    else:
        print("one of the demo's processes has ended; stopping the others", file=sys.stderr)
        return 1
    finally:
        _stop(started)


def _server(port: int) -> list[str]:
    if importlib.util.find_spec("granian"):
        return [
            sys.executable, "-m", "granian", "--interface", "wsgi", "--factory", FACTORY, "--host", "127.0.0.1",
            "--port", str(port), "--workers", "1", "--blocking-threads", "8", "--no-access-log", "--log-level", "error",
        ]  # fmt: skip
    return [sys.executable, "-m", "flask", "--app", FACTORY, "run", "--port", str(port)]


def _start(command: list[str], *, env: Mapping[str, str] | None = None, alone: bool = False) -> subprocess.Popen[bytes]:
    """Start a process; ``alone``: it gets nothing of our settings but ``env``, as another company's shop would."""
    own = ("BNPL_", "STRIPE_", "DATABASE_URL", "DEMO_FOLDER", "PUBLIC_URL")
    inherited = {key: value for key, value in os.environ.items() if not (alone and key.startswith(own))}
    if alone:
        inherited["DEMO_FOLDER"] = str(Desk.open().folder)
    return subprocess.Popen(command, env={**inherited, "PYTHONUNBUFFERED": "1", **(env or {})})  # noqa: S603 - our own


def _await(url: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - http, made above
                return
        except (OSError, urllib.error.URLError):
            if server.poll() is not None:
                raise SystemExit("the shop's server did not start; see above") from None
            time.sleep(0.1)
    raise SystemExit("the shop's server did not answer in time")


def _told(url: str, other: str, *, sales: Mapping[str, str]) -> str:
    rows = (
        ("storefront", f"{url}/"),
        ("flash sale", f"{url}/sale"),
        ("cart China to France", f"{url}/demo/cart/china-to-france"),
        ("third-party shop", f"{other}/"),
        ("my plans", f"{url}/bnpl/account   (phone number and code)"),
        ("console", f"{url}/bnpl/console   (password: {CONSOLE_PASSWORD})"),
        ("API description", f"{url}/bnpl/api/v1/openapi.json"),
        ("text messages", f"{url}/demo/inbox   (also printed here)"),
        ("clock", f"{url}/demo/clock"),
        ("guide, test cards", f"{url}/demo"),
    )
    lines = ["", *(f"  {name:<22}{address}" for name, address in rows), ""]
    lines.append("  Flash sales: the live board of each, and a crowd to compete against, for a second terminal")
    for country, sale_id in sales.items():
        lines.append(f"  {say('en', country):<22}{url}/bnpl/console/sales/{sale_id}")
        lines.append(f"  {'':<22}{crowd_command(sale_id, url=url)}")
    return "\n".join([*lines, ""])


def _stop(started: list[subprocess.Popen[bytes]]) -> None:
    for child in started:
        child.terminate()
    for child in started:
        try:
            child.wait(timeout=8)
        except subprocess.TimeoutExpired:
            child.kill()


if __name__ == "__main__":
    sys.exit(main())
