"""Tests of `bnpl_plugin.credit.amortisation`."""
