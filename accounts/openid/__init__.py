"""Signing in through OpenID providers, several at once: the buyer's own for staff, brokers of e-IDs for suppliers."""
