"""Real servers for tests: PostgreSQL, a WSGI server, a browser, localstripe.

For: starting the real thing as a child process, waiting until it answers, killing it as roughly as life does.
May import: the standard library, psycopg, playwright.
Must never: import the package (a server knows nothing of what runs on it) or replace a missing part by a pretended one:
what cannot be started fails the test that needs it.
To add a server: one module with one class built on `process.Child`, and a fixture in `tests/conftest.py`.
"""
