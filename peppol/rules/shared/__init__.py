"""Parts that several rule books share: structure, party numbers, UBL elements."""
