"""Pages of payment runs: one proposal, page by page, and the work that goes on behind it."""
