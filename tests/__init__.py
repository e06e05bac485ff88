"""The proofs: a mirror of the package, and what no single room can show.

For: `tests/<room>/test_<module>.py` proves facts of `bnpl_plugin/<room>/<module>.py`; beside them stand `contracts/`
(cases taken from the registry), `golden/`, `properties/`, `differential/` (other people's libraries), `stateful/`,
`acceptance/`, `browser/`, `benchmarks/`, `servers/` (real PostgreSQL, real web server, real browser) and `tidy/` (the
house rules).
May import: the package, the examples, and any test tool.
Must never: skip, loosen a warning for our own code, ask the internet, or hold a check that cannot fail.
To add a file: name it after what it proves, name each test after the fact; fixtures that several rooms need go to
`conftest.py`. Order is random; a test leaves nothing behind.
"""
