"""Invariants, the case archive, retention and disposal."""
