"""Faults that are planted one at a time, each with the tests that must notice it: `make planted`."""
