"""A refused form of a page, shown again with what was written in it."""
