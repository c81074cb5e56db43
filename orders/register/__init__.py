"""Buyer, suppliers, contracts, prices and policy: read from files, kept in versions."""
