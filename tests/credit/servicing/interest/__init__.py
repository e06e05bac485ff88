"""Proofs of life after signature."""
