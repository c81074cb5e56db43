"""What suppliers object to in orders, and what the buyer answers."""
