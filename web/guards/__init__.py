"""What stands before every page: which addresses there are, who a client is, what is never taken or shown."""
