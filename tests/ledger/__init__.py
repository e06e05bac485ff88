"""Proofs of `bnpl_plugin.ledger`."""
