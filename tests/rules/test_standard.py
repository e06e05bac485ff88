"""The standard policy: whom it rates how, and what it lends at most."""

from dataclasses import replace

import pytest

from bnpl_plugin.lifecycle.judgement import scored
from bnpl_plugin.lifecycle.objections import findings
from bnpl_plugin.registry import leaves
from tests.contracts.test_rules import SOUND

POLICY = leaves("POLICY")["2026-11-24"]

# income | outgoings | loans settled | open loans | points | rating   (cap 4,300.00)
SHOPPERS = """
3000.00  1200.00   0   0    50   B
3000.00  1200.00   1   0    65   A
3000.00  1200.00   3   0    80   A
3000.00  1200.00   3   4    60   A
3000.00  2000.00   0   0    30   C
3000.00  2500.00   0   0    20   C
2149.99   860.00   0   0    30   C
1500.00   600.00   0   0    40   B
1000.00   600.00   0   0    20   C
1000.00   950.00   0   0     0   D
   0.00     0.00   0   0     0   D
3000.00  1200.00   0   9     0   D
"""


def minor(told):
    return int(told.replace(".", ""))


@pytest.mark.parametrize("row", SHOPPERS.strip().splitlines())
def test_a_shopper_gets_the_points_and_the_rating_of_the_table(row):
    income, outgoings, settled, open_loans, points, rating = row.split()
    shopper = replace(
        SOUND,
        income_minor=minor(income),
        outgoings_minor=minor(outgoings),
        loans_settled=int(settled),
        open_loans=int(open_loans),
    )
    assert scored(POLICY, shopper)[0] == int(points)
    assert next(name for lowest, name in POLICY.ratings if int(points) >= lowest) == rating


def test_the_caps_are_the_products():
    assert POLICY.caps_minor == {"CNY": 30_000_00, "EUR": 4_300_00, "USD": 4_999_00}


def test_rules_run_cheapest_objection_first():
    orders = [leaves("RULE")[call.code].order for call in POLICY.rules]
    assert orders == sorted(orders)


@pytest.mark.parametrize(("facts", "objection"), [({"age_years": 17}, "age"), ({"student": True}, "student")])
def test_what_the_law_asks_binds_whatever_a_policy_leaves_out(facts, objection):
    """A policy without the rule lends to nobody whom the law bars."""
    loose = replace(POLICY, rules=tuple(call for call in POLICY.rules if call.code not in ("age", "student")))
    found = findings(loose, replace(SOUND, **facts), rules=leaves("RULE"))
    assert [one.code for one in found] == [objection]
