"""Leaves are found by their constant, one by one, and a broken one breaks only itself."""

import sys
from types import SimpleNamespace

import pytest

from bnpl_plugin.errors import ConfigurationError
from bnpl_plugin.registry import FOLDERS, leaf, leaves, modules

LEAF = "from types import SimpleNamespace\n{constant} = SimpleNamespace(code={code!r})\n"


@pytest.fixture
def house(tmp_path, monkeypatch):
    """A package with leaf folders of its own; returns a function that adds a module to one."""
    root = tmp_path / "leafy"
    root.mkdir()
    (root / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)

    def add(path, text):
        file = root / f"{path}.py"
        file.parent.mkdir(exist_ok=True)
        (file.parent / "__init__.py").touch()
        file.write_text(text)

    yield add
    for name in [name for name in sys.modules if name.split(".")[0] == "leafy"]:
        del sys.modules[name]


def test_a_new_module_is_a_new_leaf(house):
    house("plans/pay_in_9", LEAF.format(constant="PLAN", code="pay_in_9"))
    house("plans/pay_in_2", LEAF.format(constant="PLAN", code="pay_in_2"))
    assert list(leaves("PLAN", package="leafy")) == ["pay_in_2", "pay_in_9"]


def test_a_folder_may_hold_two_kinds_and_data_without_a_leaf(house):
    house("rules/age", LEAF.format(constant="RULE", code="age"))
    house("rules/standard", 'from types import SimpleNamespace\nPOLICY = SimpleNamespace(version="v1")\n')
    house("rules/facts", "MIN_AGE = 18\n")
    assert list(leaves("RULE", package="leafy")) == ["age"]
    assert list(leaves("POLICY", package="leafy")) == ["v1"]


def test_two_leaves_of_one_code_are_refused_and_both_named(house):
    house("plans/one", LEAF.format(constant="PLAN", code="same"))
    house("plans/two", LEAF.format(constant="PLAN", code="same"))
    with pytest.raises(ConfigurationError, match=r"'same': leafy\.plans\.one and leafy\.plans\.two"):
        leaves("PLAN", package="leafy")


def test_a_hosts_own_leaf_stands_beside_ours_and_may_not_hide_one(house):
    house("plans/one", LEAF.format(constant="PLAN", code="one"))
    assert list(leaves("PLAN", package="leafy", extra=[SimpleNamespace(code="own")])) == ["one", "own"]
    for code in ("one", "own"):
        with pytest.raises(ConfigurationError, match="two leaves"):
            leaves("PLAN", package="leafy", extra=[SimpleNamespace(code="own"), SimpleNamespace(code=code)])


def test_a_leaf_without_a_code_is_refused(house):
    house("gates/nameless", "GATE = object()\n")
    with pytest.raises(ConfigurationError, match="nameless has no code"):
        leaves("GATE", package="leafy")


def test_one_leaf_is_had_without_touching_a_broken_neighbour(house):
    house("providers/good", LEAF.format(constant="PROVIDER", code="good"))
    house("providers/broken", "import a_package_that_nobody_installed\n")
    assert leaf("PROVIDER", code="good", package="leafy").code == "good"
    assert "leafy.providers.broken" not in sys.modules
    with pytest.raises(ConfigurationError, match=r"leafy\.providers\.broken cannot be .*nobody_installed"):
        leaf("PROVIDER", code="broken", package="leafy")


def test_an_unknown_leaf_is_refused_and_the_known_ones_named(house):
    house("providers/good", LEAF.format(constant="PROVIDER", code="good"))
    with pytest.raises(ConfigurationError, match="no PROVIDER is called 'god'; there are: good"):
        leaf("PROVIDER", code="god", package="leafy")


def test_a_leaf_asked_for_by_code_is_named_like_its_module(house):
    house("providers/bank", LEAF.format(constant="PROVIDER", code="other_bank"))
    with pytest.raises(ConfigurationError, match="no PROVIDER is called 'bank'"):
        leaf("PROVIDER", code="bank", package="leafy")


def test_a_hosts_own_provider_is_had_by_its_code(house):
    house("providers/good", LEAF.format(constant="PROVIDER", code="good"))
    own = SimpleNamespace(code="own")
    assert leaf("PROVIDER", code="own", extra=[own], package="leafy") is own
    with pytest.raises(ConfigurationError, match="two leaves"):
        leaf("PROVIDER", code="good", extra=[SimpleNamespace(code="good")], package="leafy")


@pytest.mark.parametrize("constant", sorted(FOLDERS))
def test_a_folder_that_is_not_built_yet_has_no_leaves(house, constant):
    assert modules(constant, package="leafy") == ()
    assert leaves(constant, package="leafy") == {}


def test_our_own_leaves_are_found():
    assert {"pay_in_3", "pay_in_4", "pay_in_30_days", "merchant_free_6"} <= set(leaves("PLAN"))
    assert {"CN", "FR", "US"} <= set(leaves("COUNTRY"))
    assert {"age", "exposure", "affordability"} <= set(leaves("RULE"))
