"""Pages about webhooks: a supplier's and the buyer's."""
