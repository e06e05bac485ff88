"""Published numbers, run through the functions that the product itself uses.

For: `python -m tests.golden [FILE …]`, which runs any file of the schema that `data/` holds (worked examples of
regulations, expectations of open-source test suites, printed offers), and `test_golden`, which runs all of ours.
May import: `bnpl_plugin.credit`, `money`, `ledger` and what prints for a locale; never a page, a store or a provider.
Must never: compute what the product does not, choose a convention by a case's name, count a case that was not compared.
To add a file: put it into `data/`; a new collection is a function of its name in `subjects/` and a line in its `HOMES`.
"""
