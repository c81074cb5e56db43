"""The technical description of the documents between a supplier and the buyer, element by element."""
