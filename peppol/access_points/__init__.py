"""Ways in and out of the system for messages: one small protocol, one module per kind."""
