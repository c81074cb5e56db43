"""Work that takes minutes: asked for on a page or at the terminal, done behind it, followed row by row."""
