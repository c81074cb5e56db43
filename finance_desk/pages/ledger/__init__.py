"""Pages of the ledger: what is accrued, the files, and the months that close."""
