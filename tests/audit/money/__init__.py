"""Money as a state machine: what people and the bank do, and books of our own beside the product's, in öre."""
