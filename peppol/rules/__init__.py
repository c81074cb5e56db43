"""The published rules in plain Python, under their official ids."""
