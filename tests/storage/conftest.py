"""A store on a fresh database with all tables, once on each engine."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from bnpl_plugin.storage import SqlReads, SqlStore, SqlVerifier, build_engine, upgrade
from tests.servers.postgres import PostgresServer

TEMPLATE = "storage"


def _prepare(url: str) -> None:
    engine = build_engine(url)
    upgrade(engine)
    engine.dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "shop.sqlite"
    _prepare(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_ready(sqlite_template: Path, sqlite_url: str) -> str:
    """The address of a fresh SQLite database with our tables."""
    shutil.copy(sqlite_template, sqlite_url.removeprefix("sqlite:///"))
    return sqlite_url


@pytest.fixture
def postgres_ready(postgres_server: PostgresServer) -> Iterator[str]:
    """The address of a fresh PostgreSQL database with our tables."""
    url = postgres_server.create_database(template=postgres_server.template(TEMPLATE, prepare=_prepare))
    yield url
    postgres_server.drop(url)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def ready_url(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue(f"{request.param}_ready")
    return url


@pytest.fixture
def engine(ready_url: str) -> Iterator[sa.Engine]:
    made = build_engine(ready_url)
    yield made
    made.dispose()


@pytest.fixture
def store(engine: sa.Engine) -> SqlStore:
    return SqlStore(engine)


@pytest.fixture
def reads(engine: sa.Engine) -> SqlReads:
    return SqlReads(engine)


@pytest.fixture
def verifier(engine: sa.Engine) -> SqlVerifier:
    return SqlVerifier(engine)
