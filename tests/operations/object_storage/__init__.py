"""Messages' bytes in an object storage."""
