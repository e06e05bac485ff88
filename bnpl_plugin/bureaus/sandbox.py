"""A bureau to try policies with: what it answers is told by the last digits of the shopper's phone number.

=======  =====================================================================
…01      a thin file: known for two months, nothing else
…02      unpaid debts at other lenders
…03      deep in debt
…07      slow: never within the time
…08      down
…09      garbage: an answer that no report may hold
others   a sound file
=======  =====================================================================
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bnpl_plugin.ports.credit_source import SourceKind, SourceUnavailable, Subject

SOUND: Mapping[str, Any] = {
    "months_on_file": 84,
    "debts_elsewhere_minor": 0,
    "monthly_debts_minor": 0,
    "defaults_elsewhere": 0,
    "credits_elsewhere": 1,
}

SCRIPT: Mapping[str, Mapping[str, Any]] = {
    "01": {"months_on_file": 2, "debts_elsewhere_minor": None},
    "02": {**SOUND, "defaults_elsewhere": 2},
    "03": {**SOUND, "debts_elsewhere_minor": 2_000_000, "monthly_debts_minor": 90_000, "credits_elsewhere": 9},
    "09": {"months_on_file": "many", "religion": "none"},
}


class SandboxBureau:
    """Answers by a script.

    Args:
        script: reports by the last two digits of the phone number; "07" is always slow and "08" always down.
    """

    code = "sandbox"
    kind = SourceKind.BUREAU
    figures = frozenset(SOUND)

    def __init__(self, script: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        self._script = SCRIPT if script is None else script

    def ask(self, subject: Subject, *, purpose: str, consent: bool, timeout: timedelta) -> Mapping[str, Any]:
        """Return what the script says. Raises ``SourceUnavailable``."""
        if not consent or not purpose:
            raise SourceUnavailable("asked without consent or purpose")
        digits = subject.phone[-2:]
        if digits == "07":
            raise SourceUnavailable(f"no answer within {timeout.total_seconds():.0f} s", timed_out=True)
        if digits == "08":
            raise SourceUnavailable("503 from the service")
        return self._script.get(digits, SOUND)


BUREAU = SandboxBureau()
