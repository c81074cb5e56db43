"""Sandboxes: for each test client books of its own, in which the real program plays with invented orders."""
