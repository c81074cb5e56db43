"""What the network wants to know of its messages, and what the access point reports of them."""
