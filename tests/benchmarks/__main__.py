"""``python -m tests.benchmarks [NAME …] [--json FILE]``: one line per figure, with its reference and their ratio."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path

from tests.benchmarks.figure import Figure, Size

BENCHMARKS = ("maths", "offers", "booking", "gate", "decision", "checkout_http", "growth", "pools", "flash_sale")


def figures_of(name: str) -> Callable[[Size], list[Figure]]:
    """Return a benchmark by name; its module is imported only now, since the references are heavy."""
    found: Callable[[Size], list[Figure]] = import_module(f"tests.benchmarks.{name}").figures
    return found


def run(names: Sequence[str], *, size: Size) -> Mapping[str, list[Figure]]:
    """Run benchmarks one after the other and print each figure as soon as it is known."""
    done: dict[str, list[Figure]] = {}
    for name in names:
        done[name] = figures_of(name)(size)
        for figure in done[name]:
            print(figure.line(), flush=True)
    return done


def main(arguments: Sequence[str] | None = None, *, size: Size | None = None) -> None:
    """Read the command line, run, print, and write the JSON list if asked to."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(BENCHMARKS)}; default: all")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures as a JSON list")
    rush = parser.add_argument_group("flash_sale")
    for name, kind in (("shoppers", int), ("units", int), ("gate", str), ("seed", int)):
        rush.add_argument(f"--{name}", type=kind, help="see tests/benchmarks/flash_sale")
    rush.add_argument("--sqlite", action="store_true", default=None, help="on SQLite, with --gate sql")
    asked = parser.parse_args(arguments)
    chosen = {name: getattr(asked, name) for name in ("shoppers", "units", "gate", "seed", "sqlite")}
    told = replace(size or Size(), **{name: value for name, value in chosen.items() if value is not None})
    unknown = [name for name in asked.names if name not in BENCHMARKS]
    if unknown:
        parser.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
    done = run(asked.names or BENCHMARKS, size=told)
    if asked.json is not None:
        written = [figure.to_json() for group in done.values() for figure in group]
        asked.json.write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
