"""Tests of how the machine API is described."""
