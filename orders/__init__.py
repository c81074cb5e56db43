"""Orders: money and time, contracts and prices, decisions, orders and receipts."""
