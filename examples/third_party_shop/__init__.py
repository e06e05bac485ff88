"""Another company's shop, with its own process and database: it knows the lender through HTTP alone.

For: showing (and testing) how a third-party shop sells on instalments with the API, the widget and signed webhooks.
May import: flask, sqlalchemy, requests, standardwebhooks; must never import ``bnpl_plugin``.
Add a file here: a part of the shop (catalogue, orders, the client of the API, the pages).
"""
