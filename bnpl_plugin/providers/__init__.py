"""Payment providers: each leaf speaks one provider's language and answers in ours.

For: translating ``ports.provider`` verbs into a provider's calls, and its answers into the four outcomes.
May import: ``ports``, ``money``, ``errors``; a provider's SDK only inside functions, so that it stays optional.
Must never: import a neighbour, sqlalchemy or flask; decide, retry or hide; turn "nobody knows" into yes or no; see a
card number (the shipped test bank, which has no real cards, excepted).
Add a provider: one module or package here with the constant ``PROVIDER = ProviderLeaf(code, make)``. Then give the
contract tests (``tests/contracts/test_provider.py``) a case that can play its shopper.
"""
