"""Tests of what a supplier's own system reads and does."""
