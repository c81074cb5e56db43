"""The bytes of messages, apart from their rows."""
