"""The words of each deviation, by what it is about: a title, a sentence and what to do."""
