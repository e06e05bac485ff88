"""How fast the house is, each figure beside a reference measured in the same run: ``python -m tests.benchmarks``.

For: finding out whether a change made a purchase, an offer or the API slower, on any machine.
May import: the package, ``tests.servers``, the reference libraries (numpy-financial, pyxirr, dateutil), psycopg.
Must never: assert a time (machines differ, and are shared); compare figures that were not measured in turns in one run;
let a reference write fewer rows than what it is compared with.
Add a file here: a module with ``figures(size) -> list[Figure]``, and its name in ``__main__.BENCHMARKS``.
"""
