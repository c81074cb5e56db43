"""Tests of signing in through providers."""
