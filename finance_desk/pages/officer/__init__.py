"""What the officer reads beside the months that wait: informative reports, and what is odd about placements."""
