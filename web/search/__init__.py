"""One search for everything that whoever asks may see, from the field in the head of every page."""
