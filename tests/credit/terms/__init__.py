"""Tests of `bnpl_plugin.credit.terms`."""
