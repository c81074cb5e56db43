"""Mail to the users of the portal: written in the caller's transaction, sent by the worker."""
