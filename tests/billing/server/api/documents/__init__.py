"""Tests of a supplier's documents by the API."""
