"""The CloudEvents contract of the decision systems, and what was received of it."""
