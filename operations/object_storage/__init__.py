"""Messages' bytes in an S3-compatible object storage: moved there, held, removed, and looked after."""
