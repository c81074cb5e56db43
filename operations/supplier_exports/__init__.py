"""Everything that the books hold of one supplier, handed out to it as one file."""
