"""Proofs of `bnpl_plugin.credit`."""
