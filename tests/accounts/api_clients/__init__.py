"""API clients."""
