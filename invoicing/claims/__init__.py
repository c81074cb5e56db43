"""What suppliers owe us: claims with a state, letters, set-off, interest, and the way out of each."""
