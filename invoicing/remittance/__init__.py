"""Remittance advice: which invoices one bank payment paid, and which credits were taken off it."""
