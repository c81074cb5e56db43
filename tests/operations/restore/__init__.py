"""Books that are restored, and what came after the backup."""
