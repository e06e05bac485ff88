"""Loans that the tests of servicing tell their stories about, and how a position is written down."""

from datetime import date

from bnpl_plugin.credit import Instalment, Schedule
from bnpl_plugin.credit.servicing.account import LoanAccount
from bnpl_plugin.credit.servicing.parts import Parts
from bnpl_plugin.credit.servicing.policy import ServicingPolicy
from bnpl_plugin.credit.servicing.replay import replay

JAN_1 = date(2027, 1, 1)
FREE = Schedule(
    "EUR",
    JAN_1,
    1000,
    (
        Instalment(1, JAN_1, 250),
        Instalment(2, date(2027, 2, 1), 250),
        Instalment(3, date(2027, 3, 1), 250),
        Instalment(4, date(2027, 4, 1), 250),
    ),
)
"""Four equal parts without cost, the first on the day of the drawdown."""

COSTLY = Schedule(
    "EUR",
    JAN_1,
    900,
    (
        Instalment(1, date(2027, 2, 1), 300, 30, 9),
        Instalment(2, date(2027, 3, 1), 300, 20),
        Instalment(3, date(2027, 4, 1), 300, 10),
    ),
)
"""Three parts with interest that stands whatever is paid when, and a fee in the first."""


def day(month_and_day: str) -> date:
    """Return a day of 2027: "2-15" is 15 February."""
    month, number = month_and_day.split("-")
    return date(2027, int(month), int(number))


def stands(*events, schedule=FREE, policy=None, as_of=None):
    """Return where a loan stands after events."""
    return replay(LoanAccount(schedule, policy or ServicingPolicy(), events), as_of=as_of)


def written(parts: Parts) -> str:
    """Return parts as text: "p250 i10 f5 n3"; "-" for nothing."""
    told = [f"{name}{amount}" for name, amount in zip("pifn", parts, strict=True) if amount]
    return " ".join(told) or "-"


def rows(position) -> str:
    """Return each row as a line: due date, due, paid, still open."""
    return "\n".join(
        f"{row.due_on.month}-{row.due_on.day} | {written(row.due)} | {written(row.paid)} | {written(row.still_open)}"
        for row in position.rows
    )


def table(text: str) -> str:
    """Return a table as `rows` writes it, whatever its alignment."""
    return "\n".join(" | ".join(cell.strip() for cell in line.split("|")) for line in text.strip().splitlines())
