"""Runs the cases of golden files and tells how each ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from tests.golden.case import Case, Check, OutOfScope, Refused, Subject, Unreadable, read
from tests.golden.keys import unread
from tests.golden.subjects import subject_of


class Ending(StrEnum):
    """How a case ended."""

    PASSED = "passed"
    FAILED = "failed"
    REFUSED = "refused"
    OUT_OF_SCOPE = "out of scope"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One case's ending, with the sentences that explain it.

    Attributes:
        collection, case: what was run.
        ending: how it ended.
        reasons: for a failure each figure that differs, for the others why it was not compared.
    """

    collection: str
    case: Case
    ending: Ending
    reasons: tuple[str, ...] = ()

    def lines(self, limit: int = 12) -> list[str]:
        """Return the outcome as printed lines."""
        head = f"{self.ending}: {self.collection}/{self.case.id} ({self.case.kind})"
        more = [f"    … and {len(self.reasons) - limit} more"] if len(self.reasons) > limit else []
        return [head, *(f"    {reason}" for reason in self.reasons[:limit]), *more]


@dataclass(slots=True)
class Report:
    """All outcomes; only verified cases are counted.

    Attributes:
        outcomes: of every case, in the order of the files.
        unread: a sentence for each file that could not be run.
    """

    outcomes: list[Outcome] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    def of(self, ending: Ending, *, verified: bool = True) -> list[Outcome]:
        """Return the outcomes of one ending."""
        return [told for told in self.outcomes if told.ending is ending and told.case.verified is verified]


def outcome_of(collection: str, case: Case, *, subject: Subject) -> Outcome:
    """Run one case; whatever goes wrong inside is a failure, and so is a case in which nothing was compared."""
    try:
        checks = list(subject(case))
        wrong = tuple(_told(check) for check in checks if not check.holds)
    except Refused as reason:
        return Outcome(collection, case, Ending.REFUSED, (str(reason),))
    except OutOfScope as reason:
        return Outcome(collection, case, Ending.OUT_OF_SCOPE, (str(reason),))
    except Exception as error:  # noqa: BLE001 - a crash is an answer too: a wrong one
        return _failed(collection, case, (f"raised {type(error).__name__}: {error}",))
    if wrong or not checks:
        return _failed(collection, case, wrong or ("nothing was compared",))
    return Outcome(collection, case, Ending.PASSED)


def _failed(collection: str, case: Case, reasons: tuple[str, ...]) -> Outcome:
    passed_over = unread(collection, case.inputs)
    why = (f"inputs that nobody here reads: {', '.join(passed_over)}",) if passed_over else ()
    return Outcome(collection, case, Ending.FAILED, (*why, *reasons))


def _told(check: Check) -> str:
    within = f" within {check.tolerance}" if check.tolerance else ""
    return f"{check.field}: expected {check.expected}{within}, got {check.got}"


def run(files: Iterable[Path]) -> Report:
    """Run every case of the files; a file that cannot be run is told and keeps no other from running."""
    report = Report()
    for file in files:
        try:
            collection, cases = read(file)
            subject = subject_of(collection)
        except Unreadable as reason:
            report.unread.append(str(reason))
            continue
        report.outcomes += [outcome_of(collection, case, subject=subject) for case in cases]
    return report


def told(report: Report) -> Sequence[str]:
    """Return the report as lines: failures, what was not compared, the unverified apart, each collection, the count."""
    lines: list[str] = []
    for ending in (Ending.FAILED, Ending.REFUSED, Ending.OUT_OF_SCOPE):
        for outcome in report.of(ending):
            lines += outcome.lines()
    lines += _unverified(report)
    collections = dict.fromkeys(outcome.collection for outcome in report.outcomes)
    lines += [f"{name}: {_counts(report, collection=name)}" for name in collections]
    lines += _passed_over(report)
    lines += [f"not run: {reason}" for reason in report.unread]
    aside = [f"{len(report.of(ending))} {ending}" for ending in (Ending.REFUSED, Ending.OUT_OF_SCOPE)]
    lines.append(f"not compared, with the reasons above: {', '.join(aside)}")
    lines.append(f"{len(report.of(Ending.PASSED))} passed, {len(report.of(Ending.FAILED))} failed")
    return lines


def _passed_over(report: Report) -> list[str]:
    """Return each input key that no subject knows, with how many cases have it."""
    keys = Counter(
        (outcome.collection, key)
        for outcome in report.outcomes
        for key in unread(outcome.collection, outcome.case.inputs)
    )
    return [
        f"input that nobody here reads: {collection}: {key} ({count} cases)"
        for (collection, key), count in keys.items()
    ]


def _unverified(report: Report) -> list[str]:
    """Return how the cases ended that their makers could not verify."""
    apart = [outcome for outcome in report.outcomes if not outcome.case.verified]
    if not apart:
        return []
    counts = Counter(outcome.ending for outcome in apart)
    head = ", ".join(f"{counts[ending]} {ending}" for ending in Ending if counts[ending])
    lines = [f"not verified by the files' makers, never counted: {head}"]
    return lines + [f"    {outcome.collection}/{outcome.case.id}: {outcome.ending}" for outcome in apart]


def _counts(report: Report, *, collection: str) -> str:
    """Return how many verified cases of a collection ended how."""
    ends = [outcome.ending for outcome in report.outcomes if outcome.collection == collection and outcome.case.verified]
    return ", ".join(f"{ends.count(ending)} {ending}" for ending in Ending if ending in ends) or "none verified"
