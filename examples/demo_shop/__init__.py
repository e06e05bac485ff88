"""Hanami, a phone maker's storefront that sells on instalments: ``python -m examples.demo_shop``.

For: showing the whole way in host mode, where the order and its loan commit in one transaction.
May import: ``bnpl_plugin``, Flask, SQLAlchemy.
Must never: be imported by the package.
Add a file here: one part of a shop (catalogue, prices, orders, pages); nothing about credit: that is not a shop's work.
"""
