"""The servers that other tests stand on are real: they answer, keep what was committed, die, and complain."""

import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy
import stripe
from playwright.sync_api import Page
from sqlalchemy import text

from tests.servers import postgres
from tests.servers.browser import Complaints, screenshot
from tests.servers.localstripe import LocalStripe
from tests.servers.postgres import PostgresServer
from tests.servers.process import Child, ServerFailedError, wait_until
from tests.servers.web import WebServer, answers

FACTORY = "tests.servers.pages_that_misbehave:create_app"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    with WebServer(FACTORY, log=tmp_path_factory.mktemp("site") / "web.log") as server:
        yield server


def fetch(url: str) -> str:
    with urllib.request.urlopen(url, timeout=5) as answer:
        return str(answer.read().decode())


def run(url: str, statement: str) -> list[object]:
    engine = sqlalchemy.create_engine(url, poolclass=sqlalchemy.NullPool)
    with engine.begin() as connection:
        result = connection.execute(text(statement))
        return [row[0] for row in result] if result.returns_rows else []


def test_each_engine_gives_a_database_that_is_empty_and_keeps_rows(database_url: str):
    run(database_url, "CREATE TABLE facts (fact integer PRIMARY KEY)")
    run(database_url, "INSERT INTO facts VALUES (7)")
    assert run(database_url, "SELECT fact FROM facts") == [7]


def test_a_database_from_a_template_starts_with_its_tables_and_quickly(postgres_server: PostgresServer):
    def prepare(url: str) -> None:
        run(url, "CREATE TABLE ready (fact integer)")

    postgres_server.template("ready", prepare=prepare)
    began = time.monotonic()
    first, second = (postgres_server.create_database(template="ready") for _ in range(2))
    assert time.monotonic() - began < 5
    run(first, "INSERT INTO ready VALUES (1)")
    assert run(second, "SELECT count(*) FROM ready") == [0]
    for url in (first, second):
        postgres_server.drop(url)
    with pytest.raises(sqlalchemy.exc.OperationalError, match="does not exist"):
        run(first, "SELECT 1")


def test_a_committed_row_outlives_kill_9_of_the_server():
    server = PostgresServer().start()
    try:
        url = server.create_database()
        run(url, "CREATE TABLE facts (fact integer)")
        run(url, "INSERT INTO facts VALUES (42)")
        server.kill9()
        with pytest.raises(sqlalchemy.exc.OperationalError):
            run(url, "SELECT 1")
        server.restart()
        assert run(url, "SELECT fact FROM facts") == [42]
        assert run(server.socket_url(url.rsplit("/", 1)[-1]), "SHOW fsync") == ["on"]
    finally:
        server.close()
    assert not server.folder.exists()


def test_a_machine_without_postgresql_fails_and_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(postgres, "_MARKER", "no-such-program")
    with pytest.raises(ServerFailedError, match="apt-get install postgresql"):
        postgres.find_binaries()


@pytest.mark.parametrize("kind", ["granian", "werkzeug"])
def test_a_web_server_is_another_process_that_can_be_killed_and_restarted(kind: str, tmp_path: Path):
    with WebServer(FACTORY, log=tmp_path / "web.log", kind=kind) as server:  # type: ignore[arg-type]
        before = fetch(f"{server.url}/pid")
        server.kill9()
        assert not answers(server.url)
        server.restart()
        assert fetch(f"{server.url}/pid") != before
    assert not answers(server.url)


def test_a_server_that_dies_is_reported_with_its_own_words(tmp_path: Path):
    server = WebServer("tests.servers.no_such_module:create_app", log=tmp_path / "web.log", kind="werkzeug")
    with pytest.raises(ServerFailedError, match="no_such_module"):
        server.start()
    server.kill9()


def test_kill_9_takes_the_grandchildren_too(tmp_path: Path):
    child = Child(["sh", "-c", "sleep 1000 & echo $!; wait"], log=tmp_path / "log").start()
    child.wait_until(lambda: child.tail().strip().isdigit(), what="the grandchild's number")
    grandchild = Path("/proc") / child.tail().strip() / "status"
    was_there = grandchild.exists()
    child.kill9()
    assert was_there
    wait_until(lambda: not grandchild.exists() or "(zombie)" in grandchild.read_text(), what="its end", seconds=5)


def test_localstripe_talks_to_the_real_sdk(tmp_path: Path):
    with LocalStripe(log=tmp_path / "localstripe.log") as server:
        client = stripe.StripeClient("sk_test_1", base_addresses={"api": server.url}, max_network_retries=0)
        customer = client.v1.customers.create({"name": "A Shopper"})
        assert client.v1.customers.retrieve(customer.id).name == "A Shopper"


def test_a_good_page_draws_no_complaint_and_fits_the_phone(phone: Page, site: WebServer):
    phone.goto(f"{site.url}/good")
    assert phone.evaluate("[innerWidth, devicePixelRatio, navigator.maxTouchPoints > 0]") == [390, 2, True]
    picture = screenshot(phone, name="servers: good page")
    assert picture.stat().st_size > 0


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/inline", "CSP violation: script-src"),
        ("/console", "from the console"),
        ("/throws", "uncaught"),
        ("/missing", "404"),
    ],
)
def test_a_page_that_misbehaves_is_heard(
    path: str, sentence: str, phone: Page, site: WebServer, complaints: Complaints
):
    phone.goto(site.url + path)
    phone.wait_for_load_state("networkidle")
    assert any(sentence in text for text in complaints.unexpected()), complaints.unexpected()
    complaints.expect(".*")
    assert complaints.unexpected() == []
