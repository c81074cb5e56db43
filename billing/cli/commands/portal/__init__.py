"""Commands that do what the suppliers' own pages do."""
