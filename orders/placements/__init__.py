"""Decisions, interruptions, reports and results of a placement."""
