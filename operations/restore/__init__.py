"""Books that were restored from a backup: what came after it, and how the books learn of it."""
