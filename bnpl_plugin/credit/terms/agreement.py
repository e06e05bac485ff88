"""Which terms cannot be agreed together, each refused by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bnpl_plugin.credit.terms.checks import refusal
from bnpl_plugin.credit.terms.conventions import Carry, Levelling, Method
from bnpl_plugin.money import Remainder, Rounding

if TYPE_CHECKING:
    from bnpl_plugin.credit.terms.loan import LoanTerms

_EQUAL = (Method.EQUAL_INSTALMENTS, Method.INTEREST_FREE)
_REPAYING = (*_EQUAL, Method.EQUAL_PRINCIPAL)
_WITHOUT_BALLOON = (Method.FLAT, Method.INTEREST_ONLY)


def refuse_what_does_not_agree(terms: LoanTerms) -> None:
    """Refuse combinations that make no loan.

    Raises:
        InvalidInput: names the field that does not fit the others, and with what it would.
    """
    _refuse_sums(terms)
    _refuse_starts(terms)
    _refuse_rates(terms)
    _refuse_levels(terms)
    _refuse_later_drawdowns(terms)


def _refuse_sums(terms: LoanTerms) -> None:
    shape = terms.shape
    if shape.down_payment is not None:
        minor = terms.down_payment_minor
        if not 0 < minor < terms.principal.minor:
            raise refusal("shape.down_payment", minor, accepted=f"1 to {terms.principal.minor - 1} minor units")
        if terms.first_due_on == terms.drawdown_on:
            raise refusal("first_due_on", "the day of the down payment", accepted=f"after {terms.drawdown_on}")
    if shape.balloon_minor:
        if terms.method in _WITHOUT_BALLOON:
            raise refusal("shape.balloon_minor", shape.balloon_minor, accepted=f"0 for {terms.method}")
        if shape.balloon_minor >= terms.financed_minor:
            raise refusal("shape.balloon_minor", shape.balloon_minor, accepted=f"below {terms.financed_minor}")
    if shape.row_fees and shape.row_fees[-1].number > terms.count:
        raise refusal("shape.row_fees", "beyond the last instalment", accepted=f"1 to {terms.count}")


def _refuse_starts(terms: LoanTerms) -> None:
    shape = terms.shape
    for name in ("principal_grace", "interest_grace", "interest_free"):
        if (periods := getattr(shape, name)) >= terms.count:
            raise refusal(f"shape.{name}", periods, accepted=f"below the count, {terms.count}")
    if shape.principal_grace and terms.method not in _REPAYING:
        raise refusal("shape.principal_grace", shape.principal_grace, accepted=f"0 for {terms.method}")
    if (shape.interest_grace or shape.interest_free) and terms.method is Method.INTEREST_FREE:
        raise refusal("shape.interest_grace or interest_free", "given", accepted="0 for an interest-free loan")


def _refuse_rates(terms: LoanTerms) -> None:
    shape = terms.shape
    if shape.rate_steps:
        if terms.method in (Method.INTEREST_FREE, Method.GRADUATED):
            raise refusal("shape.rate_steps", "given", accepted=f"none for {terms.method}")
        if shape.rate_steps[-1].from_number > terms.count:
            raise refusal("shape.rate_steps", "beyond the last instalment", accepted=f"2 to {terms.count}")
        if shape.principal_grace:
            raise refusal("shape.rate_steps", "given with a grace on principal", accepted="one of them")
    if (terms.method is Method.GRADUATED) != bool(shape.yearly_growth):
        raise refusal("shape.yearly_growth", shape.yearly_growth, accepted="not 0 with graduated instalments, else 0")


def _refuse_levels(terms: LoanTerms) -> None:
    shape, carry = terms.shape, terms.accrual.carry
    if shape.instalment_minor is not None:
        if terms.method is not Method.EQUAL_INSTALMENTS:
            raise refusal("shape.instalment_minor", "given", accepted=f"None for {terms.method}")
        if shape.balloon_minor or shape.rate_steps or shape.later_drawdowns or shape.principal_grace:
            raise refusal("shape.instalment_minor", "given", accepted="a loan whose instalment never changes")
    if terms.remainder is not Remainder.LAST and (
        shape.instalment_minor is not None
        or terms.method is Method.GRADUATED
        or (terms.method is Method.EQUAL_INSTALMENTS and (shape.rate_steps or shape.later_drawdowns))
    ):
        raise refusal("remainder", terms.remainder, accepted="last, where instalments are not an even split")
    if shape.multiple_minor > 1 and (carry is Carry.EXACT or terms.method is Method.INTEREST_ONLY):
        raise refusal("shape.multiple_minor", shape.multiple_minor, accepted="1 where no instalment is rounded")
    if shape.levelling is Levelling.ODD_ONE:
        return
    odd = f"{shape.levelling}"
    if terms.method not in _EQUAL or carry is not Carry.MINOR_UNITS or shape.instalment_minor is not None:
        raise refusal("shape.levelling", odd, accepted="odd_one unless equal instalments are computed and rounded")
    if shape.levelling is Levelling.ALL_EQUAL:
        if terms.rounding not in (Rounding.UP, Rounding.CEILING):
            raise refusal("rounding", terms.rounding, accepted="up, where all instalments are equal")
        if shape.balloon_minor or shape.rate_steps or shape.later_drawdowns:
            raise refusal("shape.levelling", odd, accepted="odd_one with a balloon, rate steps or later drawdowns")
        if shape.principal_grace or shape.interest_grace:
            raise refusal("shape.levelling", odd, accepted="odd_one with a grace")


def _refuse_later_drawdowns(terms: LoanTerms) -> None:
    shape = terms.shape
    if not shape.later_drawdowns:
        return
    if terms.method is not Method.EQUAL_INSTALMENTS or terms.accrual.carry is not Carry.MINOR_UNITS:
        raise refusal("shape.later_drawdowns", "given", accepted="equal instalments in whole minor units")
    if shape.down_payment or shape.balloon_minor or shape.rate_steps or shape.principal_grace or shape.interest_grace:
        accepted = "no down payment, balloon, rate step or grace beside them"
        raise refusal("shape.later_drawdowns", "given", accepted=accepted)
    first, last = shape.later_drawdowns[0].on, shape.later_drawdowns[-1].on
    if first < terms.drawdown_on or last >= terms.rhythm[-1]:
        accepted = f"{terms.drawdown_on} to the day before {terms.rhythm[-1]}"
        raise refusal("shape.later_drawdowns", f"from {first} to {last}", accepted=accepted)
