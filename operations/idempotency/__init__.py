"""Writes of the API that may be sent again: the reply to each key, kept with its effect."""
