"""Tests of ``bnpl_plugin.simulation.crowd``."""
