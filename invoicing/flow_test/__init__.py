"""Sample orders and the suppliers' own test of the flow."""
