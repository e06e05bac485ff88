"""Tests of the payment providers, and the cases by which the contract of their port is proved."""
