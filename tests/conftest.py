"""What every test may ask for: fresh databases on both engines, a phone, and Hypothesis' profiles."""

import os
import shutil
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from tests.servers.postgres import PostgresServer

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.servers.browser import Complaints
    from tests.servers.valkey import ValkeyServer

_PROOF_SECONDS = 3600

# CI plays the same examples every time, so that a red light means a change; other runs and the proofs look further
settings.register_profile(
    "ci", deadline=None, print_blob=True, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("dev", deadline=None, print_blob=True, max_examples=50)
settings.load_profile("ci" if os.environ.get("CI") else "dev")

_failed = pytest.StashKey[bool]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by what they ask for, and everything under acceptance/prove as a proof with an hour of time."""
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if "chromium_browser" in fixtures:
            item.add_marker("browser")
        if "postgres_server" in fixtures and not {"database_url", "migrated_url"} & set(fixtures):
            item.add_marker("postgres")
        if "acceptance/prove/" in item.path.as_posix():
            item.add_marker("prove")
        if item.get_closest_marker("prove") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(_PROOF_SECONDS))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember a failure, so that the phone can take a picture of it."""
    report = yield
    if report.failed:
        item.stash[_failed] = True
    return report


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One real PostgreSQL for the session; a test that kills it must start one of its own."""
    server = PostgresServer().start()
    yield server
    server.close()


@pytest.fixture(scope="session")
def valkey_server() -> Iterator["ValkeyServer"]:
    """One real Valkey for the session; a test that kills it must start one of its own."""
    from tests.servers.valkey import ValkeyServer

    server = ValkeyServer().start()
    yield server
    server.close()


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The address of a fresh, empty PostgreSQL database."""
    url = postgres_server.create_database()
    yield url
    postgres_server.drop(url)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The address of an SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'shop.sqlite'}"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of a fresh, empty database, once on each engine."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


def _migrate(url: str) -> None:
    """Create our tables by the package's own migrations."""
    from bnpl_plugin.storage.engine import build_engine
    from bnpl_plugin.storage.migrations import upgrade

    engine = build_engine(url)
    upgrade(engine)
    engine.dispose()


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One SQLite file with our tables, to be copied."""
    path = tmp_path_factory.mktemp("template") / "template.sqlite"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def migrated_sqlite_url(migrated_file: Path, tmp_path: Path) -> str:
    """The address of a fresh SQLite database with our tables."""
    target = tmp_path / "migrated.sqlite"
    shutil.copy(migrated_file, target)
    return f"sqlite:///{target}"


@pytest.fixture
def migrated_postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The address of a fresh PostgreSQL database with our tables, copied from a template."""
    url = postgres_server.create_database(template=postgres_server.template("migrated", prepare=_migrate))
    yield url
    postgres_server.drop(url)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def migrated_url(request: pytest.FixtureRequest) -> str:
    """The address of a fresh database with our tables, once on each engine."""
    url: str = request.getfixturevalue(f"migrated_{request.param}_url")
    return url


@pytest.fixture(scope="session")
def chromium_browser() -> "Iterator[Browser]":
    """One headless Chromium for the session."""
    from tests.servers.browser import chromium

    with chromium() as browser:
        yield browser


@pytest.fixture
def complaints() -> "Complaints":
    """What the phone's pages complain about; name an expected one with `complaints.expect(regex)`."""
    from tests.servers.browser import Complaints

    return Complaints()


@pytest.fixture
def phone(request: pytest.FixtureRequest, chromium_browser: "Browser", complaints: "Complaints") -> "Iterator[Page]":
    """A page on a fresh phone; console errors, uncaught exceptions and CSP violations fail the test."""
    from tests.servers.browser import phone_page, screenshot

    with phone_page(chromium_browser, complaints=complaints) as page:
        yield page
        if request.node.stash.get(_failed, False):
            screenshot(page, name=f"failed-{request.node.name}")
    assert complaints.unexpected() == []
