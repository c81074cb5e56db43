"""Reading the register's files: where each value stands, and what is wrong with it in words."""
