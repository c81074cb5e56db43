"""What the bank answers to our payments, and what follows: accepted, refused, booked, returned, or for a person."""
