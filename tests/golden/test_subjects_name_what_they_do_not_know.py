"""What a case says and no subject understands is named with its key, and never passed over."""

from __future__ import annotations

import pytest

from tests.golden.keys import KEYS, unread
from tests.golden.other_numbers import given
from tests.golden.runner import outcome_of
from tests.golden.subjects import subject_of
from tests.golden.subjects.fineract.life import FineractLife
from tests.golden.test_subjects_bear_other_numbers import cases_of, checked, ends

WORDS = (
    ("day_count", {"unit": "moon"}, "unit"),
    ("ec_amortisation", {"method": "tontine"}, "method"),
    ("ec_amortisation", {"period_unit": "moon"}, "period_unit"),
    ("ec_amortisation", {"rate_kind": "usurious"}, "rate_kind"),
    ("frappe_lending", {"frequency": "moonly"}, "frequency"),
    ("fineract_emi", {"day_count": "ACT/13"}, "day_count"),
)


@pytest.mark.parametrize(("collection", "change", "key"), WORDS)
def test_a_word_that_is_not_understood_is_named_with_its_key(collection: str, change: dict[str, str], key: str):
    kinds = {"day_count": ("EU-2008-48",), "frappe_lending": ("amortisation",)}.get(collection, ())
    case = given(cases_of(collection, *kinds)[0], **change)
    with pytest.raises(ValueError, match=key):
        checked(collection, case)


@pytest.mark.parametrize("collection", sorted(KEYS))
def test_every_input_is_read(collection: str):
    assert not {key for case in cases_of(collection) for key in unread(collection, case.inputs)}


def test_an_input_that_nobody_reads_is_named():
    case = given(cases_of("china_irr")[0], moon={"phase": "full"}, payment="1.00")
    reasons = outcome_of("china_irr", case, subject=subject_of("china_irr")).reasons
    assert reasons[0] == "inputs that nobody here reads: moon, moon.phase"


@pytest.mark.parametrize("key", [
    "allocation_strategy", "processing", "every_unit", "interest_type", "amortization", "recalculation_rest",
    "pre_closure", "advance_payment_adjustment", "day_count",
])  # fmt: skip
def test_a_setting_of_a_loan_that_is_not_understood_is_named(key: str):
    case = next(case for case in cases_of("fineract_schedules") if case.inputs["loan"].get("interest_recalculation"))
    loan = {**case.inputs["loan"], key: "MOON"}
    if key == "processing":
        loan["allocation_strategy"] = "ADVANCED_PAYMENT_ALLOCATION"
    with pytest.raises(ValueError, match=key):
        FineractLife(given(case, loan=loan).inputs).after(ends(case))
