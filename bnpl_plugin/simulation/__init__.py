"""Months of business lived through on a clock of its own, from one seed, in a database of its own.

``question`` (what is asked) → ``demand`` and ``people`` (who comes when, and with what luck) → ``furnishing`` (a house
whose clock, ids, bank, shop and post are the simulation's) → ``living`` (the days) → ``counting`` (a row a month) →
``telling`` and ``chart``.

For: real code paths, not a model of them: every loan is quoted, decided, held, disclosed, signed, paid at the sandbox
bank, confirmed, and collected by the worker. May import: everything below ``cli``. Must never: touch a database that
already holds a book, decide anything for the house, write a row past a use case, keep what grows with the days. Add a
file here: a further habit of shoppers belongs into ``living``, its odds into ``people``.
"""

from bnpl_plugin.simulation.living import Life
from bnpl_plugin.simulation.question import Question

__all__ = ["Life", "Question"]
