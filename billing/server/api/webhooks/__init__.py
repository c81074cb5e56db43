"""Webhooks by the API: endpoints of a client's own, their secrets, and what was delivered."""
