"""Loads of the register that a program has proposed, and that a person carries out or declines."""
