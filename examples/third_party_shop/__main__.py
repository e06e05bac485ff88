"""``python -m examples.third_party_shop``: serve the shop on PORT (8001)."""

from __future__ import annotations

import os

from werkzeug.serving import run_simple

from examples.third_party_shop.app import create_app


def main() -> None:
    """Serve until stopped."""
    port = int(os.environ.get("PORT") or 8001)
    run_simple("127.0.0.1", port, create_app(), threaded=True)


if __name__ == "__main__":
    main()
