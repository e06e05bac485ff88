"""The smallest shop that sells on instalments: ``python -m examples.minimal_shop``; ``app.py`` is the README's snippet."""
