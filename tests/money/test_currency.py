"""The currency table is ISO 4217's, not a locale's."""

import pytest

from bnpl_plugin.errors import UnknownCurrency
from bnpl_plugin.money import currency
from bnpl_plugin.money.currency import ISO_4217

# ISO 4217 list one (SIX): code, number, minor units
FACTS = """
EUR 978 2
USD 840 2
CNY 156 2
JPY 392 0
KRW 410 0
VND 704 0
ISK 352 0
UGX 800 0
BHD 048 3
IQD 368 3
KWD 414 3
TND 788 3
LYD 434 3
CLF 990 4
UYW 927 4
HUF 348 2
MMK 104 2
XCG 532 2
"""


@pytest.mark.parametrize("row", FACTS.strip().splitlines())
def test_numbers_and_minor_units_are_the_standards(row):
    code, number, units = row.split()
    found = currency(code)
    assert (found.number, found.minor_units) == (number, int(units))


def test_every_row_is_well_formed_and_unique():
    assert len({row.number for row in ISO_4217.values()}) == len(ISO_4217) > 170
    for code, row in ISO_4217.items():
        assert (row.code, len(code), code.isupper(), len(row.number)) == (code, 3, True, 3)


@pytest.mark.parametrize("code", ["XAU", "XXX", "HRK", "BGN", "ABC"])
def test_metals_tests_and_retired_codes_are_refused(code):
    with pytest.raises(UnknownCurrency):
        currency(code)
