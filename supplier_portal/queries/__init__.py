"""What the suppliers' pages ask the database, a module a topic."""
