"""Pure matching: an invoice or credit note against orders and receipts, and every deviation explained."""
