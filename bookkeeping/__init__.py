"""Vouchers of the ledger, and the SIE file they leave in."""
