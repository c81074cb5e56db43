"""What the buyer is committed to and what it will come to, by appropriation, delivery area and unit."""
