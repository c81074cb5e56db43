"""The buyers of one installation: a row for each, and whose books a thing belongs in."""
