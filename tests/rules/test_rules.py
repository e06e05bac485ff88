"""Each rule at its edge: the last value that passes and the first that does not."""

from dataclasses import replace
from typing import Any

import pytest

from bnpl_plugin.ports.rule import Evidence
from bnpl_plugin.registry import leaves
from tests.contracts.test_rules import SOUND

RULES = leaves("RULE")

# rule | what changes | passes | objected to
EDGES = """
age            age_years                18       17
country        product_cap_minor        1        0
country        other_currency_open      False    True
open_arrears   instalments_in_arrears   0        1
velocity       decisions_last_day       9        10
affordability  monthly_due_minor        90000    90001
affordability  outgoings_minor          260000   260001
affordability  income_minor             160000   159999
exposure       principal_minor          430000   430001
exposure       line_used_minor          370000   370001
exposure       line_limit_minor         60000    59999
"""


def changed(values: dict[str, Any]) -> Evidence:
    return replace(SOUND, **values)


@pytest.mark.parametrize("row", EDGES.strip().splitlines())
def test_a_rule_objects_just_beyond_its_edge(row):
    code, name, good, bad = row.split()
    words = {"True": True, "False": False}
    inside, outside = ({name: words[told] if told in words else int(told)} for told in (good, bad))
    assert RULES[code].check(changed(inside)) is None
    assert RULES[code].check(changed(outside)) is not None


def test_a_shopper_without_free_income_is_declined_even_when_nothing_is_due_later():
    broke = replace(SOUND, income_minor=1_000_00, outgoings_minor=1_000_00, monthly_due_minor=0)
    assert RULES["affordability"].check(broke) is not None


def test_exposure_tells_what_would_still_fit():
    found = RULES["exposure"].check(replace(SOUND, line_limit_minor=1_000_00, line_used_minor=700_00))
    assert found.details == {"available_minor": "30000", "limit_minor": "100000", "currency": "EUR"}


def test_a_line_lowered_below_its_use_has_nothing_available():
    found = RULES["exposure"].check(replace(SOUND, line_limit_minor=100_00, line_used_minor=700_00))
    assert found.details["available_minor"] == "0"


def test_the_products_cap_stands_above_a_higher_line():
    found = RULES["exposure"].check(replace(SOUND, line_limit_minor=10_000_00, principal_minor=4_300_01))
    assert found.details["limit_minor"] == "430000"
