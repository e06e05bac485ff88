"""Rules about the shape of the house: sizes, names, door plates, texts. Each returns its findings as sentences."""

import ast
import re
import sys
import tomllib
from collections import Counter
from importlib import metadata
from pathlib import Path

from tests.tidy.source import PACKAGE, Module, docstrings, files, functions, imported_modules, modules

MODULE_LINES = 400
FUNCTION_LINES = 70
FOLDER_MODULES = 9

TABLES_OF_DATA: frozenset[str] = frozenset()
"""Modules that may be longer because they are one table."""

FROZEN_TEXT = "bnpl_plugin/storage/migrations/versions"
"""Released migrations: one long statement list each, made once and never edited; Alembic wants no package there."""

WIDE_FOLDERS = (
    "lifecycle", "plans", "rules", "countries", "providers", "platforms", "gates", "bureaus", "storage/migrations",
)  # fmt: skip
VAGUE_NAMES = {"util", "utils", "helper", "helpers", "common", "base", "manager", "managers", "misc"}
DOOR_PLATE_WORDS = ("import", "never", "add")
_MACHINE_PATH = re.compile(r"(?<![\w.~:/-])/(?:work|root|home/[a-z]\w*|tmp/(?:briefs|bash_jobs))/")
_TEXT_ENDINGS = {
    ".py", ".md", ".toml", ".cfg", ".ini", ".txt", ".yml", ".yaml", ".json", ".html", ".css", ".js", ".po", ".sql",
    ".sh", ".mako", ".svg", "",
}  # fmt: skip
_SKIPS = re.compile(r"^(pytest\.)?(mark\.)?(skip|skipif|xfail|importorskip)$")


def long_modules(root: Path) -> list[str]:
    """A module of more than 400 lines is a fault, tables of data excepted."""
    return [
        f"{module.path}: {count} lines, more than {MODULE_LINES}"
        for module in modules(root)
        if module.folder != FROZEN_TEXT and module.path not in TABLES_OF_DATA
        if (count := len(module.text.splitlines())) > MODULE_LINES
    ]


def _own_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count a function's lines from `def` to its end, without its docstring."""
    total = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        total -= (first.end_lineno or first.lineno) - first.lineno + 1
    return total


def long_functions(root: Path) -> list[str]:
    """A function of more than 70 lines, its docstring not counted, is a fault."""
    return [
        f"{module.path}:{function.lineno}: {function.name} has {count} lines, more than {FUNCTION_LINES}"
        for module in modules(root)
        if module.folder != FROZEN_TEXT
        for function in functions(module)
        if (count := _own_lines(function)) > FUNCTION_LINES
    ]


def crowded_folders(root: Path) -> list[str]:
    """A folder holds at most nine modules beside its door plate; `lifecycle` and the leaf folders may hold more."""
    counts = Counter(
        module.folder
        for module in modules(root, below=(PACKAGE,))
        if module.name != "__init__" and not module.path.removeprefix(f"{PACKAGE}/").startswith(WIDE_FOLDERS)
    )
    return [f"{folder}: {count} modules, more than {FOLDER_MODULES}" for folder, count in counts.items()
            if count > FOLDER_MODULES]  # fmt: skip


def vague_names(root: Path) -> list[str]:
    """No file or folder is called utils, helpers, common, base or manager."""
    found = []
    for module in modules(root):
        parts = [part.removesuffix(".py") for part in module.path.split("/")]
        found += [f"{module.path}: {part!r} says nothing" for part in parts if part in VAGUE_NAMES]
    return found


def missing_module_docstrings(root: Path) -> list[str]:
    """Every module says what it is; an `__init__` of the tests and a migration's package may be empty."""
    return [
        f"{module.path}: no docstring"
        for module in modules(root)
        if not ast.get_docstring(module.tree) and not (module.path.startswith("tests/") and not module.text.strip())
    ]


def missing_door_plates(root: Path) -> list[str]:
    """Every folder with code has an `__init__` that tells: for what, what it may import, must never, how to add."""
    plates = {module.folder: module for module in modules(root, below=(PACKAGE,)) if module.name == "__init__"}
    found = []
    for folder in sorted({module.folder for module in modules(root, below=(PACKAGE,))} - {FROZEN_TEXT}):
        text = (ast.get_docstring(plates[folder].tree) or "") if folder in plates else ""
        is_room = folder.count("/") == 1
        if not text:
            found.append(f"{folder}: no door plate")
        elif is_room and (missing := [word for word in DOOR_PLATE_WORDS if word not in text.lower()]):
            found.append(f"{folder}: its door plate does not say {missing}")
    return found


def machine_paths(root: Path) -> list[str]:
    """No file knows a path of the machine it was written on."""
    found = []
    for path in files(root):
        if path.suffix in _TEXT_ENDINGS and path.name != "LICENSE":
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
            found += [f"{path.relative_to(root)}:{number}: {hit.group()}" for number, line in enumerate(lines, 1)
                      if (hit := _MACHINE_PATH.search(line))]  # fmt: skip
    return found


def skipped_tests(root: Path) -> list[str]:
    """No test is skipped or expected to fail."""
    found = []
    for module in modules(root, below=("tests",)):
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Attribute) and _SKIPS.match(node.attr):
                owner = ast.unparse(node.value)
                if owner in {"pytest", "pytest.mark", "mark"}:
                    found.append(f"{module.path}:{node.lineno}: {owner}.{node.attr}")
    return found


def _declared(root: Path) -> set[str]:
    """Return the distributions that pyproject.toml names for those who install us: dependencies and extras but test."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project.get("optional-dependencies", {})
    lines = [*project.get("dependencies", []), *(line for name, extra in extras.items() if name != "test"
                                                 for line in extra)]  # fmt: skip
    return {re.split(r"[\[<>=!~; ]", line, maxsplit=1)[0].lower().replace("_", "-") for line in lines}


def undeclared_imports(root: Path) -> list[str]:
    """What the package imports, pyproject.toml names itself: no leaning on what another dependency happens to bring."""
    declared = _declared(root)
    if "flask" in declared:
        declared |= {"werkzeug", "jinja2", "click", "markupsafe"}  # Flask's own face: it re-exports them
    distributions = metadata.packages_distributions()
    found = []
    for module in modules(root, below=(PACKAGE,)):
        for line, top in imported_modules(module.tree):
            if top in sys.stdlib_module_names or top == PACKAGE:
                continue
            owners = {name.lower().replace("_", "-") for name in distributions.get(top, [top])}
            if not owners & declared:
                found.append(f"{module.path}:{line}: imports {top}, which pyproject.toml does not declare")
    return found


def _strings(module: Module) -> list[ast.Constant]:
    words = docstrings(module.tree)
    return [node for node in ast.walk(module.tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in words]  # fmt: skip


_DATABASE_CLOCK = re.compile(
    r"\bnow\s*\(\s*\)|\bcurrent_timestamp\b|\bcurrent_date\b|\bclock_timestamp\s*\(|\bgen_random_uuid\s*\("
    r"|\b(?:date|datetime|strftime|julianday|unixepoch)\s*\(\s*(?:'[^']*'\s*,\s*)?'now'",
    re.IGNORECASE,
)


def database_clocks(root: Path) -> list[str]:
    """No SQL text asks the database for the time or an id: both are arguments, or the movable clock is a lie."""
    return [
        f"{module.path}:{node.lineno}: SQL asks for {hit.group()!r}"
        for module in modules(root, below=(PACKAGE,))
        for node in _strings(module)
        if (hit := _DATABASE_CLOCK.search(str(node.value)))
    ]
