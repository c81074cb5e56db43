"""Ways in and out of the house for letters: one small protocol, one module per kind."""
