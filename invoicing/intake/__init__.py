"""The way in: from stored bytes to a document in our books, or a technical refusal."""
