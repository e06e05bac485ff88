"""Methods that fix the principal: equal parts, all at the end, and the flat rate on the original sum."""

from __future__ import annotations

from collections.abc import Sequence

from bnpl_plugin.credit.amortisation.columns import Columns, Task, even_split


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
    """Return equal principals and equal interests: the original sum's interest for the whole term, evenly spread."""
    terms = task.terms
    interest = task.earned(task.amount, charge=sum(task.charges.periods))
    principals, interests = (
        even_split(
            total, parts=terms.count, remainder=terms.remainder, rounding=terms.rounding, multiple=multiple
        )
        for total, multiple in ((task.amount, task.multiple), (interest, task.interest_multiple))
    )  # fmt: skip
    return Columns(principals, interests, interests)


def _on_what_is_owed(task: Task, principals: Sequence[int]) -> Columns:
    left, interests = task.amount, []
    for charge, principal in zip(task.charges.periods, principals, strict=True):
        interests.append(task.earned(left, charge=charge))
        left -= principal
    return Columns(principals, interests, interests)
