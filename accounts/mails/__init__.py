"""Mails to people with an account, besides those at once: links to choose by, and what is gathered for once a day."""
