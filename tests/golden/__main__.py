"""``python -m tests.golden [FILE …]``: run golden files (default: ours), print what differs.

Exit status: 0 when every verified case passed or was set aside with a reason, 1 when one failed, 2 when a file could
not be run.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.golden.runner import Ending, run, told

DATA = Path(__file__).parent / "data"


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line, run, print; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.golden", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="default: all of tests/golden/data")
    asked = parser.parse_args(arguments)
    report = run(asked.files or sorted(DATA.glob("*.json")))
    print("\n".join(told(report)))
    if report.unread:
        return 2
    return 1 if report.of(Ending.FAILED) else 0


if __name__ == "__main__":
    sys.exit(main())
