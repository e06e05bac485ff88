"""Proofs of `bnpl_plugin.money`."""
