"""A host with Flask-Migrate keeps its own chain: we propose nothing, and its own filter still holds."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

HOST = """
import os
from flask import Flask
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.orm import Session
from bnpl_plugin import Bnpl

db = SQLAlchemy()

class Order(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    note = db.Column(db.String(40))

class Draft(db.Model):
    __tablename__ = "draft"
    id = db.Column(db.Integer, primary_key=True)

def skip_drafts(item, name, kind, reflected, compare_to):
    return name != "draft"

def create_app():
    app = Flask("host")
    app.config.update(TESTING=True, SQLALCHEMY_DATABASE_URI=os.environ["HOST_DATABASE"])
    db.init_app(app)
    bnpl = Bnpl(sessions=lambda: Session(db.engine))
    if os.environ["BNPL_TEST_ORDER"] == "migrate first":
        Migrate(app, db, include_object=skip_drafts)
        bnpl.init_app(app)
    else:
        bnpl.init_app(app)
        Migrate(app, db, include_object=skip_drafts)
    return app
"""


def _flask(folder: Path, *args: str, env: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "host:create_app", *args],
        cwd=folder, env={**os.environ, **env}, capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.mark.parametrize("order", ["migrate first", pytest.param("bnpl first", marks=pytest.mark.prove)])
def test_the_hosts_autogenerate_proposes_nothing_about_our_tables(tmp_path, database_url, order):
    (tmp_path / "host.py").write_text(HOST)
    env = {
        "HOST_DATABASE": database_url,
        "BNPL_TEST_ORDER": order,
        "PYTHONPATH": f"{tmp_path}{os.pathsep}{Path(__file__).parents[2]}",
    }
    _flask(tmp_path, "bnpl", "db", "upgrade", env=env)
    _flask(tmp_path, "db", "init", env=env)
    _flask(tmp_path, "db", "migrate", "-m", "first", env=env)
    script = next((tmp_path / "migrations" / "versions").glob("*.py")).read_text()
    assert "create_table('order'" in script
    assert "bnpl_" not in script
    assert "draft" not in script, "the host's own filter is chained, not replaced"
    _flask(tmp_path, "db", "upgrade", env=env)
    engine = sa.create_engine(database_url, poolclass=sa.NullPool)
    tables = sa.inspect(engine).get_table_names()
    assert {"order", "bnpl_loan", "alembic_version", "bnpl_alembic_version"} <= set(tables)
    told = _flask(tmp_path, "db", "migrate", "-m", "second", env=env)
    assert "No changes in schema detected" in told


def test_without_our_filter_the_host_would_have_dropped_them(tmp_path, sqlite_url):
    """The check above can fail: the same host, with our filter taken out, proposes to drop our tables."""
    without = "import bnpl_plugin.ext\nbnpl_plugin.ext._spare_our_tables = lambda *a, **k: None\n"
    (tmp_path / "host.py").write_text(f"{HOST}\n{without}")
    env = {
        "HOST_DATABASE": sqlite_url,
        "BNPL_TEST_ORDER": "migrate first",
        "PYTHONPATH": f"{tmp_path}{os.pathsep}{Path(__file__).parents[2]}",
    }
    _flask(tmp_path, "bnpl", "db", "upgrade", env=env)
    _flask(tmp_path, "db", "init", env=env)
    _flask(tmp_path, "db", "migrate", "-m", "first", env=env)
    script = next((tmp_path / "migrations" / "versions").glob("*.py")).read_text()
    assert "drop_table('bnpl_loan')" in script
