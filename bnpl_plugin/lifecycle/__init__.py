"""The use cases, in the order in which a loan lives.

``quotation`` → ``checkout`` → ``identification`` → ``underwriting`` → ``holds`` → ``disclosure`` → ``signature`` →
``payment`` → ``confirm`` (or ``compensation``) → ``collection`` → ``early_settlement`` / ``refund``; beside the road
``funding``, ``subsidies``, ``flash_sale``, ``merchants``, ``provider_events``, ``delivery`` and ``reconciliation``.
``house`` holds the frozen per-app record they all take first.

For: deciding. A use case reads records, decides, and hands the store one frozen changeset. May import: ``ports``,
``ledger``, ``credit``, ``money``, ``errors``, ``settings``, ``signals``. Must never: import flask, sqlalchemy or a
provider's SDK; ask for the time or an id elsewhere than from the house; call a provider inside a transaction. Add a
file here: a noun of the story, its functions verbs, each taking the house first and keywords after.
"""
