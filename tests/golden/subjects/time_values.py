"""Time-value functions and internal rates, through `credit.annuity`.

Spreadsheets sign by direction (received plus, paid minus), ours by the credit (all of it plus).
Where streams have several rates the published one is what a spreadsheet's guess leads to; ours is `usual_guess`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Context, Decimal, localcontext
from fractions import Fraction

from bnpl_plugin.credit import annuity
from bnpl_plugin.credit.annuity import Annuity, Timing
from bnpl_plugin.credit.day_count import DayCount
from bnpl_plugin.errors import InvalidInput, SolverFailed
from tests.golden.case import Case, Check, OutOfScope
from tests.golden.subjects.reading import named

_FORTY_DIGITS = Context(prec=40)
_NO_ANSWER = "nan"

_ABSENT = {
    "fv": "the product has no future value: a loan is told by what is owed at each date, which its schedule says",
    "npv": "the product has no net present value: it prices no investment at a rate of somebody's choice",
    "mirr": "the product has no modified internal rate: no law or plan re-invests the flows of a loan",
    "xnpv": "the product has no net present value: it prices no investment at a rate of somebody's choice",
    "xfv": "the product has no future value: a loan is told by what is owed at each date, which its schedule says",
    "xnfv": "the product has no future value: a loan is told by what is owed at each date, which its schedule says",
}

_TIMINGS = {"end": Timing.END, "0": Timing.END, "begin": Timing.BEGIN, "beginning": Timing.BEGIN, "1": Timing.BEGIN}

_DAY_COUNTS: Mapping[str, tuple[str, ...]] = {
    "act365f": ("act/365f",),
    "act365fixed": ("act/365f",),
    "act365": ("act/365f",),
    "act360": ("act/360",),
    "actactisda": ("act/act-isda",),
    "actact": ("act/act-isda",),
    "30360isda": ("30/360-us",),
    "30360us": ("30/360-us",),
    "30360sia": ("30/360-us",),
    "30360psa": ("30/360-us",),
    "30360": ("30/360-us",),
    "30e360": ("30e/360",),
    "30e360isda": ("30e/360",),
    "30360european": ("30e/360",),
    "act364": ("weeks/364",),
}
"""Published names of day counts, in small letters and digits, and the values of `DayCount` that they are."""


def tvm_xirr(case: Case) -> Iterator[Check]:
    """Compute one published time value."""
    if case.kind in _ABSENT:
        raise OutOfScope(_ABSENT[case.kind])
    expected = str(case.expected["value"])
    try:
        got: Decimal | str = _FUNCTIONS[case.kind](case)
    except (InvalidInput, SolverFailed):
        if expected != _NO_ANSWER:
            raise
        got = _NO_ANSWER
    published = expected if expected == _NO_ANSWER else Decimal(expected)
    yield Check("value", published, got, case.within("value"))


def _fraction(text: object) -> Fraction:
    """Read a number, or a quotient such as "0.08/12"."""
    over, _, under = str(text).partition("/")
    return Fraction(over) / Fraction(under or "1")


def _sum(case: Case, name: str) -> Fraction:
    return _fraction(case.inputs.get(name, "0"))


def _whole(case: Case, name: str) -> int:
    number = _fraction(case.inputs[name])
    if number.denominator != 1:
        raise ValueError(f"{name} is {number}, not a whole number of payments")
    return number.numerator


def _timing(case: Case) -> Timing:
    return named("when", case.inputs.get("when", "end"), among=_TIMINGS)


def _rate(case: Case) -> Fraction:
    return _fraction(case.inputs["rate"])


def _told(number: Fraction) -> Decimal:
    with localcontext(_FORTY_DIGITS):
        return Decimal(number.numerator) / number.denominator


def _annuity(case: Case) -> Annuity:
    return Annuity(_rate(case), _whole(case, "nper"), final=-_sum(case, "fv"), timing=_timing(case))


def _pmt(case: Case) -> Decimal:
    return -_told(annuity.level_payment(_sum(case, "pv"), annuity=_annuity(case)))


def _pv(case: Case) -> Decimal:
    return _told(annuity.present_value(-_sum(case, "pmt"), annuity=_annuity(case)))


def _ipmt(case: Case) -> Decimal:
    return -_told(annuity.interest_part(_sum(case, "pv"), annuity=_annuity(case), number=_whole(case, "per")))


def _ppmt(case: Case) -> Decimal:
    return -_told(annuity.principal_part(_sum(case, "pv"), annuity=_annuity(case), number=_whole(case, "per")))


def _cumipmt(case: Case) -> Decimal:
    first, last = _whole(case, "start_period"), _whole(case, "end_period")
    return -_told(annuity.interest_between(_sum(case, "pv"), annuity=_annuity(case), first=first, last=last))


def _cumprinc(case: Case) -> Decimal:
    first, last = _whole(case, "start_period"), _whole(case, "end_period")
    return -_told(annuity.principal_between(_sum(case, "pv"), annuity=_annuity(case), first=first, last=last))


def _nper(case: Case) -> Decimal:
    return annuity.number_of_payments(
        _sum(case, "pv"), rate=_rate(case), payment=-_sum(case, "pmt"), final=-_sum(case, "fv"), timing=_timing(case)
    )


def _rate_of(case: Case) -> Decimal:
    return annuity.rate_per_period(
        _sum(case, "pv"),
        payment=-_sum(case, "pmt"),
        count=_whole(case, "nper"),
        final=-_sum(case, "fv"),
        timing=_timing(case),
        near=Decimal(str(case.inputs.get("guess", "0.1"))),
    )


def _irr(case: Case) -> Decimal:
    flows = [_fraction(flow) for flow in case.inputs["cash_flows"]]
    return annuity.periodic_rate(flows, near=annuity.usual_guess(flows))


def _xirr(case: Case) -> Decimal:
    flows = [(date.fromisoformat(flow["date"]), _fraction(flow["amount"])) for flow in case.inputs["cash_flows"]]
    near = annuity.usual_guess(amount for _, amount in flows)
    return annuity.dated_rate(flows, day_count=_day_count(case), near=near)


def _day_count(case: Case) -> DayCount:
    name = "".join(sign for sign in str(case.inputs.get("day_count", "ACT/365F")).lower() if sign.isalnum())
    known = {value.value: value for value in DayCount}
    found = next((known[value] for value in _DAY_COUNTS.get(name, ()) if value in known), None)
    if found is None:
        raise OutOfScope(f"the product has no day count {case.inputs['day_count']}")
    return found


_FUNCTIONS: Mapping[str, Callable[[Case], Decimal]] = {
    "pmt": _pmt,
    "pv": _pv,
    "ipmt": _ipmt,
    "ppmt": _ppmt,
    "cumipmt": _cumipmt,
    "cumprinc": _cumprinc,
    "nper": _nper,
    "rate": _rate_of,
    "irr": _irr,
    "xirr": _xirr,
    "xirr_day_count": _xirr,
}
