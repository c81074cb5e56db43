"""Help at /help: the pages, and the documents that are written from the program itself."""
