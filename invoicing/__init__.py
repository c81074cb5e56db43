"""The audit room: invoices, credit notes, matching, answers, payment and reconciliation."""
