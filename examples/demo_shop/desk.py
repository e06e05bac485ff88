"""What only a demo has: a make-believe phone, three customers, and the folder where its files are kept."""

from __future__ import annotations

import os
import secrets
import sys
from dataclasses import dataclass
from pathlib import Path
from shlex import quote

from sqlalchemy.orm import Session, sessionmaker

from bnpl_plugin.ports.clock import Clock
from bnpl_plugin.ports.platform import Customer, Message
from examples.demo_shop.models import InboxMessage

FACTORY = "examples.demo_shop.app:create_app"
_DATABASE = "database_url.secret"
CONSOLE_PASSWORD = "petals on the river"

LINA = Customer("lina", "+8613800138000", "CN", "zh", segments=("device_owner",))
PEOPLE = {
    "camille": ("Camille Martin", "12 rue des Lilas, 69003 Lyon", Customer("camille", "+33612345678", "FR", "fr")),
    "lina": ("李娜", "深圳市南山区科苑路 8 号", LINA),
    "jordan": ("Jordan Reed", "48 Prospect Street, Brooklyn, NY 11205", Customer("jordan", "+12025550123", "US", "en")),
}


@dataclass(frozen=True, slots=True)
class Desk:
    """Where the demo keeps its files: by default ``instance/demo_shop`` under the present folder."""

    folder: Path

    @classmethod
    def open(cls) -> Desk:
        """Return the desk that the environment names, its folder made."""
        folder = Path(os.environ.get("DEMO_FOLDER") or "instance/demo_shop").resolve()
        folder.mkdir(parents=True, exist_ok=True)
        return cls(folder)

    @property
    def database_url(self) -> str:
        """The shop's database: ``DATABASE_URL``, else what the running demo was given, else an SQLite file."""
        kept = self.folder / _DATABASE
        told = os.environ.get("DATABASE_URL") or (kept.read_text() if kept.exists() else "")
        return told or f"sqlite:///{self.folder / 'shop.sqlite'}"

    def keep_database_url(self) -> None:
        """Keep the address for the demo's commands in other terminals, in a file that only its owner reads."""
        kept = self.folder / _DATABASE
        kept.unlink(missing_ok=True)
        if os.environ.get("DATABASE_URL"):
            kept.touch(mode=0o600)
            kept.write_text(os.environ["DATABASE_URL"])

    def secret(self, name: str) -> str:
        """Return a secret that is made once and kept in a file that only its owner reads."""
        path = self.folder / f"{name}.secret"
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(48))
        except FileExistsError:
            pass
        return path.read_text()


def crowd_command(sale_id: str, *, url: str) -> str:
    """Return the command that sends a make-believe crowd to a sale of this demo, for a second terminal."""
    folder = os.environ.get("DEMO_FOLDER")
    python = Path(sys.executable)
    here = python.relative_to(Path.cwd()) if python.is_relative_to(Path.cwd()) else python
    command = f"-m flask --app {FACTORY} bnpl crowd {sale_id} --at-start --url {url}"
    return f"{f'DEMO_FOLDER={quote(folder)} ' if folder else ''}{quote(str(here))} {command}"


class Inbox:
    """A notifier that prints each message and shows it on the page of the make-believe phone."""

    def __init__(self, sessions: sessionmaker[Session], *, clock: Clock) -> None:
        self._sessions = sessions
        self._clock = clock

    def send(self, message: Message) -> None:
        """Keep and print one message."""
        with self._sessions.begin() as session:
            session.add(InboxMessage(to_phone=message.to_phone, text=message.text, sent_at=self._clock.now()))
        print(f"[text message to {message.to_phone}] {message.text}", file=sys.stderr, flush=True)
