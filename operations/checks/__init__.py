"""What must always hold in the books, checked on all of them."""
