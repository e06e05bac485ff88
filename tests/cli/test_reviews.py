"""The queue from the command line."""

from __future__ import annotations

import json
from pathlib import Path

from tests.web.browsing import Browser, make_shop, state


def test_an_operator_lists_shows_and_answers(tmp_path: Path) -> None:
    app = make_shop(tmp_path)
    app.extensions["shop"].add(order_ref="order-1")
    browser = Browser(app)
    base = browser.to_decision("order-1", monthly_outgoings="24 990")
    browser.post(f"{base}/review", statement="再看一次 🙏")
    run = app.test_cli_runner().invoke
    listed = run(args=["bnpl", "reviews", "list"]).output
    review_id = listed.split()[0]
    assert "requested" in listed
    assert "affordability" in listed
    shown = json.loads(run(args=["bnpl", "reviews", "show", review_id]).output)
    assert shown["statement"] == "再看一次 🙏"
    give = ["bnpl", "reviews", "resolve", review_id, "approved", "--operator", "Ada", "--note", "Seen."]
    assert "accepted: EUR" in run(args=[*give, "--limit", "500USD"]).output
    assert run(args=[*give, "--limit", "1EUR"]).exit_code == 1
    assert run(args=[*give, "--limit", "500EUR"]).output == f"{review_id}: approved\n"
    assert state(app, base) == "approved"
    assert run(args=give).exit_code == 1
    assert run(args=["bnpl", "reviews", "list"]).output == ""
    assert review_id in run(args=["bnpl", "reviews", "list", "--closed"]).output
    assert run(args=["bnpl", "reviews", "show", "rev_nothing"]).exit_code == 1
