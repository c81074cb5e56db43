"""What the rules are written in: checks, numbers, dates, trees, and the engine that runs them."""
