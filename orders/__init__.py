"""The counting room: money and time, contracts and prices, decisions, orders and receipts."""
