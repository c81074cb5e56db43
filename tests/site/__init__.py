"""The documents as a site of its own: how it is built, and what holds of it and of /help alike."""
