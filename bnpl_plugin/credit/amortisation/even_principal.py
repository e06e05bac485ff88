"""Methods that fix the principal: equal parts, all at the end, and the flat rate on the original sum."""

from __future__ import annotations

from collections.abc import Sequence

from bnpl_plugin.credit.amortisation.columns import Columns, Task, even_split
from bnpl_plugin.credit.amortisation.level import earned
from bnpl_plugin.credit.terms import LoanTerms
from bnpl_plugin.money import Remainder, divide


def equal_principal(task: Task) -> Columns:
    """Return equal principals, after a grace and beside a balloon, and the interest on what is still owed."""
    terms = task.terms
    grace = terms.shape.principal_grace
    parts = even_split(
        task.amount - task.balloon,
        parts=terms.count - grace,
        remainder=terms.remainder,
        rounding=terms.rounding,
        multiple=task.multiple,
    )
    parts[-1] += task.balloon
    return _on_what_is_owed(task, [0] * grace + parts)


def interest_only(task: Task) -> Columns:
    """Return interest each time and the whole principal with the last."""
    return _on_what_is_owed(task, [0] * (task.terms.count - 1) + [task.amount])


def flat(task: Task) -> Columns:
    """Return equal interests on the original sum, and under them equal instalments that are rounded as a whole.

    Each interest is rounded by itself; the odd row takes what is left of the whole term's, and of the principal.
    """
    terms = task.terms
    charge = sum(task.charges.periods)
    interest = task.earned(task.amount, charge=charge)
    each = earned(
        task.amount,
        charge=charge,
        unit=task.charges.unit * terms.count,
        rounding=terms.accrual.rounding,
        multiple=task.interest_multiple,
    )
    by = terms.count * task.multiple
    level = divide(task.amount + each * terms.count, by=by, rounding=terms.rounding) * task.multiple - each
    interests = _but_one(interest, each, terms=terms, multiple=task.interest_multiple)
    principals = _but_one(task.amount, level, terms=terms, multiple=task.multiple)
    return Columns(principals, interests, interests)


def _but_one(total: int, part: int, *, terms: LoanTerms, multiple: int) -> list[int]:
    """Return the same part in every row but one, which takes the rest; evenly split where the parts are too much."""
    odd = total - part * (terms.count - 1)
    if odd < 0 or part < 0:
        return even_split(
            total, parts=terms.count, remainder=terms.remainder, rounding=terms.rounding, multiple=multiple
        )
    others = [part] * (terms.count - 1)
    return [odd, *others] if terms.remainder is Remainder.FIRST else [*others, odd]


def _on_what_is_owed(task: Task, principals: Sequence[int]) -> Columns:
    left, interests = task.amount, []
    for charge, principal in zip(task.charges.periods, principals, strict=True):
        interests.append(task.earned(left, charge=charge))
        left -= principal
    return Columns(principals, interests, interests)
