"""What a credit note is held against, what of an invoice it credits, and what it may have meant."""
