"""Every verified case of every published collection passes, or is named among those that no lender should copy."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.golden.__main__ import DATA
from tests.golden.case import read
from tests.golden.runner import Ending, run, told
from tests.golden.subjects import HOMES

FILES = [file for file in sorted(DATA.glob("*.json")) if find_spec(f"tests.golden.subjects.{HOMES[file.stem]}")]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_verified_case_passes(file: Path):
    report = run([file])
    assert not report.of(Ending.FAILED), "\n".join(told(report))
    assert not report.unread, report.unread
    assert report.of(Ending.PASSED)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_few_are_refused(file: Path):
    collection, cases = read(file)
    refused = len(run([file]).of(Ending.REFUSED))
    share = 0.1 if collection == "fineract_schedules" else 0
    assert refused <= share * sum(case.verified for case in cases)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_only_time_values_that_the_product_does_not_have_are_out_of_scope(file: Path):
    kinds = {outcome.case.kind for outcome in run([file]).of(Ending.OUT_OF_SCOPE)}
    assert kinds <= ({"fv", "npv", "mirr"} if file.stem == "tvm_xirr" else set())
