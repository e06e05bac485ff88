"""The house as it stands breaks none of its rules."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.servers.process import REPOSITORY
from tests.tidy import core, house
from tests.tidy.source import modules

RULES: list[Callable[[Path], list[str]]] = [
    house.long_modules,
    house.long_functions,
    house.crowded_folders,
    house.vague_names,
    house.missing_module_docstrings,
    house.missing_door_plates,
    house.machine_paths,
    house.skipped_tests,
    house.undeclared_imports,
    house.database_clocks,
    core.floats,
    core.hidden_clocks,
    core.frameworks_in_the_core,
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_house_keeps(rule: Callable[[Path], list[str]]):
    found = rule(REPOSITORY)
    assert not found, "\n".join([rule.__doc__ or "", *found])


def test_the_rules_look_at_the_whole_house():
    seen = {module.path for module in modules(REPOSITORY)}
    assert {"bnpl_plugin/errors/__init__.py", "tests/tidy/test_house.py"} <= seen


def test_every_table_of_data_that_is_pardoned_still_exists_and_still_needs_it():
    for path in house.TABLES_OF_DATA:
        assert len((REPOSITORY / path).read_text(encoding="utf-8").splitlines()) > house.MODULE_LINES, path
