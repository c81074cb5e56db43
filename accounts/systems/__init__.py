"""Other systems that sign in: their keys."""
