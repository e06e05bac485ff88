"""``flask bnpl score`` trains, validates and tries a scorecard from the command line; a fault writes nothing."""

from pathlib import Path

import pytest
from flask import Flask

from bnpl_plugin.testing import make_app
from tests.lifecycle.scoring import german


@pytest.fixture(scope="module")
def shop(tmp_path_factory) -> Flask:
    return make_app(tmp_path_factory.mktemp("shop"), pages=False)


def run(shop: Flask, *asked: object, fails: int = 0) -> str:
    answer = shop.test_cli_runner().invoke(args=["bnpl", "score", *map(str, asked)])
    assert answer.exit_code == fails, answer.output
    return " ".join(answer.output.split())


def test_german_credit_is_trained_written_and_tried_again(shop: Flask, tmp_path: Path) -> None:
    out = tmp_path / "scorecard"
    told = run(shop, "train", german.data(), "--columns", german.COLUMNS, "--version", "german-1", "--out", out)
    assert "# Scorecard german-1 1000 rows, 300 bad; 700 fitted, 300 held out (seed 1)." in told
    assert "| AUC | 0.8" in told
    assert {path.name for path in out.iterdir()} >= {"policy.json", "report.json", "report.md", "calibration.svg"}
    assert "<script" not in (out / "calibration.svg").read_text()
    scores = tmp_path / "scores.csv"
    tried = run(shop, "apply", out / "policy.json", german.data(), "--columns", german.COLUMNS, "--out", scores)
    assert "AUC 0.7" in tried or "AUC 0.8" in tried
    lines = scores.read_text().splitlines()
    assert lines[0] == "row,score,rating"
    assert len(lines) == 1001


def test_a_policy_trained_on_what_the_checkout_asks_is_stored_with_its_report_and_put_live(
    shop: Flask, tmp_path: Path
) -> None:
    """From a CSV to the policy that decides, by commands alone; one that needs an unnamed bureau is not."""
    rows = [(100 * n, 40 * n + 13 * (n % 7), "bad" if n * 7 % 100 < 45 - n // 10 else "good") for n in range(1, 401)]
    data = tmp_path / "book.csv"
    data.write_text("income,outgoings,ended\n" + "".join(f"{a},{b},{c}\n" for a, b, c in rows))
    asked = ("--target", "ended", "--bad", "bad", "--version", "book-1", "--out", tmp_path / "card")
    told = run(shop, "train", data, *asked)
    assert "income: its numbers count as minor units (income_minor)" in told
    runner = shop.test_cli_runner()
    for words in (("add", str(tmp_path / "card" / "policy.json")), ("champion", "book-1")):
        answer = runner.invoke(args=["bnpl", "policy", *words])
        assert answer.exit_code == 0, answer.output
    assert "book-1 champion" in " ".join(runner.invoke(args=["bnpl", "policy", "list"]).output.split())
    assert "# Scorecard book-1" in runner.invoke(args=["bnpl", "policy", "show", "book-1"]).output
    run(shop, "train", german.data(), "--columns", german.COLUMNS, "--version", "german-2", "--add")
    refused = runner.invoke(args=["bnpl", "policy", "champion", "german-2"])
    assert refused.exit_code == 1
    assert "asks for what nobody tells at the checkout" in refused.output


def test_a_forbidden_column_is_refused_and_nothing_is_written(shop: Flask, tmp_path: Path) -> None:
    out = tmp_path / "scorecard"
    asked = ("train", german.data(), "--columns", german.COLUMNS, "--out", out)
    told = run(shop, *asked, "--map", "foreign_worker=savings_band", fails=1)
    assert "foreign_worker may not be used for a credit decision." in told
    assert not out.exists()


def test_an_unknown_column_a_missing_file_and_a_bad_mapping_are_told(shop: Flask, tmp_path: Path) -> None:
    assert "is no known financial fact" in run(shop, "train", german.data(), "--target", "creditability", fails=1)
    assert "file: cannot be read" in run(shop, "train", tmp_path / "none.csv", "--target", "x", fails=1)
    assert "Accepted: COLUMN=FIGURE" in run(shop, "train", german.data(), "--map", "nothing", fails=1)
    (tmp_path / "policy.json").write_text("[" * 100_000)
    assert "policy: is no JSON" in run(shop, "apply", tmp_path / "policy.json", german.data(), fails=1)


def test_rows_without_a_figure_of_the_scorecard_are_refused(shop: Flask, tmp_path: Path) -> None:
    out = tmp_path / "scorecard"
    run(shop, "train", german.data(), "--columns", german.COLUMNS, "--out", out)
    (tmp_path / "rows.csv").write_text("income,term_months\n100,12\n")
    assert "header: lacks account_band" in run(shop, "apply", out / "policy.json", tmp_path / "rows.csv", fails=1)


def test_a_trained_policy_is_stored_as_a_draft_and_cannot_decide_what_no_checkout_tells(shop: Flask) -> None:
    told = run(shop, "train", german.data(), "--columns", german.COLUMNS, "--version", "german-2", "--add")
    assert told.endswith("Stored as a draft: german-2")
    row = shop.extensions["bnpl"].store.policy_version("german-2")
    assert row.state == "draft"
    for asked in (("champion", "german-2"), ("challenger", "german-2", "--share", "10")):
        answer = shop.test_cli_runner().invoke(args=["bnpl", "policy", *asked])
        assert answer.exit_code == 1
        assert "asks for what nobody tells at the checkout: account_band, employment_band" in answer.output
