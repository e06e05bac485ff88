"""Rules about what the code may do: no float in the core, no clock and no id source of its own, no framework in it."""

import ast
from pathlib import Path

from tests.tidy.source import PACKAGE, Module, dotted, imported_modules, imported_names, modules

EXACT_ROOMS = ("money", "credit", "ledger")
PURE_ROOMS = ("money", "credit", "ledger", "ports", "lifecycle", "plans", "rules", "countries")
FRAMEWORKS = frozenset({"flask", "sqlalchemy", "marshmallow", "alembic", "stripe"})
MAY_ASK_THE_TIME = frozenset({"testing", "ext", "environment"})
"""`environment` makes the clock and the ids that `ext` hands down; everybody below takes them as arguments."""

CLOCKS_AND_IDS = frozenset({
    "datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today", "datetime.date.today",
    "time.time", "time.time_ns", "time.localtime", "time.gmtime",
    "uuid.uuid1", "uuid.uuid4", "uuid.uuid6", "uuid.uuid7",
    "sqlalchemy.func.now", "sqlalchemy.sql.func.now", "sqlalchemy.func.current_timestamp",
    "sqlalchemy.func.current_date", "sqlalchemy.func.gen_random_uuid",
})  # fmt: skip


def _refusals(tree: ast.Module) -> set[ast.AST]:
    """Return the nodes inside `isinstance(x, …)`: a type may be named there in order to refuse it."""
    return {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "isinstance"
        for argument in node.args[1:]
        for inner in ast.walk(argument)
    }


def _floats_of(module: Module) -> list[str]:
    refusals = _refusals(module.tree)
    found = []
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, float | complex):
            found.append(f"{module.path}:{node.lineno}: the literal {node.value!r}")
        elif isinstance(node, ast.Name) and node.id in {"float", "complex"} and node not in refusals:
            found.append(f"{module.path}:{node.lineno}: {node.id}")
    return found


def floats(root: Path) -> list[str]:
    """`money`, `credit` and `ledger` know no float: no literal, no `float(…)`, no annotation."""
    return [finding for module in modules(root, below=(PACKAGE,)) if module.room in EXACT_ROOMS
            for finding in _floats_of(module)]  # fmt: skip


def _hidden_clocks_of(module: Module) -> list[str]:
    names = imported_names(module.tree)
    found = []
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute | ast.Name):
            full = dotted(node, names=names)
            if full in CLOCKS_AND_IDS:
                found.append(f"{module.path}:{node.lineno}: {full}")
    return found


def hidden_clocks(root: Path) -> list[str]:
    """Below `ext` nobody asks the machine for the time or a fresh id (called or handed on): both are arguments."""
    return [finding for module in modules(root, below=(PACKAGE,)) if module.room not in MAY_ASK_THE_TIME
            for finding in _hidden_clocks_of(module)]  # fmt: skip


def frameworks_in_the_core(root: Path) -> list[str]:
    """The pure rooms import no framework, not even in their door plate or for a type."""
    return [
        f"{module.path}:{line}: imports {top}"
        for module in modules(root, below=(PACKAGE,))
        if module.room in PURE_ROOMS
        for line, top in imported_modules(module.tree)
        if top in FRAMEWORKS
    ]
