"""The shop that the crowd storms: our extension with its gate, beside a bare view on the same server."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask, Response, jsonify, request

from bnpl_plugin.environment import SystemClock
from bnpl_plugin.ext import Bnpl
from examples.demo_shop.sample_law import SAMPLE_LAW
from tests.servers.web import WebServer

CLAIM = "/bnpl/sale/claim"
BARE = "/bare"
WORKERS = 1
THREADS = 4


def settings(folder: Path, *, url: str, gate_url: str) -> dict[str, str]:
    """Return what the house that seeds and the one that serves are both told; an empty ``gate_url``: the SQL gate."""
    gate = {"BNPL_GATE": "redis", "BNPL_GATE_URL": gate_url} if gate_url else {"BNPL_GATE": "sql"}
    return {
        "BNPL_DATABASE_URL": url,
        "BNPL_SANDBOX_PATH": str(folder / "bank.sqlite"),
        "BNPL_PUBLIC_URL": "http://localhost",
        **gate,
    }


def create_app() -> Flask:
    """Return the server's app (granian's factory): the extension, and a view that reads JSON and answers JSON."""
    app = Flask("shop", instance_path=os.environ["BENCH_FOLDER"])
    app.config.update(TESTING=True, SECRET_KEY="for benchmarks")
    Bnpl(app, clock=SystemClock(), law=SAMPLE_LAW)

    @app.post(BARE)
    def bare() -> Response:
        asked = request.get_json()
        assert "ticket" in asked
        return jsonify(state="sold_out", final=False, free=0)

    return app


@contextmanager
def served(folder: Path, *, url: str, gate_url: str) -> Iterator[WebServer]:
    """Run granian with the shop."""
    told = {"BENCH_FOLDER": str(folder), **settings(folder, url=url, gate_url=gate_url)}
    with WebServer(
        "tests.benchmarks.flash_sale.serving:create_app", log=folder / "granian.log", env=told, workers=WORKERS,
        threads=THREADS, ready_path="/bnpl/static/bnpl.css",
    ) as web:  # fmt: skip
        yield web
