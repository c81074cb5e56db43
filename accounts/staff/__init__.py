"""The buyer's own people: which roles go together, and the changes that two administrators make."""
