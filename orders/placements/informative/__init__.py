"""Informative reports: what a supplier tells the buyer beside the months, with its table and its store."""
