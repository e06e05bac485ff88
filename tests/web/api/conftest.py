"""A lender with two shops."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from bnpl_plugin.lifecycle.house import House
from tests.web.api.driving import Caller, Post, make_lender, register


@pytest.fixture
def app(tmp_path: Path, migrated_sqlite_url: str) -> Iterator[Flask]:
    app = make_lender(tmp_path, database_url=migrated_sqlite_url)
    yield app
    app.extensions["bnpl"].store.engine.dispose()


@pytest.fixture
def house(app: Flask) -> House:
    found: House = app.extensions["bnpl"]
    return found


@pytest.fixture
def post(house: House) -> Post:
    return house.courier  # type: ignore[return-value]


@pytest.fixture
def ours(app: Flask) -> Caller:
    return register(app, name="Ours")


@pytest.fixture
def theirs(app: Flask) -> Caller:
    return register(app, name="Theirs")
