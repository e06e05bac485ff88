"""What the crowd was told, and how fast: the last word to each shopper, and the table of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class Outcome:
    """The answers of one rush.

    ``last`` is the newest state told to each shopper, by number; ``first_millis`` the time of everybody's first answer,
    ``held_millis`` that of the answers that said "yours".
    """

    shoppers: int
    last: dict[int, str] = field(default_factory=dict)
    answers: int = 0
    first_millis: list[float] = field(default_factory=list)
    held_millis: list[float] = field(default_factory=list)
    contradicted: int = 0  # told that it is over, and later that it is not
    began: float = 0.0  # of any clock, in seconds
    ended: float = 0.0

    def hear(self, number: int, *, state: str, millis: float) -> None:
        """Take an answer."""
        before = self.last.get(number)
        if before is None and state != "none":
            self.first_millis.append(millis)
        if before in ("sold_out", "over", "held") and state != before:
            self.contradicted += 1
        if state == "held":
            self.held_millis.append(millis)
        self.answers += state != "none"
        self.last[number] = state

    def count(self, *states: str) -> int:
        """Return how many were last told one of the states."""
        return sum(state in states for state in self.last.values())

    @property
    def asked(self) -> int:
        """How many have had an answer."""
        return len(self.last)

    def line(self) -> str:
        """Return the live counts in a few words."""
        told = Counter(self.last.values())
        parts = [
            f"{told['held']:,} held",
            f"{told['waiting']:,} in line",
            f"{told['sold_out'] + told['over']:,} sold out",
        ]
        early = told["not_open"] + told["paused"]
        return ", ".join([*parts, f"{early:,} too early"] if early else parts)


def percentile(values: Sequence[float], *, percent: int) -> float | None:
    """Return the value below which so many percent lie (nearest rank); None without values."""
    ranked = sorted(values)
    return ranked[max(0, -(-len(ranked) * percent // 100) - 1)] if ranked else None


def millis(values: Sequence[float]) -> str:
    """Return half of the answers' and 99 of 100 answers' time in words."""
    half, most = percentile(values, percent=50), percentile(values, percent=99)
    return "–" if half is None or most is None else f"p50 {half:,.0f} ms, p99 {most:,.0f} ms"


def table(outcome: Outcome, *, winners: Counter[str]) -> list[str]:
    """Return the lines of the table: each shopper of the crowd is in exactly one of the second to the sixth."""
    seconds = max(outcome.ended - outcome.began, 0.0)
    no_answer = outcome.shoppers - outcome.asked + outcome.count("none")
    others = outcome.asked - outcome.count("held", "sold_out", "over", "waiting", "none")
    rows = [
        ("asked", f"{outcome.shoppers:,}", f"{outcome.answers:,} answers in {seconds:,.0f} s"),
        ("held", f"{outcome.count('held'):,}", millis(outcome.held_millis)),
        (
            "told sold out",
            f"{outcome.count('sold_out', 'over'):,}",
            f"all first answers: {millis(outcome.first_millis)}",
        ),
        ("still in line", f"{outcome.count('waiting'):,}", ""),
        ("told otherwise", f"{others:,}", _named(outcome)),
        ("no answer", f"{no_answer:,}", ""),
        ("bought", f"{winners['bought']:,}", "signed and paid at the test bank"),
        ("gave it back", f"{winners['cancelled']:,}", "the line was served"),
        ("still thinking", f"{winners['thinking'] + winners['paying']:,}", "until their hold lapses"),
        ("contradicted", f"{outcome.contradicted:,}", "told two different endings"),
    ]
    return [f"  {name:<16}{count:>9}   {note}".rstrip() for name, count, note in rows]


def _named(outcome: Outcome) -> str:
    known = ("held", "sold_out", "over", "waiting", "none")
    told = Counter(state for state in outcome.last.values() if state not in known)
    return ", ".join(f"{state} {count:,}" for state, count in sorted(told.items()))
