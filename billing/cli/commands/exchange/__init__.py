"""Commands about the exchange with the network that have modules of their own."""
