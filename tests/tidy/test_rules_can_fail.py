"""Each rule names the house that breaks it: a check never seen to fail does not count."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.tidy import core, house
from tests.tidy.test_house import RULES

Rule = Callable[[Path], list[str]]
PLATE = '"""For this. May import that. Must never. To add a file: do."""\n'
PROJECT = '[project]\ndependencies = ["Flask>=2.3", "PyYAML"]\n'

GOOD = {
    "pyproject.toml": PROJECT,
    "README.md": "see https://example.com/work/ and ./root/ and bnpl_plugin/money\n",
    "bnpl_plugin/__init__.py": PLATE,
    "bnpl_plugin/ext.py": '"""Wiring."""\nimport uuid\nimport flask\nimport yaml\nnew_id = uuid.uuid4\n',
    "bnpl_plugin/money/__init__.py": PLATE,
    "bnpl_plugin/money/amount.py": '"""Amounts."""\n\n\ndef check(x: object) -> bool:\n    """Refuse floats."""\n'
    "    return isinstance(x, (float, complex)) or 1 // 2 == 0\n",
    "bnpl_plugin/credit/__init__.py": PLATE,
    "bnpl_plugin/credit/dates.py": '"""Never asks now() itself."""\nfrom datetime import date, datetime\n\n\n'
    "def on(clock: object) -> date:\n    return clock.now().date() or datetime(2026, 1, 1).date()\n",
    "tests/money/test_amount.py": '"""Facts."""\n\n\ndef test_it():\n    assert 1\n',
}

BAD: list[tuple[Rule, str, str, str]] = [
    (house.long_modules, "bnpl_plugin/money/amount.py", '"""Long."""\n' + "x = 1\n" * 400, "401 lines"),
    (house.long_functions, "bnpl_plugin/money/amount.py",
     '"""Long."""\n\n\nclass Box:\n    def f(self):\n        """Not counted."""\n' + "        x = 1\n" * 70,
     "f has 71 lines"),
    (house.crowded_folders, "bnpl_plugin/money/extra_9.py", '"""One too many."""\n', "bnpl_plugin/money: 10 modules"),
    (house.vague_names, "bnpl_plugin/money/utils.py", '"""Things."""\n', "'utils' says nothing"),
    (house.vague_names, "bnpl_plugin/web/common/pages.py", '"""Things."""\n', "'common' says nothing"),
    (house.missing_module_docstrings, "tests/money/test_amount.py", "x = 1\n", "test_amount.py: no docstring"),
    (house.missing_door_plates, "bnpl_plugin/money/__init__.py", "", "bnpl_plugin/money: no door plate"),
    (house.missing_door_plates, "bnpl_plugin/web/pages/one.py", '"""One."""\n', "bnpl_plugin/web/pages: no door plate"),
    (house.missing_door_plates, "bnpl_plugin/money/__init__.py",
     '"""Money. May import nothing."""\n', "['never', 'add']"),
    (house.machine_paths, "README.md", "cd /wor" + "k/main\n", "README.md:1"),
    (house.machine_paths, "bnpl_plugin/templates/x.html", "<a href='/roo" + "t/x'>\n", "x.html:1"),
    (house.machine_paths, ".ci/run", "PATH=/home/" + "ann/bin\n", ".ci/run:1"),
    (house.skipped_tests, "tests/money/test_amount.py",
     '"""F."""\nimport pytest\npytest.mark.skip\n', "test_amount.py:3"),
    (house.skipped_tests, "tests/money/test_amount.py", '"""F."""\nimport pytest\npytest.importorskip("x")\n', ":3"),
    (house.undeclared_imports, "bnpl_plugin/ext.py", '"""W."""\nfrom requests import get\n', "imports requests"),
    (house.database_clocks, "bnpl_plugin/storage/sql.py", '"""S."""\nQ = "UPDATE a SET b = NOW()"\n', "sql.py:2"),
    (house.database_clocks, "bnpl_plugin/storage/sql.py", "\"\"\"S.\"\"\"\nQ = \"SELECT date('now')\"\n", "sql.py:2"),
    (core.floats, "bnpl_plugin/credit/rate.py", '"""R."""\nx = 0.5\n', "rate.py:2: the literal 0.5"),
    (core.floats, "bnpl_plugin/ledger/rate.py", '"""R."""\nx = float("1")\n', "rate.py:2: float"),
    (core.floats, "bnpl_plugin/money/rate.py", '"""R."""\ndef f(x: float): ...\n', "rate.py:2: float"),
    (core.hidden_clocks, "bnpl_plugin/credit/t.py", '"""T."""\nimport datetime as d\nx = d.datetime.now()\n', "t.py:3"),
    (core.hidden_clocks, "bnpl_plugin/web/t.py", '"""T."""\nfrom datetime import date as d\nx = d.today()\n', "t.py:3"),
    (core.hidden_clocks, "bnpl_plugin/storage/t.py", '"""T."""\nfrom uuid import uuid4\nnew = uuid4\n', "uuid.uuid4"),
    (core.hidden_clocks, "bnpl_plugin/storage/t.py",
     '"""T."""\nfrom sqlalchemy import func\nx = func.now()\n', "t.py:3"),
    (core.hidden_clocks, "bnpl_plugin/web/t.py", '"""T."""\nimport time\nx = time.time()\n', "t.py:3: time.time"),
    (core.frameworks_in_the_core, "bnpl_plugin/money/__init__.py", PLATE + "import flask\n", "imports flask"),
    (core.frameworks_in_the_core, "bnpl_plugin/plans/p.py",
     '"""P."""\nfrom sqlalchemy.orm import x\n', "imports sqlalchemy"),
]  # fmt: skip


def build(root: Path, *, changes: dict[str, str]) -> Path:
    for path, text in {**GOOD, **changes}.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return root


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_a_good_house_is_found_good(rule: Rule, tmp_path: Path):
    assert rule(build(tmp_path, changes={})) == []


@pytest.mark.parametrize(("rule", "path", "text", "finding"), BAD, ids=lambda value: getattr(value, "__name__", None))
def test_a_house_that_breaks_the_rule_is_told_where(rule: Rule, path: str, text: str, finding: str, tmp_path: Path):
    changes = {path: text}
    if rule is house.crowded_folders:
        changes |= {f"bnpl_plugin/money/extra_{number}.py": text for number in range(1, 9)}
    found = rule(build(tmp_path, changes=changes))
    assert len(found) == 1
    assert finding in found[0]


def test_every_rule_is_seen_to_fail():
    assert {rule for rule, *_ in BAD} == set(RULES)


def test_a_released_migration_may_be_long(tmp_path: Path):
    text = '"""One."""\n\n\ndef upgrade():\n' + "    x = 1\n" * 500
    plates = {f"bnpl_plugin/storage/{folder}__init__.py": PLATE for folder in ("", "migrations/")}
    root = build(tmp_path, changes={f"{house.FROZEN_TEXT}/0001.py": text, **plates})
    assert house.long_modules(root) + house.long_functions(root) + house.missing_door_plates(root) == []


@pytest.mark.parametrize("folder", house.WIDE_FOLDERS)
def test_a_folder_of_leaves_may_be_wide(folder: str, tmp_path: Path):
    leaves = {f"bnpl_plugin/{folder}/leaf_{number}.py": '"""Leaf."""\n' for number in range(30)}
    assert house.crowded_folders(build(tmp_path, changes=leaves)) == []
