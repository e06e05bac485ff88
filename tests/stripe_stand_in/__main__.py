"""`python -m tests.stripe_stand_in --port N`: the stand-in as a process, until it is told to stop."""

import argparse
import json
import signal
import threading

from .stand_in import SECRET_KEY, StandIn


def main() -> None:
    """Start, print one line of JSON with the address and keys, wait for SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(prog="tests.stripe_stand_in", description=__doc__)
    parser.add_argument("--port", type=int, default=12111)
    parser.add_argument("--secret-key", default=SECRET_KEY)
    parser.add_argument("--webhook-url", action="append", default=[])
    parser.add_argument("--webhook-secret", default="")
    chosen = parser.parse_args()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with StandIn(port=chosen.port, secret_key=chosen.secret_key, webhook_secret=chosen.webhook_secret) as stand_in:
        for url in chosen.webhook_url:
            stand_in.register(url)
        told = ("url", "secret_key", "publishable_key", "webhook_secret")
        print(json.dumps({name: getattr(stand_in, name) for name in told}), flush=True)
        stop.wait()


if __name__ == "__main__":
    main()
