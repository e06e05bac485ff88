"""Imports only go down the staircase of setup.cfg, and the core works on a machine without any framework."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers.process import REPOSITORY
from tests.tidy.core import FRAMEWORKS, PURE_ROOMS

_LINT = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
_WITHOUT_FRAMEWORKS = """
import importlib, pkgutil, sys

class Wall:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {frameworks!r}:
            raise ImportError(f"there is no {{name}} on this machine")

sys.meta_path.insert(0, Wall())
room = importlib.import_module("bnpl_plugin.{room}")
for found in pkgutil.walk_packages(room.__path__, room.__name__ + "."):
    importlib.import_module(found.name)
"""


def python(code: str, *, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], cwd=cwd, capture_output=True, text=True, check=False)


def a_house(root: Path, *, files: dict[str, str]) -> Path:
    shutil.copy(REPOSITORY / "setup.cfg", root)
    rooms = ("", "money/", "credit/", "ledger/", "ports/", "lifecycle/", "plans/", "rules/", "countries/", "storage/")
    for path in (*(f"{room}__init__.py" for room in rooms), "errors.py", "settings.py"):
        target = root / "bnpl_plugin" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text("")
    for path, text in files.items():
        (root / "bnpl_plugin" / path).write_text(text)
    return root


def test_the_house_keeps_the_staircase():
    done = python(_LINT, cwd=REPOSITORY)
    assert done.returncode == 0, done.stdout + done.stderr


def test_going_down_the_staircase_is_allowed(tmp_path: Path):
    files = {"lifecycle/a.py": "from bnpl_plugin import errors, money, settings", "storage/b.py": "import sqlalchemy"}
    done = python(_LINT, cwd=a_house(tmp_path, files=files))
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("path", "text", "finding"),
    [
        ("money/a.py", "import bnpl_plugin.credit", "bnpl_plugin.money is not allowed to import bnpl_plugin.credit"),
        ("plans/a.py", "from bnpl_plugin import rules", "bnpl_plugin.plans is not allowed to import bnpl_plugin.rules"),
        ("errors.py", "import bnpl_plugin.settings", "bnpl_plugin.errors is not allowed to import"),
        ("settings.py", "import bnpl_plugin.money", "bnpl_plugin.settings is not allowed to import bnpl_plugin.money"),
        ("lifecycle/a.py", "import stripe", "bnpl_plugin.lifecycle is not allowed to import stripe"),
        ("stray.py", "", "bnpl_plugin.stray"),
    ],
)
def test_an_import_up_or_aside_or_out_is_named(path: str, text: str, finding: str, tmp_path: Path):
    done = python(_LINT, cwd=a_house(tmp_path, files={path: text}))
    assert done.returncode == 1
    assert finding in done.stdout


def rooms_that_stand() -> list[str]:
    return [room for room in PURE_ROOMS if (REPOSITORY / "bnpl_plugin" / room / "__init__.py").exists()]


@pytest.mark.parametrize("room", rooms_that_stand())
def test_the_core_works_where_no_framework_is_installed(room: str):
    done = python(_WITHOUT_FRAMEWORKS.format(frameworks=set(FRAMEWORKS), room=room), cwd=REPOSITORY)
    assert done.returncode == 0, done.stderr


def test_the_wall_around_the_core_is_real(tmp_path: Path):
    house = a_house(tmp_path, files={"money/a.py": "def f(): import os", "credit/a.py": "import sqlalchemy.orm"})
    assert python(_WITHOUT_FRAMEWORKS.format(frameworks=set(FRAMEWORKS), room="money"), cwd=house).returncode == 0
    done = python(_WITHOUT_FRAMEWORKS.format(frameworks=set(FRAMEWORKS), room="credit"), cwd=house)
    assert "there is no sqlalchemy on this machine" in done.stderr
