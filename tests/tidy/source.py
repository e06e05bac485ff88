"""Reading the house's source: which files there are, and what a name in them really stands for."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PACKAGE = "bnpl_plugin"
CODE_FOLDERS = (PACKAGE, "examples", "tests")
_NOT_OURS = {"__pycache__", "node_modules", "build", "dist", "instance"}


@dataclass(frozen=True, slots=True)
class Module:
    """One Python file: its path below the root, its text and its syntax tree."""

    path: str
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        """The file's name without folder and ending."""
        return self.path.rsplit("/", 1)[-1].removesuffix(".py")

    @property
    def folder(self) -> str:
        """The folder below the root, with slashes."""
        return self.path.rpartition("/")[0]

    @property
    def room(self) -> str:
        """The first folder below the package, or the file's name when it lies in the package itself."""
        parts = self.path.split("/")
        return parts[1].removesuffix(".py") if len(parts) > 1 else self.name


def files(root: Path, *, below: str = "") -> Iterator[Path]:
    """Yield our files under `root/below` in a stable order: no dot-folders (but `.ci`), nothing that tools made."""
    for path in sorted((root / below).rglob("*")):
        parts = path.relative_to(root).parts
        hidden = any(part.startswith(".") and part != ".ci" for part in parts[:-1])
        if path.is_file() and not hidden and not _NOT_OURS.intersection(parts) and ".egg-info" not in str(path):
            yield path


def modules(root: Path, *, below: tuple[str, ...] = CODE_FOLDERS) -> Iterator[Module]:
    """Yield every Python module under these folders, parsed."""
    for folder in below:
        for path in files(root, below=folder):
            if path.suffix == ".py":
                text = path.read_text(encoding="utf-8")
                yield Module(path.relative_to(root).as_posix(), text, ast.parse(text, filename=str(path)))


def functions(module: Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield every function and method of a module, nested ones too."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def docstrings(tree: ast.Module) -> set[ast.Constant]:
    """Return the constants that are docstrings or bare strings: words about the code, not part of it."""
    return {
        node.value for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }


def imported_names(tree: ast.Module) -> dict[str, str]:
    """Return what each imported name of the file stands for: `{"dt": "datetime.datetime"}`."""
    stands_for: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                local = alias.asname or alias.name.split(".")[0]
                stands_for[local] = alias.name if alias.asname else local
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            for alias in node.names:
                stands_for[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return stands_for


def dotted(node: ast.expr, *, names: dict[str, str]) -> str | None:
    """Return the full dotted name that an expression stands for, or None when it starts at no import."""
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.Attribute):
        base = dotted(node.value, names=names)
        return f"{base}.{node.attr}" if base else None
    return None


def imported_modules(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield (line, top-level module) of every absolute import."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name.split(".")[0]) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.lineno, node.module.split(".")[0]
