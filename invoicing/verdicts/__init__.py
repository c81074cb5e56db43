"""A match takes effect: the document's state, its order line, its credit pair, parking and judging again."""
