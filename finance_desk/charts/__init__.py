"""The pictures of money on the pages of finance, each drawn for wide and for narrow screens."""
