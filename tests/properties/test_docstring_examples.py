"""Every example in a docstring of the pure core prints what it says."""

import doctest
import importlib
import pkgutil

import pytest

import bnpl_plugin.credit
import bnpl_plugin.errors
import bnpl_plugin.ledger
import bnpl_plugin.money

ROOMS = (bnpl_plugin.money, bnpl_plugin.credit, bnpl_plugin.ledger)
MODULES = [
    "bnpl_plugin.errors",
    *(found.name for room in ROOMS for found in pkgutil.walk_packages(room.__path__, f"{room.__name__}.")),
]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_hold(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_examples_exist_to_be_run():
    assert sum(doctest.testmod(importlib.import_module(name)).attempted for name in MODULES) >= 15
