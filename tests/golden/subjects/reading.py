"""How golden files write numbers: exact fractions as sums, amounts as decimal strings, flows in several shapes."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from operator import add, mul, sub, truediv
from typing import Any, TypeVar

TimedFlows = list[tuple[Fraction, int]]
Meaning = TypeVar("Meaning")


class NotUnderstood(ValueError):
    """A case says something that no value of the product is known for; the message names the key."""


def named(key: str, told: object, *, among: Mapping[str, Meaning]) -> Meaning:
    """Return what a published word means; capitals, and which of " ", "-" and "_" is between words, do not matter."""
    word = str(told).strip().lower().replace("_", " ").replace("-", " ")
    if word not in among:
        raise NotUnderstood(f"{key} is {told!r}; understood are {', '.join(among)}")
    return among[word]


_OPERATIONS: Mapping[type[ast.operator], Callable[[Fraction, Fraction], Fraction]] = {
    ast.Add: add,
    ast.Sub: sub,
    ast.Mult: mul,
    ast.Div: truediv,
}
_FINER = 10_000
"""Amounts are read in ten-thousandths, so that whatever is published is whole; a rate does not depend on the unit."""


def exact(written: str | float) -> Fraction:
    """Return a number that is written as a sum of fractions: "3/365+1/12", "2 + (10/360)", "28/365.25"."""
    text = str(written).strip()

    def value(node: ast.AST) -> Fraction:
        if isinstance(node, ast.Expression):
            return value(node.body)
        if isinstance(node, ast.BinOp):
            return _OPERATIONS[type(node.op)](value(node.left), value(node.right))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return -value(node.operand)
        if isinstance(node, ast.Constant):
            return Fraction(ast.get_source_segment(text, node) or "")
        raise ValueError(f"{text!r} is not a sum of fractions")

    return value(ast.parse(text, mode="eval"))


def minor(written: str | float) -> int:
    """Return an amount as a whole number of ten-thousandths."""
    amount = Fraction(str(written)) * _FINER
    if amount.denominator != 1:
        raise ValueError(f"{written} is finer than a ten-thousandth")
    return amount.numerator


def major(amount: int) -> Decimal:
    """Return what `minor` read as a number again."""
    return Decimal(amount) / _FINER


def flows_in_years(inputs: Mapping[str, Any]) -> tuple[TimedFlows, TimedFlows]:
    """Return drawdowns and repayments with their times, whichever way a case writes them."""
    drawn: TimedFlows = []
    repaid: TimedFlows = []
    for stream in inputs.get("streams", ()):
        into = drawn if stream["direction"] == "advance" else repaid
        into += _series(stream)
    for advance in inputs.get("advances", ()):
        drawn += _series(advance)
    if "advance" in inputs:
        advance = inputs["advance"]
        drawn += _series(advance if isinstance(advance, Mapping) else {"amount": advance})
    for payment in inputs.get("payments", ()) if isinstance(inputs.get("payments"), list) else ():
        repaid += _series(payment)
    if "payment" in inputs:
        repaid += _series({**inputs, "amount": inputs["payment"]})
    return drawn, repaid


def _series(stream: Mapping[str, Any]) -> TimedFlows:
    first, step = exact(stream.get("t", "0")), exact(stream.get("step", "0"))
    return [(first + k * step, minor(stream["amount"])) for k in range(int(stream.get("count", 1)))]
