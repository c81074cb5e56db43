"""Webhooks: what happens to cases, told to systems that listen, signed and in order."""
