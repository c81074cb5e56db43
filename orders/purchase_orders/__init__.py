"""Orders, order lines and receipts, and the Peppol order document."""
