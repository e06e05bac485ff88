"""A shop on a fresh SQLite database, and a browser in front of it."""

from pathlib import Path

import pytest
from flask import Flask

from tests.web.browsing import Browser, make_shop


@pytest.fixture
def shop(tmp_path: Path) -> Flask:
    app = make_shop(tmp_path)
    app.extensions["shop"].add(order_ref="order-1")
    return app


@pytest.fixture
def browser(shop: Flask) -> Browser:
    return Browser(shop)
