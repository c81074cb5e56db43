"""Whether a document is valid: one question to schema, rules and attachments."""
