"""The pictures on the suppliers' pages."""
