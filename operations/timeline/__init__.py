"""What happened to one execution reference, day by day, for its supplier and for the buyer."""
