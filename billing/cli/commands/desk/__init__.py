"""Commands that do what the pages of the buyer's desk do."""
