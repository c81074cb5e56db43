"""Work behind the pages, as this program does it."""
