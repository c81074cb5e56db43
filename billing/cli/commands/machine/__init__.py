"""Commands about systems that speak with ours: their keys, and the feed they read."""
