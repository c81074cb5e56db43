"""What the buyer's own programs read and propose: documents, the worklist, sums, the register, and oversight."""
