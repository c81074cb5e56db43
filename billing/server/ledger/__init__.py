"""What the ledger's system sends over HTTP."""
