"""A received amount pays the oldest due date first: fee, interest, principal."""

from datetime import date

import pytest

from bnpl_plugin.credit import Instalment
from bnpl_plugin.credit.servicing.repayment import Part, allocate_repayment
from bnpl_plugin.errors import InvalidInput

OPEN = (
    Instalment(3, date(2027, 3, 31), 100, 5, 0),
    Instalment(2, date(2027, 2, 28), 100, 10, 3),
)

# received: number principal interest fee, …
TABLE = """
1    | 2 0 0 1
3    | 2 0 0 3
13   | 2 0 10 3
50   | 2 37 10 3
113  | 2 100 10 3
114  | 2 100 10 3, 3 0 1 0
218  | 2 100 10 3, 3 100 5 0
"""


@pytest.mark.parametrize("row", TABLE.strip().splitlines())
def test_the_oldest_row_is_paid_in_full_before_the_next(row):
    received, expected = row.split("|")
    paid = allocate_repayment(int(received), still_open=OPEN)
    told = ", ".join(f"{a.number} {a.principal_minor} {a.interest_minor} {a.fee_minor}" for a in paid)
    assert told == expected.strip()
    assert sum(a.total_minor for a in paid) == int(received)


@pytest.mark.parametrize("received", [0, -1, 219, True, 1.0])
def test_more_than_is_owed_or_nothing_is_refused(received):
    with pytest.raises(InvalidInput):
        allocate_repayment(received, still_open=OPEN)


def test_another_order_is_a_named_value():
    paid = allocate_repayment(50, still_open=OPEN, order=(Part.PRINCIPAL, Part.INTEREST, Part.FEE))
    assert (paid[0].number, paid[0].principal_minor) == (2, 50)
    with pytest.raises(InvalidInput):
        allocate_repayment(50, still_open=OPEN, order=(Part.PRINCIPAL, Part.PRINCIPAL, Part.FEE))
