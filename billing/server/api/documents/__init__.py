"""A supplier's documents by the API: invoices and credit notes, answers, payments, claims, prices and settings."""
