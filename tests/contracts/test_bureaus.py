"""Every credit source keeps the contract of ``ports.credit_source``: allowed figures or a named outage, in time."""

from __future__ import annotations

import time
from datetime import date, timedelta

import pytest

from bnpl_plugin.ports.credit_source import SourceKind, SourceUnavailable, Subject
from bnpl_plugin.ports.policy import allowed_report
from bnpl_plugin.registry import leaves

BUREAUS = leaves("BUREAU")
WHO = Subject(phone="+33612345655", full_name="Camille Martin", birth_date=date(1990, 5, 17), country="FR")
every_bureau = pytest.mark.parametrize("bureau", BUREAUS.values(), ids=BUREAUS.keys())


@every_bureau
def test_it_says_what_it_is(bureau):
    assert isinstance(bureau.kind, SourceKind)


@every_bureau
def test_it_answers_allowed_figures_or_says_that_it_cannot_within_the_time(bureau):
    start = time.monotonic()
    try:
        told = bureau.ask(WHO, purpose="chk_1", consent=True, timeout=timedelta(seconds=1))
    except SourceUnavailable:
        told = {"months_on_file": 0}
    assert allowed_report(told)
    assert time.monotonic() - start < 2


@every_bureau
def test_without_consent_nothing_is_asked(bureau):
    with pytest.raises(SourceUnavailable):
        bureau.ask(WHO, purpose="chk_1", consent=False, timeout=timedelta(seconds=1))
