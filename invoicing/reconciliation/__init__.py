"""The statement from ordered to paid, open items, and what is not yet billed."""
