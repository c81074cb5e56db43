"""The case archive, the search of the journal, retention and disposal."""
