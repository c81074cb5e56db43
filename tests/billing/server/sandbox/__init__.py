"""Tests of the sandboxes of test clients."""
