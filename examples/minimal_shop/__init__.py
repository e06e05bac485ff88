"""The smallest shop that sells on instalments: ``python -m examples.minimal_shop``. ``app.py`` is in the README."""
