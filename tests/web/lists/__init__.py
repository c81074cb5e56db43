"""Lists of rows: what each of them has of order, conditions, pages, files and saved views."""
