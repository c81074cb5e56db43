"""Invoicing: invoices, credit notes, matching, answers, payment and reconciliation."""
