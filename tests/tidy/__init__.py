"""The house rules, held by tests.

For: sizes, names, door plates, no float in the core, no hidden clock, the import staircase, declared dependencies.
May import: the standard library and import-linter. It reads the source; it does not run it (two tests of the staircase
excepted, in processes of their own).
Must never: carry a list of pardons that grows. The lists in `house.py` hold tables of data only.
To add a rule: a function `root -> list[str]` of findings in `house.py` or `core.py`, one line in `test_house.py`
(the house has none) and one in `test_rules_can_fail.py` (a house that breaks it is told so).
"""
