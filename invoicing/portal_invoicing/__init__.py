"""A supplier makes documents in the portal: flip, drafts, numbering, sending, release and uploads."""
