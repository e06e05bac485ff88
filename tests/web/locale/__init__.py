"""Proofs of `bnpl_plugin.web.locale`."""
