"""What suppliers' programs send: bills with habits and mistakes in stated shares, in the manner of their producer."""
