"""What people decided about a document: acceptances, links, limits, batches and protection."""
