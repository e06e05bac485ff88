"""The resources of the API, one a module: its views, and ``put_on`` that adds their routes to a blueprint.

For: reading a request with ``requests``, calling one use case, telling its outcome with ``answers``.
May import: what ``web.api`` may. Must never: register a route without its line in ``description.PATHS``.
Add a file here: one resource, named in the plural, with its ``put_on``, called by ``web.api``.
"""
