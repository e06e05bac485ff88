"""The rig itself can fail: it sees a wrong figure, counts only what was compared, and says which file it cannot run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.golden.__main__ import main
from tests.golden.case import SCHEMA, Case, Check, OutOfScope, Refused, Unreadable, read
from tests.golden.runner import Ending, outcome_of, run, told
from tests.golden.subjects import subject_of

EURO = {"id": "iso-EUR", "kind": "minor_2", "inputs": {"code": "EUR"}, "expected": {"numeric": "978", "minor_units": 2}}


def case(**changes: Any) -> Case:
    fields: dict[str, Any] = {
        "id": "one", "kind": "sum", "subkind": None, "inputs": {}, "expected": {"value": "1.00"},
        "tolerance": {}, "verified": True, "notes": "",
    }  # fmt: skip
    return Case(**{**fields, **changes})


def file_of(folder: Path, *cases: Any, **head: Any) -> Path:
    file = folder / f"file{len(list(folder.iterdir()))}.json"
    file.write_text(json.dumps({"schema": SCHEMA, "collection": "iso4217", "cases": list(cases), **head}))
    return file


def euro(**changes: Any) -> dict[str, Any]:
    return {**EURO, "verified": True, **changes}


def test_a_wrong_figure_is_seen_and_told_with_expected_and_got():
    ended = outcome_of("any", case(), subject=lambda one: [one.number("value", Decimal("1.01"))])
    assert ended.ending is Ending.FAILED
    assert ended.reasons == ("value: expected 1.00, got 1.01",)


def test_a_figure_within_the_tolerance_passes_and_one_beyond_it_fails():
    loose = case(tolerance={"value": "0.01"})
    assert outcome_of("any", loose, subject=lambda one: [one.number("value", Decimal("1.01"))]).ending is Ending.PASSED
    assert outcome_of("any", loose, subject=lambda one: [one.number("value", Decimal("1.011"))]).ending is Ending.FAILED


@pytest.mark.parametrize("got", [Decimal("NaN"), Decimal("Infinity"), None, "1.00", "nan"])
def test_what_is_no_number_is_not_the_published_one(got):
    assert outcome_of("any", case(), subject=lambda _: [Check("value", Decimal("1.00"), got)]).ending is Ending.FAILED


def test_one_wrong_figure_among_right_ones_fails_the_case():
    checks = [Check("a", 1, 1), Check("b", "x", "y"), Check("c", None, None)]
    assert outcome_of("any", case(), subject=lambda _: checks).reasons == ("b: expected x, got y",)


def test_a_case_in_which_nothing_was_compared_fails():
    assert outcome_of("any", case(), subject=lambda _: []).reasons == ("nothing was compared",)


def test_a_crash_is_a_failure_also_after_right_figures():
    def crashes(_: Case) -> Iterator[Check]:
        yield Check("a", 1, 1)
        raise ZeroDivisionError("oops")

    ended = outcome_of("any", case(), subject=crashes)
    assert (ended.ending, ended.reasons) == (Ending.FAILED, ("raised ZeroDivisionError: oops",))


@pytest.mark.parametrize(("raised", "ending"), [(Refused, Ending.REFUSED), (OutOfScope, Ending.OUT_OF_SCOPE)])
def test_what_is_not_compared_keeps_its_reason(raised, ending):
    def sets_aside(_: Case) -> Iterator[Check]:
        yield Check("a", 1, 2)
        raise raised("a quirk")

    ended = outcome_of("any", case(), subject=sets_aside)
    assert (ended.ending, ended.reasons) == (ending, ("a quirk",))


def test_an_unverified_case_is_told_and_never_counted(tmp_path, capsys):
    wrong = {"numeric": "000", "minor_units": 9}
    file = file_of(tmp_path, euro(), euro(id="flagged", verified=False, expected=wrong), {**EURO, "id": "silent"})
    assert main([str(file)]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed[-1] == "1 passed, 0 failed"
    assert "    iso4217/flagged: failed" in printed
    assert "    iso4217/silent: passed" in printed


def test_a_failing_file_names_the_case_and_exits_with_one(tmp_path, capsys):
    file = file_of(tmp_path, euro(), euro(id="wrong", expected={"numeric": "000", "minor_units": 2}))
    assert main([str(file)]) == 1
    printed = capsys.readouterr().out
    assert "failed: iso4217/wrong (minor_2)\n    numeric: expected 000, got 978" in printed
    assert printed.splitlines()[-1] == "1 passed, 1 failed"


def test_unknown_keys_do_no_harm(tmp_path):
    more = euro(source={"page": 1}, check=None, tolerance=None, notes=None, subkind="x", new_key=[1])
    report = run([file_of(tmp_path, more, conventions={}, fields={}, part="shared", count=1, anything=True)])
    assert [outcome.ending for outcome in report.outcomes] == [Ending.PASSED]


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        ({"schema": "bnpl-golden/2"}, "is not of the schema bnpl-golden/1"),
        ({"schema": None}, "is not of the schema bnpl-golden/1"),
        ({"collection": "lottery"}, "lottery: is no collection that we compute; there are us_apr"),
        ({"collection": None}, "names no collection or holds no case"),
        ({"cases": []}, "names no collection or holds no case"),
        ({"cases": [{"id": "x"}]}, "case 1 lacks what every case has ('kind')"),
        ({"cases": ["x"]}, "case 1 lacks what every case has"),
    ],
)
def test_a_file_that_cannot_be_run_says_why_and_keeps_no_other_from_running(tmp_path, capsys, head, reason):
    bad, good = file_of(tmp_path, euro(), **head), file_of(tmp_path, euro())
    assert main([str(bad), str(good)]) == 2
    printed = capsys.readouterr().out
    assert reason in printed
    assert printed.splitlines()[-1] == "1 passed, 0 failed"


@pytest.mark.parametrize("text", ["", "{", "[]", "7", "\ufeff{}"])
def test_a_file_that_is_no_golden_file_is_refused(tmp_path, text):
    file = tmp_path / "odd.json"
    file.write_text(text)
    with pytest.raises(Unreadable, match=r"odd\.json: is not"):
        read(file)


def test_a_missing_file_is_told(tmp_path, capsys):
    assert main([str(tmp_path / "absent.json")]) == 2
    assert "absent.json: cannot be read (No such file or directory)" in capsys.readouterr().out


def test_a_collection_without_a_subject_is_told(monkeypatch):
    monkeypatch.setattr("tests.golden.subjects.HOMES", {"new": "not_yet"})
    with pytest.raises(Unreadable, match="is not written"):
        subject_of("new")


def test_a_long_list_of_differences_is_cut(tmp_path):
    checks = [Check(f"row{k}", 0, k) for k in range(1, 21)]
    lines = outcome_of("any", case(), subject=lambda _: checks).lines()
    assert len(lines) == 14
    assert lines[-1] == "    … and 8 more"


def test_the_count_is_the_last_line():
    assert told(run([]))[-1] == "0 passed, 0 failed"
