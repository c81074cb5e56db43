"""The making of a supplier's full export: its contents, and the archive they lie in."""
