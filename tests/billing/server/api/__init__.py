"""Tests of the machine API."""
