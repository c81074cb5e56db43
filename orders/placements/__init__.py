"""Decisions, interruptions, reports, results and tutors of a placement."""
