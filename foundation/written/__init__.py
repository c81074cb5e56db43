"""What somebody wrote: kept whole or refused, made to fit as a key, or quoted."""
